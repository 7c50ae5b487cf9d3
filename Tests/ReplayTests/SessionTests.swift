// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Sparsity
import Statistics
import Testing
import Workloads

@testable import Accelerators

/// A layer that is saved, run to its end and taken back does again what it did: no design has state outside the memory
/// that is saved.
@Suite struct SessionTests {
  private static let options = LayerOptions(
    recordsSpans: true, recordsMemoryRequests: true, recordsStateHashes: true)

  /// Everything that a run leaves behind.
  private func expectEqual(_ one: LayerOutcome, _ other: LayerOutcome, _ where: Comment) {
    #expect(one.z == other.z, `where`)
    #expect(one.memoryRequests == other.memoryRequests, `where`)
    let (a, b) = (one.statistics, other.statistics)
    #expect(a.eventHash == b.eventHash, `where`)
    #expect(a.resultHash == b.resultHash, `where`)
    #expect(a.components == b.components, `where`)
    #expect(a.links == b.links, `where`)
    #expect(a.spans == b.spans, `where`)
    #expect(a.ledger == b.ledger, `where`)
    #expect(a.actions == b.actions, `where`)
    #expect(a.dram == b.dram, `where`)
    #expect(a.bounds == b.bounds, `where`)
    #expect(a.stateHashes == b.stateHashes, `where`)
  }

  @Test(arguments: shippedDesigns, ["dram.model=timed", "dram.model=ideal"])
  func `a restored layer ends as an uninterrupted one`(design: String, memory: String) throws {
    let machine = try machine(design, [memory])
    let layer = try smallLayer(on: design)
    let whole = try machine.simulate(layer, options: Self.options)
    let cycles = whole.summary.cycles
    var random = SplitMix64(seed: 11)
    let session = try machine.session(layer, options: Self.options)
    for _ in 0..<4 {
      // From anywhere to anywhere: the checkpoint is taken behind reset, or behind an earlier restored state.
      let start = session.checkpoint()
      let cycle = Cycle(random.uniform(below: Int(cycles)))
      _ = try session.run(through: cycle)
      let checkpoint = session.checkpoint(sharing: start)
      for attempt in 0..<2 {
        #expect(try session.run(through: .max / session.core.period) == .finished)
        expectEqual(try session.finish(), whole, "\(design) \(memory) from cycle \(cycle), attempt \(attempt)")
        session.restore(checkpoint)
      }
      session.restore(start)
    }
  }

  @Test(arguments: 1...6)
  func `disturbed runs are restored too`(seed: UInt64) throws {
    var options = Self.options
    options.perturbation = Simulation.Perturbation(shuffleSeed: seed, backpressureSeed: seed &* 977)
    let session = try machine().session(smallLayer(), options: options)
    _ = try session.run(through: Cycle(seed) * 131)
    let checkpoint = session.checkpoint()
    _ = try session.run(through: .max / session.core.period)
    let first = try session.finish()
    session.restore(checkpoint)
    _ = try session.run(through: .max / session.core.period)
    expectEqual(try session.finish(), first, "seed \(seed)")
  }

  @Test(arguments: shippedDesigns)
  func `state hashes are the same in every run and differ between windows`(design: String) throws {
    let machine = try machine(design)
    let layer = try smallLayer(on: design)
    let first = try machine.simulate(layer, options: Self.options).statistics
    let second = try machine.simulate(layer, options: Self.options).statistics
    #expect(!first.stateHashes.isEmpty)
    #expect(first.stateHashes == second.stateHashes)
    #expect(first.stateHashes.map(\.start) == first.stateHashes.indices.map { Int64($0) * StateHashWindow.cycles })
    #expect(first.stateHashes.count == (Int(first.ledger.cycles) + 4095) / 4096)
  }

  /// What a component noted as unchanged is unchanged.
  @Test(arguments: shippedDesigns, ["dram.model=timed", "dram.model=ideal"])
  func `hashes that were kept up all along are those that are taken once`(design: String, memory: String) throws {
    let machine = try machine(design, [memory])
    let often = try machine.session(smallLayer(), options: LayerOptions())
    let once = try machine.session(smallLayer(), options: LayerOptions())
    var cycle: Cycle = 99
    while try often.run(through: cycle) == .reachedLimit {
      _ = often.simulation.stateHashes()
      cycle += 100
    }
    _ = try once.run(through: cycle)
    #expect(once.simulation.stateHashes() == often.simulation.stateHashes())
  }

  /// Whatever one bit of a value changes in a component shows in its hash.
  @Test func `another operand gives another hash, at the same times`() throws {
    let machine = try machine()
    let layer = try smallLayer()
    var a = layer.a
    let index = try #require(a.firstIndex { $0 > 1 })
    a[index] -= 1
    let changed = GEMMLayer(
      name: layer.name, shape: layer.shape, a: a, bTransposed: layer.bTransposed, operandBits: layer.operandBits,
      declaredPattern: layer.declaredPattern, output: layer.output)
    let one = try machine.simulate(layer, options: Self.options).statistics
    let other = try machine.simulate(changed, options: Self.options).statistics
    #expect(one.eventHash == other.eventHash)
    #expect(one.stateHashes != other.stateHashes)
  }

  @Test func `recording state hashes changes no result`() throws {
    let machine = try machine()
    let layer = try smallLayer()
    let bare = try machine.simulate(layer).statistics
    let recorded = try machine.simulate(layer, options: Self.options).statistics
    #expect(bare.eventHash == recorded.eventHash)
    #expect(bare.resultHash == recorded.resultHash)
    #expect(bare.stateHashes.isEmpty)
  }
}
