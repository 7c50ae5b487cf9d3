// SPDX-License-Identifier: Apache-2.0
import Foundation
import Recording
import SimulationKernel
import Sparsity
import Testing
import Workloads

@testable import Accelerators
@testable import hssim

/// What an error that no input brings about would do to the process.
struct EndingTests {
  /// Sends one message that nobody takes, and is not finished before that.
  private final class Stuck: Component {
    let input: Input<Int>
    let output: Output<Int>

    override init(_ name: String, in clock: ClockDomain) {
      input = Input("input", of: name, in: clock)
      output = Output("output", of: name, in: clock)
      super.init(name, in: clock)
    }

    override func tick() -> Activity { input.starved }
    override var isFinished: Bool { false }
  }

  @Test
  func `a deadlock has a code of its own, and names who waits for whom`() throws {
    let simulation = Simulation()
    let clock = simulation.addClock("core", period: 1000)
    let (first, second) = (Stuck("first", in: clock), Stuck("second", in: clock))
    simulation.connect(first.output, to: second.input, latency: 1, capacity: 1)
    simulation.connect(second.output, to: first.input, latency: 1, capacity: 1)
    try simulation.start()
    let error = #expect(throws: Deadlock.self) { _ = try simulation.run(through: 1_000_000) }
    let ending = Ending(try #require(error))
    #expect(ending.exitCode == 75)
    #expect(ending.message.contains("wait-for cycle: first -> second -> first"))
  }

  @Test
  func `a run that contradicts itself asks to be reported`() {
    let ending = Ending(LayerFailure(layer: "ffn.up", problem: "5 cycles beat the bound compute of 6"))
    #expect(ending.exitCode == 70)
    #expect(ending.message.contains("layer ffn.up: 5 cycles beat the bound compute of 6"))
    #expect(ending.message.contains("report"))
  }

  @Test
  func `an error that nobody foresaw is the program's fault`() {
    struct Surprise: Error {}
    #expect(Ending(Surprise()).exitCode == 70)
  }

  @Test(arguments: WorkloadError.Kind.allCases)
  func `a mistake in a workload ends with its own code`(kind: WorkloadError.Kind) {
    let error = WorkloadError(kind, file: "t.yaml", "wrong")
    #expect(Ending(error).exitCode == kind.rawValue)
    #expect(Ending(error).message == "t.yaml: wrong")
  }

  @Test(
    arguments: [(.invalidDescription, 64), (.cannotCreate, 73), (.inputOutput, 74)] as [(RecordingError.Kind, Int32)])
  func `a database that cannot be made ends with its own code`(_ kind: RecordingError.Kind, _ code: Int32) {
    #expect(Ending(RecordingError(kind, path: "run.sqlite", reason: "wrong")).exitCode == code)
  }

  @Test(arguments: [(SIGINT, 130, "SIGINT"), (SIGTERM, 143, "SIGTERM")])
  func `a signal ends with 128 more`(_ signal: Int32, _ code: Int32, _ name: String) {
    let ending = Ending(Interrupted(signal: signal, finishedLayers: 2, layers: 3, path: "run.sqlite"))
    #expect(ending.exitCode == code)
    #expect(ending.message == "ended by \(name): run.sqlite holds 2 of 3 layers; the same command goes on from there")
  }
}
