// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Sparsity
import Statistics
import Testing
import Workloads

@testable import Accelerators

/// Invariants of hundreds of small random layers. A run checks itself: Z and the stored result against the reference
/// product, the ledger, the bounds, and what went into and came out of every link.
struct RandomRunTests {
  private static let layersPerBatch: UInt64 = 12

  @Test(arguments: DesignUnderTest.all, UInt64(0)..<5)
  func `every layer is verified on the default machine`(design: DesignUnderTest, batch: UInt64) throws {
    let machine = try design.machine()
    for index in 0..<Self.layersPerBatch {
      var layers = RandomLayer(seed: batch * Self.layersPerBatch + index, rule: design.patternsDrawn)
      let layer = try layers.layer(named: "batch\(batch).\(index)")
      #expect(throws: Never.self, "\(layer.shape) \(layer.name)") { try machine.simulate(layer) }
    }
  }

  @Test(arguments: DesignUnderTest.all, UInt64(100)..<106)
  func `every layer is verified on every machine that can hold it`(design: DesignUnderTest, batch: UInt64) throws {
    for index in 0..<Self.layersPerBatch {
      let seed = batch * Self.layersPerBatch + index
      var layers = RandomLayer(seed: seed, rule: design.patternsDrawn)
      var designs = RandomDesign(seed: seed)
      let layer = try layers.layer(named: "batch\(batch).\(index)")
      let overrides = designs.overrides()
      let machine = try design.machine(overrides)
      do {
        _ = try machine.simulate(layer)
      } catch let error as MappingError {
        // Only a small buffer excuses: the largest window of each operand must not fit beside the other's.
        let buffer = machine.specification.buffer
        #expect(buffer.dataBytes < 65_536 || buffer.metadataBytes < 16_384, "\(error)")
      } catch {
        Issue.record("\(layer.name) \(layer.shape) on \(overrides): \(error)")
      }
    }
  }

  @Test(arguments: DesignUnderTest.all, UInt64(200)..<202)
  func `no order of components and no recording changes a number`(design: DesignUnderTest, batch: UInt64) throws {
    for index in 0..<4 {
      let seed = batch * 4 + UInt64(index)
      var layers = RandomLayer(seed: seed, rule: design.patternsDrawn)
      var designs = RandomDesign(seed: seed)
      let layer = try layers.layer(named: "batch\(batch).\(index)")
      let machine = try design.machine(designs.overrides())
      guard let plain = try simulate(layer, on: machine) else { continue }
      let others = [
        LayerOptions(), LayerOptions(recordsSpans: true),
        LayerOptions(perturbation: Simulation.Perturbation(shuffleSeed: seed)),
        LayerOptions(recordsSpans: true, perturbation: Simulation.Perturbation(shuffleSeed: seed &* 7 &+ 1)),
      ]
      for options in others {
        let other = try #require(try simulate(layer, on: machine, options))
        #expect(other.statistics.eventHash == plain.statistics.eventHash)
        #expect(other.statistics.resultHash == plain.statistics.resultHash)
        #expect(other.statistics.ledger == plain.statistics.ledger)
        #expect(other.statistics.components == plain.statistics.components)
        #expect(other.statistics.links == plain.statistics.links)
        #expect(other.statistics.actions == plain.statistics.actions)
        #expect(other.z == plain.z)
        #expect(other.statistics.spans.isEmpty == !options.recordsSpans)
      }
    }
  }

  @Test(arguments: DesignUnderTest.all, UInt64(300)..<302)
  func `random back-pressure changes timing but no value`(design: DesignUnderTest, batch: UInt64) throws {
    for index in 0..<4 {
      let seed = batch * 4 + UInt64(index)
      var layers = RandomLayer(seed: seed, mostMACs: 60_000, rule: design.patternsDrawn)
      var designs = RandomDesign(seed: seed)
      let layer = try layers.layer(named: "batch\(batch).\(index)")
      let machine = try design.machine(designs.overrides())
      guard let plain = try simulate(layer, on: machine) else { continue }
      let options = LayerOptions(perturbation: Simulation.Perturbation(shuffleSeed: seed, backpressureSeed: seed))
      let disturbed = try #require(try simulate(layer, on: machine, options))
      #expect(disturbed.statistics.resultHash == plain.statistics.resultHash)
      #expect(disturbed.z == plain.z)
    }
  }

  /// The tests above are worth what they draw: each case that matters comes up among their seeds.
  @Test func `the layers and designs that are drawn meet every case`() throws {
    var degrees: Set<String> = []
    var otherPatterns = 0
    var wide = 0
    var extents: Set<Int> = []
    var densities: Set<Int> = []
    var degreesB: Set<String> = []
    let threeRanks = DesignUnderTest.highLightThreeRank
    var threeRankDegrees: Set<String> = []
    var overrides: [String: Set<String>] = [:]
    for seed in UInt64(100 * Self.layersPerBatch)..<125 * Self.layersPerBatch {
      var layers = RandomLayer(seed: seed)
      let layer = try layers.layer(named: "layer")
      let rule = WeightStationaryDesign.highLight.rule
      if let degree = rule.degrees.first(where: { $0.pattern == layer.declaredPattern }) {
        degrees.insert("\(degree.pattern)")
      } else if layer.declaredPattern != nil {
        otherPatterns += 1
      }
      if layer.operandBits == 16 { wide += 1 }
      var others = RandomLayer(seed: seed, rule: threeRanks.patternsDrawn)
      let declared = try others.layer(named: "layer").declaredPattern ?? .dense
      threeRankDegrees.insert("\(threeRanks.design.executedPattern(for: declared))")
      let dualSided = WeightStationaryDesign.highLightDSSO
      if let executed = dualSided.executedOperandB(
        for: layer.declaredActivationPattern,
        besides: dualSided.executedPattern(for: layer.declaredPattern ?? .dense))
      {
        degreesB.insert("\(executed)")
      }
      extents.formUnion([layer.m, layer.k, layer.n])
      densities.insert(10 * layer.bTransposed.count { $0 != 0 } / layer.bTransposed.count)
      var designs = RandomDesign(seed: seed)
      for override in designs.overrides() {
        let parts = override.split(separator: "=")
        overrides[String(parts[0]), default: []].insert(String(parts[1]))
      }
    }
    #expect(degrees.count == 15 && degreesB.count == 15)
    // Degrees of one density and reach contain each other now and then: not every one is executed.
    #expect(threeRankDegrees.count >= 25)
    #expect(otherPatterns > 50 && wide > 50)
    // One, primes, and multiples of the rows of an array and of a block.
    #expect(extents.isSuperset(of: [1, 2, 3, 7, 13, 16, 17, 31, 61, 64, 65, 127, 128]))
    #expect(densities.isSuperset(of: [0, 1, 3, 5, 8, 9, 10]))
    for format in ["operand_b.format", "output.format"] {
      #expect(overrides[format] == ["auto", "uncompressed", "bitmask"])
    }
    #expect(overrides["array.count"] == ["1", "2", "3", "4"])
    #expect(overrides["rf.hazard"] == ["stall"])
    #expect(overrides.count > 20)
  }

  @Test(arguments: DesignUnderTest.all)
  func `one seed means one run`(design: DesignUnderTest) throws {
    let machine = try design.machine()
    func hashes(seed: UInt64) throws -> [UInt64] {
      let layer = try SyntheticGEMM(GEMMShape(m: 70, k: 60, n: 50), pattern: "2:4", densityB: 0.5, seed: seed).layer()
      let statistics = try machine.simulate(layer).statistics
      return [statistics.eventHash, statistics.resultHash]
    }
    #expect(try hashes(seed: 1) == hashes(seed: 1))
    #expect(try hashes(seed: 1)[1] != hashes(seed: 2)[1])
  }

  /// The outcome; nil if the machine cannot hold the layer.
  private func simulate(
    _ layer: GEMMLayer, on machine: WeightStationaryMachine, _ options: LayerOptions = LayerOptions()
  ) throws -> LayerOutcome? {
    do {
      return try machine.simulate(layer, options: options)
    } catch is MappingError {
      return nil
    }
  }
}
