// SPDX-License-Identifier: Apache-2.0
import EnergyArea
import Foundation
import SimulationKernel
import Statistics
import Testing
import Workloads

@testable import Accelerators

/// Invariants of small random layers on S2TA. A run checks itself: Z and the stored result against the reference product,
/// the ledger, the bounds, and what went into and came out of every link.
struct S2TARunTests {
  private static let layersPerBatch: UInt64 = 12

  @Test(arguments: UInt64(0)..<10)
  func `every layer is verified on the default machine`(batch: UInt64) throws {
    let machine = try s2ta()
    for index in 0..<Self.layersPerBatch {
      var layers = RandomLayer(seed: batch * Self.layersPerBatch + index)
      let layer = try layers.layer(named: "batch\(batch).\(index)")
      #expect(throws: Never.self, "\(layer.shape) \(layer.name)") { try machine.simulate(layer) }
    }
  }

  @Test(arguments: UInt64(100)..<125)
  func `every layer is verified on every machine that can hold it`(batch: UInt64) throws {
    var held = 0
    for index in 0..<Self.layersPerBatch {
      let seed = batch * Self.layersPerBatch + index
      var layers = RandomLayer(seed: seed, mostMACs: 60_000)
      var designs = RandomS2TA(seed: seed)
      let layer = try layers.layer(named: "batch\(batch).\(index)")
      let overrides = designs.overrides()
      do {
        if try simulate(layer, on: try s2ta(overrides)) != nil { held += 1 }
      } catch {
        Issue.record("\(layer.name) \(layer.shape) on \(overrides): \(error)")
      }
    }
    #expect(held > Self.layersPerBatch / 2)
  }

  @Test(arguments: UInt64(200)..<206)
  func `no order of components and no recording changes a number`(batch: UInt64) throws {
    for index in 0..<4 {
      let seed = batch * 4 + UInt64(index)
      var layers = RandomLayer(seed: seed, mostMACs: 60_000)
      var designs = RandomS2TA(seed: seed)
      let layer = try layers.layer(named: "batch\(batch).\(index)")
      let machine = try s2ta(designs.overrides())
      guard let plain = try simulate(layer, on: machine) else { continue }
      for options in [
        LayerOptions(), LayerOptions(recordsSpans: true),
        LayerOptions(perturbation: Simulation.Perturbation(shuffleSeed: seed)),
        LayerOptions(recordsSpans: true, perturbation: Simulation.Perturbation(shuffleSeed: seed &* 7 &+ 1)),
      ] {
        let other = try #require(try simulate(layer, on: machine, options))
        #expect(other.statistics.eventHash == plain.statistics.eventHash)
        #expect(other.statistics.resultHash == plain.statistics.resultHash)
        #expect(other.statistics.ledger == plain.statistics.ledger)
        #expect(other.statistics.components == plain.statistics.components)
        #expect(other.statistics.links == plain.statistics.links)
        #expect(other.statistics.actions == plain.statistics.actions)
      }
    }
  }

  @Test(arguments: UInt64(300)..<306)
  func `random back-pressure changes timing but no value`(batch: UInt64) throws {
    for index in 0..<4 {
      let seed = batch * 4 + UInt64(index)
      var layers = RandomLayer(seed: seed, mostMACs: 30_000)
      var designs = RandomS2TA(seed: seed)
      let layer = try layers.layer(named: "batch\(batch).\(index)")
      let machine = try s2ta(designs.overrides())
      guard let plain = try simulate(layer, on: machine) else { continue }
      let options = LayerOptions(perturbation: Simulation.Perturbation(shuffleSeed: seed, backpressureSeed: seed))
      let disturbed = try #require(try simulate(layer, on: machine, options))
      #expect(disturbed.statistics.resultHash == plain.statistics.resultHash)
    }
  }

  @Test(arguments: UInt64(400)..<406)
  func `energy and area sum to their totals`(batch: UInt64) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../configs/energy")
    let table = try PriceTable(named: "45nm", in: folder.standardized.path)
    for index in 0..<UInt64(4) {
      let seed = batch * 4 + index
      var layers = RandomLayer(seed: seed, mostMACs: 30_000)
      var designs = RandomS2TA(seed: seed)
      let layer = try layers.layer(named: "batch\(batch).\(index)")
      let machine = try s2ta(designs.overrides())
      guard var outcome = try simulate(layer, on: machine) else { continue }
      let pricing = Pricing(table, options: Pricing.Options(pricedBits: machine.pricedBits))
      let costs = try pricing.apply(to: &outcome.summary, &outcome.statistics, of: outcome.inventory)
      #expect(costs.actionAttojoules.reduce(0, +) == outcome.summary.energyAttojoules)
      #expect(costs.areas.reduce(0) { $0 + $1.microSquareMicrons } == outcome.summary.areaMicroSquareMicrons)
      #expect(outcome.summary.energyAttojoules ?? 0 > 0)
    }
  }

  /// The outcome; nil if the machine cannot hold the layer.
  private func simulate(
    _ layer: GEMMLayer, on machine: S2TAMachine, _ options: LayerOptions = LayerOptions()
  ) throws -> LayerOutcome? {
    do {
      return try machine.simulate(layer, options: options)
    } catch is MappingError {
      return nil
    }
  }
}
