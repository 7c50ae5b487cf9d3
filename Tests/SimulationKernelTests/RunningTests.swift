// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Testing

/// How a run begins, halts, goes on and ends.
@Suite struct RunningTests {
  private final class Stopper: Component {
    let cycle: Cycle

    init(in clock: ClockDomain, at cycle: Cycle) {
      self.cycle = cycle
      super.init("stopper", in: clock)
    }

    override func tick() -> Activity {
      if now == cycle { stop() }
      return now < cycle ? .idle.until(cycle) : .idle
    }
  }

  @Test(arguments: Array<UInt64>(0..<10))
  func `a stop takes effect after the whole edge, in every clock and whatever the order`(seed: UInt64) throws {
    let simulation = Simulation(perturbation: .init(shuffleSeed: seed))
    let core = simulation.addClock("core", period: 1000)
    let memory = simulation.addClock("memory", period: 500)
    _ = Stopper(in: core, at: 5)
    let alarms = [Alarm("a", in: core, at: Array(1...20)), Alarm("b", in: memory, at: Array(1...20))]
    try simulation.start()
    #expect(try simulation.run() == .finished)
    #expect(simulation.isStopped)
    #expect(simulation.time == 5000)
    #expect(alarms[0].tickedAt == Array(0...5))
    #expect(alarms[1].tickedAt == Array(0...10))
    #expect(try simulation.run() == .finished)
    #expect(alarms[0].tickedAt.count == 6)
  }

  @Test func `a run through a limit processes the edge at the limit and none beyond`() throws {
    let simulation = Simulation()
    let clock = simulation.addClock("core", period: 1000)
    let alarm = Alarm(in: clock, at: [3, 4, 5000])
    try simulation.start()
    #expect(try simulation.run(through: -1) == .reachedLimit)
    #expect(alarm.tickedAt == [])
    #expect(try simulation.run(through: 2999) == .reachedLimit)
    #expect(alarm.tickedAt == [0])
    #expect(try simulation.run(through: 3000) == .reachedLimit)
    #expect(alarm.tickedAt == [0, 3])
    #expect(try simulation.run(through: 4_999_999) == .reachedLimit)
    #expect(alarm.tickedAt == [0, 3, 4])
    #expect(try simulation.run(through: 5_000_000) == .finished)
    #expect(alarm.tickedAt == [0, 3, 4, 5000])
    #expect(simulation.time == 5_000_000)
  }

  @Test(arguments: Array<UInt64>(0..<10))
  func `a run in pieces is the run in one`(seed: UInt64) throws {
    let plan = NetworkPlan(seed: seed)
    let whole = try NetworkResult(running: plan)
    var random = SplitMix64(seed)
    let (simulation, nodes) = plan.build()
    try simulation.start()
    var limit: Femtoseconds = 0
    while try simulation.run(through: limit) == .reachedLimit { limit += .random(in: 1...20_000_000, using: &random) }
    simulation.closeAccounts()
    #expect(nodes.map(\.values) == whole.values)
    #expect(simulation.eventHash == whole.eventHash)
    #expect(simulation.time == whole.time)
    #expect(simulation.componentAccounts.sorted { $0.name < $1.name } == whole.components)
  }

  @Test func `messages in flight are counted where a run halts`() throws {
    let simulation = Simulation()
    let clock = simulation.addClock("core", period: 1000)
    let source = Source(in: clock, Array(repeating: .init(bytes: 7), count: 5))
    let sink = Listener(in: clock)
    simulation.connect(source.output, to: sink.input, latency: 4, capacity: 8)
    try simulation.start()
    // Sent in cycles 0 to 4, received in cycles 4 to 8.
    let expected: [(inFlight: Int64, received: Int64)] = [
      (1, 0), (2, 0), (3, 0), (4, 0), (4, 7), (3, 14), (2, 21), (1, 28), (0, 35),
    ]
    for (cycle, (inFlight, received)) in expected.enumerated() {
      _ = try simulation.run(through: Femtoseconds(cycle) * 1000)
      let account = try #require(simulation.linkAccounts.first)
      #expect(account.inFlight == inFlight)
      #expect(account.bytesReceived == received)
      #expect(account.bytesSent == 7 * account.messages)
    }
  }

  @Test func `a simulation without components ends at once`() throws {
    let simulation = Simulation()
    _ = simulation.addClock("core", period: 1000)
    try simulation.start()
    #expect(try simulation.run() == .finished)
    #expect(simulation.time == -1)
  }

  @Test func `stages join to work, else to the first that waited, else to the earliest wake`() {
    #expect(Activity.idle | .worked == .worked)
    #expect(Activity.worked | .idle.until(3) == .worked)
    #expect(Activity.worked | .working(until: 3) == .worked)
    #expect(Activity.working(until: 3) | .worked == .worked)
    #expect(Activity.working(until: 9) | .idle.until(3) == Activity.working(until: 3))
    #expect(Activity.working(until: 9) | .working(until: 3) == Activity.working(until: 3))
    #expect(Activity.idle.until(9) | .idle.until(3) == .idle.until(3))
    #expect(Activity.idle.until(9) | .idle == .idle.until(9))
    #expect(Activity.idle | .idle.until(9) == .idle.until(9))
    let simulation = Simulation()
    let clock = simulation.addClock("core", period: 1000)
    let stage = Stage("stage", in: clock)
    let other = Stage("other", in: clock)
    simulation.connect(stage.output, to: other.input, capacity: 1)
    simulation.connect(other.output, to: stage.input, capacity: 1)
    #expect(stage.input.starved | stage.output.backpressured == stage.input.starved)
    #expect(stage.output.backpressured | stage.input.starved == stage.output.backpressured)
    #expect(stage.input.starved | .working(until: 9) == Activity.working(until: 9))
    #expect(Activity.working(until: 9) | stage.output.backpressured == Activity.working(until: 9))
    #expect(Activity.idle.until(4) | stage.input.starved == stage.input.starved.until(4))
    #expect(stage.input.starved != other.input.starved)
  }
}
