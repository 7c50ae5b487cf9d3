// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Sparsity
import Statistics
import Testing
import Workloads

@testable import Accelerators

/// Steady streams advance in leaps: nothing that anyone can see of a run may tell whether they did.
struct LeapTests {
  /// A layer long enough to stream for a while, on a design that is not the slowest.
  private static func streamingCase(seed: UInt64, on design: DesignUnderTest) throws -> (
    layer: GEMMLayer, machine: WeightStationaryMachine
  ) {
    var random = SplitMix64(seed: seed, stream: 7)
    func pick<Value>(_ choices: [Value]) -> Value { choices[random.uniform(below: choices.count)] }
    let shape = GEMMShape(m: pick([16, 61, 64, 130]), k: pick([64, 120, 333]), n: pick([40, 97, 128, 300]))
    let pattern = pick([nil, "2:4", "4:8->2:4", "4:5->2:3", "4:6->2:2"])
    let layer = try SyntheticGEMM(
      shape, pattern: pattern, densityB: pick([1, 1, 0.7]), seed: seed
    ).layer()
    var overrides: [String] = []
    func maybe(_ key: String, _ choices: [String]) {
      if random.uniform(below: 3) == 0 { overrides.append("\(key)=\(pick(choices))") }
    }
    maybe("noc.latency_cycles", ["2", "3", "6"])
    maybe("glb.latency_cycles", ["1", "3", "7"])
    maybe("glb.port_bytes_per_cycle", ["42", "64", "256"])
    maybe("vfmu.buffer_rows", ["3", "8", "16", "64"])
    maybe("row_buffer.rows", ["8", "16"])
    maybe("rf.columns", ["31", "64"])
    maybe("rf.drain_words_per_cycle", ["3", "8"])
    maybe("rf.accumulate_cycles", ["2", "9", "30"])
    maybe("array.count", ["1", "2", "3"])
    maybe("output_bits", ["16"])
    if random.uniform(below: 3) == 0 { overrides.append("rf.hazard=stall") }
    if random.uniform(below: 3) == 0 { overrides.append("dram.model=ideal") }
    if random.uniform(below: 3) == 0 { overrides.append("operand_b.format=uncompressed") }
    return (layer, try design.machine(overrides))
  }

  @Test(arguments: DesignUnderTest.all, UInt64(0)..<4)
  func `spans, messages, hashes, ledger and counts are those of ticking in every cycle`(
    design: DesignUnderTest, batch: UInt64
  ) throws {
    for seed in batch * 4..<batch * 4 + 4 {
      let (layer, machine) = try Self.streamingCase(seed: seed, on: design)
      let first = Int64(seed * 37 % 900)
      func simulate(leaps: Bool) throws -> LayerOutcome {
        try machine.simulate(
          layer,
          options: LayerOptions(
            recordsSpans: true, recordsMemoryRequests: true, recordsStateHashes: true,
            recordedMessages: .cycles(first...first + 200), leaps: leaps,
            perturbation: Simulation.Perturbation(shuffleSeed: seed % 3 == 0 ? seed : nil)))
      }
      let (leaping, ticking) = (try simulate(leaps: true), try simulate(leaps: false))
      #expect(leaping.summary == ticking.summary)
      #expect(leaping.statistics == ticking.statistics, "seed \(seed)")
      #expect(leaping.memoryRequests == ticking.memoryRequests)
      #expect(leaping.z == ticking.z)
    }
  }

  @Test(arguments: DesignUnderTest.all)
  func `a run that stops at any cycle finds every component in the state of ticking`(design: DesignUnderTest) throws {
    var leapt: Int64 = 0
    for seed in UInt64(100)..<103 {
      let (layer, machine) = try Self.streamingCase(seed: seed, on: design)
      let leaping = try machine.session(layer, options: LayerOptions())
      let ticking = try machine.session(layer, options: LayerOptions(leaps: false))
      var random = SplitMix64(seed: seed, stream: 8)
      var cycle: Int64 = 0
      while true {
        let outcome = try leaping.run(through: cycle)
        #expect(try ticking.run(through: cycle) == outcome)
        #expect(leaping.simulation.stateHashes() == ticking.simulation.stateHashes(), "seed \(seed), cycle \(cycle)")
        #expect(leaping.simulation.eventHash == ticking.simulation.eventHash, "seed \(seed), cycle \(cycle)")
        guard outcome == .reachedLimit else { break }
        cycle += 1 + Int64(random.uniform(below: 90))
      }
      leapt += leaping.simulation.leaptCycles
      #expect(ticking.simulation.leaptCycles == 0)
    }
    // Where operand B leaves blocks out, streams are not leapt over.
    #expect(leapt > 0 || design.testDescription == DesignUnderTest.highLightDSSO.testDescription)
  }

  @Test func `most of a dense layer is leapt over, however long it is`() throws {
    for n in [256, 1024] {
      let layer = try SyntheticGEMM(GEMMShape(m: 64, k: 512, n: n), seed: 1).layer()
      let session = try highLight().session(layer, options: LayerOptions())
      #expect(try session.run(through: .max / 4_000_000) == .finished)
      let share = Double(session.simulation.leaptCycles) / Double(session.core.cycle)
      #expect(share > 0.75, "\(share) of N = \(n)")
    }
  }

  @Test func `a disturbed run ticks in every cycle`() throws {
    let layer = try SyntheticGEMM(GEMMShape(m: 64, k: 128, n: 128), seed: 1).layer()
    let options = LayerOptions(perturbation: Simulation.Perturbation(backpressureSeed: 5))
    let session = try highLight().session(layer, options: options)
    #expect(try session.run(through: 100_000) == .finished)
    #expect(session.simulation.leaptCycles == 0)
  }
}
