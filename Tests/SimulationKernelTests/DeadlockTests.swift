// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SimulationKernel

/// A simulation in which nobody is awake has ended cleanly, or says who waits for whom.
@Suite struct DeadlockTests {
  /// Sends its messages first and receives afterwards: in a circle of these, all may wait for a slot.
  private final class SendsFirst: Component {
    let input: Input<UInt64>
    let output: Output<UInt64>
    private var remaining: Int

    init(_ name: String, in clock: ClockDomain, messages: Int) {
      input = Input("input", of: name, in: clock)
      output = Output("output", of: name, in: clock)
      remaining = messages
      super.init(name, in: clock)
    }

    override func tick() -> Activity {
      if remaining > 0 {
        guard output.isReady else { return output.backpressured }
        output.send(0, bytes: 1)
        remaining -= 1
        return .worked
      }
      guard !input.isEmpty else { return input.starved }
      input.receive()
      return .worked
    }
  }

  /// A stage that has not finished before it has passed a message on.
  private final class Relay: Component {
    let input: Input<UInt64>
    let output: Output<UInt64>
    private var hasRelayed = false

    override init(_ name: String, in clock: ClockDomain) {
      input = Input("input", of: name, in: clock)
      output = Output("output", of: name, in: clock)
      super.init(name, in: clock)
    }

    override var isFinished: Bool { hasRelayed }

    override func tick() -> Activity {
      guard !input.isEmpty else { return input.starved }
      guard output.isReady else { return output.backpressured }
      output.send(input.receive(), bytes: 1)
      hasRelayed = true
      return .worked
    }
  }

  private let simulation = Simulation()
  private let clock: ClockDomain

  init() { clock = simulation.addClock("core", period: 1000) }

  @Test func `two components that wait for each other's slots are reported as a cycle by name`() throws {
    let left = SendsFirst("left", in: clock, messages: 3)
    let right = SendsFirst("right", in: clock, messages: 3)
    simulation.connect(left.output, to: right.input, capacity: 2)
    simulation.connect(right.output, to: left.input, capacity: 1)
    try simulation.start()
    let deadlock = try #require(throws: Deadlock.self) { try simulation.run() }
    #expect(deadlock.cycle == ["left", "right"])
    #expect(
      deadlock.waits == [
        .init(component: "left", isStarved: false, link: "left.output->right.input", other: "right", since: 2),
        .init(component: "right", isStarved: false, link: "right.output->left.input", other: "left", since: 1),
      ])
    #expect(deadlock.inFlight == ["left.output->right.input": 2, "right.output->left.input": 1])
    #expect(deadlock.unfinished == [])
    #expect(
      deadlock.description == """
        deadlock at \(deadlock.time) fs: nobody is awake
        wait-for cycle: left -> right -> left
        left waits for a slot on left.output->right.input since cycle 2, from right
        right waits for a slot on right.output->left.input since cycle 1, from left
        left.output->right.input holds 2 messages
        right.output->left.input holds 1 messages
        """)
  }

  @Test(arguments: Array<UInt64>(0..<5))
  func `three components that wait for each other's messages are reported as a cycle`(seed: UInt64) throws {
    let simulation = Simulation(perturbation: .init(shuffleSeed: seed))
    let clock = simulation.addClock("core", period: 1000)
    let relays = ["a", "b", "c"].map { Relay($0, in: clock) }
    for (relay, next) in zip(relays, relays[1...] + relays[..<1]) {
      simulation.connect(relay.output, to: next.input, capacity: 2)
    }
    try simulation.start()
    let deadlock = try #require(throws: Deadlock.self) { try simulation.run() }
    #expect(deadlock.cycle == ["a", "c", "b"])
    #expect(deadlock.waits.map(\.since) == [0, 0, 0])
    #expect(deadlock.waits.map(\.link) == ["c.output->a.input", "a.output->b.input", "b.output->c.input"])
    #expect(deadlock.inFlight == [:])
    #expect(deadlock.unfinished == ["a", "b", "c"])
    #expect(deadlock.description.contains("wait-for cycle: a -> c -> b -> a"))
    #expect(deadlock.description.contains("not finished: a, b, c"))
  }

  @Test func `those who wait on a cycle from outside are listed, but not part of it`() throws {
    let outside = Listener("outside", in: clock)
    func node(_ name: String, outputs: Int) -> Node {
      let plan = NetworkPlan.Node(
        name: name, clock: 0, salt: 0, thinking: 1, isBusyWhileThinking: true, inputDelays: [0],
        outputDelays: Array(repeating: 0, count: outputs))
      return Node(plan, total: 1, in: clock)
    }
    let forks = node("forks", outputs: 2)
    let returns = node("returns", outputs: 1)
    simulation.connect(forks.outputs[0], to: returns.inputs[0], capacity: 1)
    simulation.connect(returns.outputs[0], to: forks.inputs[0], capacity: 1)
    simulation.connect(forks.outputs[1], to: outside.input, capacity: 1)
    try simulation.start()
    let deadlock = try #require(throws: Deadlock.self) { try simulation.run() }
    #expect(deadlock.waits.map(\.component) == ["outside", "forks", "returns"])
    #expect(deadlock.cycle == ["forks", "returns"])
  }

  @Test func `a component that is blocked without a cycle is reported, with whom it waits for`() throws {
    let source = Source(in: clock, [.init(), .init(), .init()])
    let sink = Sleeper(in: clock)
    simulation.connect(source.output, to: sink.input, latency: 2, capacity: 2)
    try simulation.start()
    let deadlock = try #require(throws: Deadlock.self) { try simulation.run() }
    #expect(deadlock.cycle == [])
    #expect(
      deadlock.waits == [
        .init(component: "source", isStarved: false, link: "source.output->sleeper.input", other: "sleeper", since: 2)
      ])
    #expect(deadlock.inFlight == ["source.output->sleeper.input": 2])
    #expect(deadlock.unfinished == ["source"])
    #expect(!deadlock.description.contains("cycle:"))
  }

  @Test func `a message that nobody takes is a deadlock, even if nobody waits`() throws {
    let source = Source(in: clock, [.init()])
    let sink = Sleeper(in: clock)
    simulation.connect(source.output, to: sink.input, capacity: 2)
    try simulation.start()
    let deadlock = try #require(throws: Deadlock.self) { try simulation.run() }
    #expect(deadlock.waits == [])
    #expect(deadlock.inFlight == ["source.output->sleeper.input": 1])
  }

  @Test func `receivers that wait for more when all is done are a clean end`() throws {
    let source = Source(in: clock, [.init(), .init()])
    let stage = Stage("stage", in: clock)
    let sink = Listener("sink", in: clock)
    simulation.connect(source.output, to: stage.input, capacity: 1)
    simulation.connect(stage.output, to: sink.input, capacity: 1)
    try simulation.start()
    #expect(try simulation.run() == .finished)
    #expect(sink.receives.count == 2)
  }

  @Test func `a component that is not finished when nobody is awake is a deadlock`() throws {
    let relay = Relay("relay", in: clock)
    let source = Source(in: clock, [])
    let sink = Listener("sink", in: clock)
    simulation.connect(source.output, to: relay.input, capacity: 1)
    simulation.connect(relay.output, to: sink.input, capacity: 1)
    try simulation.start()
    let deadlock = try #require(throws: Deadlock.self) { try simulation.run() }
    #expect(deadlock.unfinished == ["relay"])
    #expect(deadlock.cycle == [])
    #expect(deadlock.waits.map(\.component) == ["relay", "sink"])
  }

  @Test func `who is awake later is not deadlocked now`() throws {
    let source = Source(in: clock, [.init(), .init(notBefore: 1_000_000)])
    let sink = Listener(in: clock)
    simulation.connect(source.output, to: sink.input, capacity: 1)
    try simulation.start()
    #expect(try simulation.run(through: 500_000_000) == .reachedLimit)
    #expect(try simulation.run() == .finished)
    #expect(sink.receives == [1, 1_000_001])
  }

  /// Never receives anything.
  private final class Sleeper: Component {
    let input: Input<UInt64>

    init(in clock: ClockDomain) {
      input = Input("input", of: "sleeper", in: clock)
      super.init("sleeper", in: clock)
    }
  }
}
