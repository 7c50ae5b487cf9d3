// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Testing

/// A simulation that is wired wrongly does not start, and says why.
@Suite struct WiringTests {
  private let simulation = Simulation()
  private let clock: ClockDomain

  init() { clock = simulation.addClock("core", period: 1000) }

  @Test func `endpoints left dangling are named, all of them`() {
    let source = Source(in: clock, [])
    let stage = Stage("stage", in: clock)
    _ = Listener(in: clock)
    simulation.connect(source.output, to: stage.input, capacity: 1)
    let error = #expect(throws: WiringError.self) { try simulation.start() }
    #expect(error == .dangling(["stage.output", "listener.input"]))
    #expect(error?.description == "not connected: stage.output, listener.input")
  }

  @Test func `two components of one name are refused`() {
    _ = Alarm("PEArray[2]", in: clock, at: [])
    _ = Alarm("PEArray[2]", in: simulation.addClock("memory", period: 500), at: [])
    let error = #expect(throws: WiringError.self) { try simulation.start() }
    #expect(error == .duplicateComponent("PEArray[2]"))
    #expect(error?.description == "two components are called PEArray[2]")
  }

  @Test func `an endpoint whose owner is no component is refused`() {
    let output = Output<UInt64>("data", of: "nobody", in: clock)
    let listener = Listener(in: clock)
    simulation.connect(output, to: listener.input, capacity: 1)
    let error = #expect(throws: WiringError.self) { try simulation.start() }
    #expect(error == .unknownOwner(endpoint: "nobody.data"))
    #expect(error?.description == "nobody.data belongs to no component")
  }

  @Test func `two endpoints of one name are refused, since their links could not be told apart`() {
    let listener = Listener(in: clock)
    let second = Input<UInt64>("input", of: "listener", in: clock)
    let sources = [Source("a", in: clock, []), Source("b", in: clock, [])]
    simulation.connect(sources[0].output, to: listener.input, capacity: 1)
    simulation.connect(sources[1].output, to: second, capacity: 1)
    let error = #expect(throws: WiringError.self) { try simulation.start() }
    #expect(error?.description == "two endpoints are called listener.input")
  }

  @Test func `links and components keep the order in which they were made`() throws {
    let source = Source(in: clock, [])
    let stage = Stage("stage", in: clock)
    let sink = Listener("sink", in: clock)
    simulation.connect(stage.output, to: sink.input, latency: 3, capacity: 5, width: 16)
    simulation.connect(source.output, to: stage.input, capacity: 1)
    try simulation.start()
    #expect(simulation.components.map(\.name) == ["source", "stage", "sink"])
    #expect(simulation.components.map(\.index) == [0, 1, 2])
    let links = simulation.linkAccounts
    #expect(links.map(\.name) == ["stage.output->sink.input", "source.output->stage.input"])
    #expect(links.map(\.sender) == ["stage", "source"])
    #expect(links.map(\.receiver) == ["sink", "stage"])
    #expect(links.map(\.latency) == [3, 1])
    #expect(links.map(\.capacity) == [5, 1])
    #expect(links.map(\.width) == [16, 0])
  }

  @Test func `an endpoint takes one link`() async {
    await #expect(processExitsWith: .failure) {
      let simulation = Simulation()
      let clock = simulation.addClock("core", period: 1000)
      let source = Source(in: clock, [])
      let sinks = [Listener("a", in: clock), Listener("b", in: clock)]
      simulation.connect(source.output, to: sinks[0].input, capacity: 1)
      simulation.connect(source.output, to: sinks[1].input, capacity: 1)
    }
  }

  @Test func `a link joins endpoints of one simulation`() async {
    await #expect(processExitsWith: .failure) {
      let simulation = Simulation()
      let other = Simulation()
      let source = Source(in: simulation.addClock("core", period: 1000), [])
      let sink = Listener(in: other.addClock("core", period: 1000))
      simulation.connect(source.output, to: sink.input, capacity: 1)
    }
  }

  @Test func `nothing is added to a simulation that has started`() async {
    await #expect(processExitsWith: .failure) {
      let simulation = Simulation()
      let clock = simulation.addClock("core", period: 1000)
      try simulation.start()
      _ = Alarm(in: clock, at: [])
    }
  }
}
