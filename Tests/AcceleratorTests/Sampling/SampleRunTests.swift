// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Sparsity
import Statistics
import Testing
import Workloads

@testable import Accelerators

/// Samples of layers that are small enough to be simulated as a whole too.
struct SampleRunTests {
  /// A machine whose buffer is full after few blocks.
  private func machine(_ kind: DesignKind) throws -> any Machine {
    let more = kind == .tensorCore ? [] : ["glb.metadata_bytes=1024"]
    let values = try ParameterValues(defaultsOf: kind.schema, name: kind.rawValue)
      .applying(overrides: ["glb.data_bytes=8192", "dram.model=ideal"] + more)
    return DesignKind.machine(values, part: nil)
  }

  private func layer(
    _ shape: String, pattern: String? = nil, densityA: Double? = nil, densityB: Double = 0.6, seed: UInt64 = 0
  ) throws -> GEMMLayer {
    try SyntheticGEMM(
      GEMMShape.parse(shape), pattern: pattern, densityA: densityA, densityB: densityB, seed: seed
    ).layer()
  }

  private func sample(
    _ layer: GEMMLayer, on machine: any Machine, fraction: Double, seed: UInt64
  ) throws -> LayerOutcome {
    try machine.simulate(
      layer, sample: SampleRequest(fraction: fraction, seed: seed, layer: 0), options: LayerOptions()
    ) { _, _ in true }
  }

  /// Sums that hold in every run hold in an estimate.
  private func checkSums(_ outcome: LayerOutcome) {
    let statistics = outcome.statistics
    #expect(statistics.ledger.isConserved)
    #expect(statistics.ledger.cycles == outcome.summary.cycles)
    for entry in statistics.ledger.entries {
      #expect(entry.laneCycles > 0 && (0...entry.laneCycles).contains(entry.taxLaneCycles))
    }
    let lanes = Dictionary(grouping: statistics.ledger.entries, by: \.component)
      .mapValues { $0.reduce(0) { $0 + $1.laneCycles } }
    #expect(Set(lanes.values).count == 1, "every array has as many lanes, and as many cycles")
    for component in statistics.components {
      let parts = [
        component.busyCycles, component.starvedCycles, component.backpressuredCycles, component.idleCycles,
      ]
      #expect(parts.reduce(0, +) == component.cycles && parts.allSatisfy { $0 >= 0 }, "\(component.name)")
    }
    for link in statistics.links { #expect(link.bytesSent == link.bytesReceived, "\(link.name)") }
    for dram in statistics.dram { #expect(dram.requests == dram.reads + dram.writes) }
  }

  @Test(
    arguments: [
      (DesignKind.highLight, "4700x64x32", "2:4"), (.highLight, "4701x64x32", nil), (.stc, "4700x64x32", "2:4"),
      (.s2ta, "4200x64x33", "4:8"), (.dstc, "9000x32x40", nil),
    ] as [(DesignKind, String, String?)])
  func `the estimate is within its interval, and traffic and products are right`(
    kind: DesignKind, shape: String, pattern: String?
  ) throws {
    let machine = try machine(kind)
    let layer = try layer(shape, pattern: pattern)
    let whole = try machine.simulate(layer)
    for seed in UInt64(0)..<2 {
      let outcome = try sample(layer, on: machine, fraction: 0.25, seed: seed)
      let parts = try #require(outcome.sampledParts)
      #expect(parts.fraction < 0.75)
      checkSums(outcome)
      let margin = parts.sample(attojoules: nil).cycles.margin
      let miss = Double(abs(outcome.summary.cycles - whole.summary.cycles))
      #expect(miss <= margin, "\(kind) \(shape) seed \(seed): \(miss) off, margin \(margin)")
      #expect(margin < 0.25 * Double(whole.summary.cycles))
      // What is read and written is known to a line or so a block; products by the operands' zeros.
      let traffic = Double(outcome.summary.dramReadBytes) / Double(whole.summary.dramReadBytes)
      #expect(abs(traffic - 1) < 0.02)
      #expect(abs(Double(outcome.summary.macsEffectual) / Double(whole.summary.macsEffectual) - 1) < 0.02)
      #expect(outcome.statistics.bounds.map(\.kind) == whole.statistics.bounds.map(\.kind))
      #expect(outcome.statistics.bounds.first == whole.statistics.bounds.first)
      #expect(outcome.summary.mapping == whole.summary.mapping)
      #expect(outcome.summary.m == whole.summary.m && outcome.summary.n == whole.summary.n)
      #expect(outcome.z.isEmpty)
    }
  }

  @Test func `dense layers are estimated almost to the cycle where the arrays are always busy`() throws {
    let machine = try machine(.tensorCore)
    let layer = try layer("6401x64x64", densityB: 1)
    let whole = try machine.simulate(layer)
    let outcome = try sample(layer, on: machine, fraction: 0.1, seed: 0)
    let sample = try #require(outcome.sampledParts).sample(attojoules: nil)
    #expect(abs(Double(outcome.summary.cycles - whole.summary.cycles)) <= 0.002 * Double(whole.summary.cycles))
    #expect(sample.cycles.margin < 0.02 * Double(whole.summary.cycles))
    // Ragged rows are in the sample: their padding is counted once.
    #expect(
      outcome.statistics.ledger.laneCycles(of: .paddingShape) == whole.statistics.ledger.laneCycles(of: .paddingShape))
  }

  @Test func `a sample's weights make its estimate, and one seed makes one sample`() throws {
    let machine = try machine(.highLight)
    let layer = try layer("4701x64x32")
    let first = try sample(layer, on: machine, fraction: 0.2, seed: 5)
    let again = try sample(layer, on: machine, fraction: 0.2, seed: 5)
    let other = try sample(layer, on: machine, fraction: 0.2, seed: 6)
    #expect(first.statistics.eventHash == again.statistics.eventHash)
    #expect("\(first.summary)" == "\(again.summary)")
    #expect(first.statistics.resultHash != other.statistics.resultHash)
    let parts = try #require(first.sampledParts).sample(attojoules: nil).parts
    #expect(abs(parts.reduce(0) { $0 + $1.weight } - 1) < 1e-9)
    let cycles = parts.reduce(0) { $0 + $1.weight * Double($1.cycles) }
    #expect(abs(cycles - Double(first.summary.cycles)) <= Double(parts.count))
  }

  @Test func `parts of a layer are its product's elements`() throws {
    let layer = try layer("40x24x30")
    let z = try layer.referenceProduct()
    let part = layer.part(rows: 7..<19, columns: 3..<28)
    let own = try part.referenceProduct()
    for row in 0..<12 {
      for column in 0..<25 { #expect(own[row * 25 + column] == z[(row + 7) * 30 + column + 3]) }
    }
  }

  @Test func `parts are watched, and advance, as the whole would`() throws {
    let layer = try layer("4700x64x32", pattern: "2:4")
    let machine = try machine(.highLight)
    func sample(_ options: LayerOptions) throws -> LayerOutcome {
      try machine.simulate(layer, sample: SampleRequest(fraction: 0.2, seed: 0, layer: 0), options: options) { _, _ in
        true
      }
    }
    #expect(throws: Livelock.self) { try sample(LayerOptions(watchdogCycles: 1)) }
    // Spans are of layers that are simulated as a whole only.
    let leaping = try sample(LayerOptions(recordsSpans: true))
    let ticking = try sample(LayerOptions(leaps: false))
    #expect(leaping.sampledParts != nil && leaping.statistics.spans == ticking.statistics.spans)
    #expect(leaping.summary.cycles == ticking.summary.cycles)
    #expect(leaping.statistics.eventHash == ticking.statistics.eventHash)
  }
}
