// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SimulationKernel

/// Every cycle of every component is booked once, under what the component did or waited for.
@Suite struct AccountingTests {
  static let seeds = Array<UInt64>(0..<25)

  @Test func `a pipeline's stalls are booked on the links at fault`() throws {
    let simulation = Simulation()
    let clock = simulation.addClock("core", period: 1000)
    let source = Source(in: clock, [.init(notBefore: 3), .init(notBefore: 3), .init(notBefore: 3)])
    let stage = Stage("stage", in: clock)
    let sink = Listener("sink", in: clock)
    simulation.connect(source.output, to: stage.input, latency: 2, capacity: 1)
    simulation.connect(stage.output, to: sink.input, latency: 4, capacity: 1)
    try simulation.start()
    _ = try simulation.run()
    simulation.closeAccounts()
    // cycle   0    5    10   15   20
    // source  iiib bbbb bbbb biii iiii i      sends at 3, 6 and 11; refused at 4, 5 and 7 to 10
    // stage   ssss sb   works at 5, 10, 15; refused at 8, 9 and 13, 14, starved else
    // sink    works at 9, 14 and 19
    #expect(source.sends == [3, 6, 11])
    #expect(sink.receives == [9, 14, 19])
    #expect(
      simulation.componentAccounts == [
        ComponentAccount(
          name: "source", clock: "core", period: 1000, cycles: 21, busy: 3, starved: 0, backpressured: 6, idle: 12),
        ComponentAccount(
          name: "stage", clock: "core", period: 1000, cycles: 21, busy: 3, starved: 14, backpressured: 4, idle: 0),
        ComponentAccount(
          name: "sink", clock: "core", period: 1000, cycles: 21, busy: 3, starved: 18, backpressured: 0, idle: 0),
      ])
    #expect(simulation.linkAccounts.map(\.starvedCycles) == [14, 18])
    #expect(simulation.linkAccounts.map(\.backpressuredCycles) == [6, 4])
  }

  @Test(arguments: seeds)
  func `busy, starved, backpressured and idle sum to the cycles of every component`(seed: UInt64) throws {
    for perturbation in [Simulation.Perturbation(), .init(backpressureSeed: seed)].prefix(seed < 2 ? 2 : 1) {
      let result = try NetworkResult(running: NetworkPlan(seed: seed), perturbation)
      for account in result.components {
        #expect(account.busy + account.starved + account.backpressured + account.idle == account.cycles)
      }
      let starved = result.components.map(\.starved).reduce(0, +)
      #expect(result.links.map(\.starvedCycles).reduce(0, +) == starved)
      let backpressured = result.components.map(\.backpressured).reduce(0, +)
      #expect(result.links.map(\.backpressuredCycles).reduce(0, +) == backpressured)
    }
  }

  /// What a component did in one cycle.
  private struct Entry: Equatable {
    var kind: Activity.Kind
    var link: Int32
  }

  @Test(arguments: seeds)
  func `the stretches told to an observer are what a log of every single cycle says`(seed: UInt64) throws {
    let plan = NetworkPlan(seed: seed)
    let (stepped, _) = plan.build()
    try stepped.start()
    var log: [[Entry]] = stepped.components.map { _ in [] }
    var edge: Femtoseconds = 0
    var outcome = Simulation.Outcome.reachedLimit
    while outcome != .finished {
      outcome = try stepped.run(through: edge)
      for component in stepped.components where edge % component.clock.period == 0 {
        let (kind, link) = stepped.currentActivity(of: component)
        log[component.index].append(Entry(kind: kind, link: link))
      }
      edge = plan.periods.map { (edge / $0 + 1) * $0 }.min() ?? .max
    }

    let (simulation, _) = plan.build()
    let observer = StretchLog()
    simulation.activityObserver = observer
    try simulation.start()
    _ = try simulation.run()
    simulation.closeAccounts()
    #expect(simulation.time == stepped.time)
    #expect(simulation.eventHash == stepped.eventHash)

    var told: [[Entry]] = simulation.components.map { _ in [] }
    for stretch in observer.stretches {
      #expect(stretch.start == Cycle(told[stretch.component].count))
      #expect(stretch.cycles > 0)
      told[stretch.component] += Array(
        repeating: Entry(kind: stretch.kind, link: stretch.link), count: Int(stretch.cycles))
    }
    #expect(told == log)
    #expect(simulation.componentAccounts.map(\.cycles) == log.map { Int64($0.count) })
    for (account, entries) in zip(simulation.componentAccounts, log) {
      let counted = [Activity.Kind.busy, .starved, .backpressured, .idle].map { kind in
        Int64(entries.count { $0.kind == kind })
      }
      #expect([account.busy, account.starved, account.backpressured, account.idle] == counted)
    }
    for (number, account) in simulation.linkAccounts.enumerated() {
      func waits(_ kind: Activity.Kind) -> Int64 {
        Int64(log.joined().count { $0 == Entry(kind: kind, link: Int32(number)) })
      }
      #expect(account.starvedCycles == waits(.starved))
      #expect(account.backpressuredCycles == waits(.backpressured))
    }
  }

  @Test(arguments: seeds)
  func `the messages told to an observer are all that were sent, and their bytes all that arrive`(
    seed: UInt64
  ) throws {
    let log = MessageLog()
    let plan = NetworkPlan(seed: seed)
    let (simulation, _) = plan.build()
    simulation.observeMessages(log)
    try simulation.start()
    _ = try simulation.run()
    for (number, account) in simulation.linkAccounts.enumerated() {
      let messages = log.entries.filter { $0.link == number }
      #expect(messages.map(\.ordinal) == Array(0..<account.messages))
      #expect(messages.map { Int64($0.bytes) }.reduce(0, +) == account.bytesSent)
      #expect(account.bytesReceived == account.bytesSent)
      #expect(account.inFlight == 0)
    }
  }

  @Test func `an observer of some links hears of those only`() throws {
    let simulation = Simulation()
    let clock = simulation.addClock("core", period: 1000)
    let source = Source(in: clock, [.init(bytes: 3), .init(bytes: 5, notBefore: 7)])
    let stage = Stage("stage", in: clock)
    let sink = Listener("sink", in: clock)
    simulation.connect(source.output, to: stage.input, latency: 2, capacity: 2)
    simulation.connect(stage.output, to: sink.input, latency: 4, capacity: 2)
    let log = MessageLog()
    simulation.observeMessages(log) { $0 == "source.output->stage.input" }
    try simulation.start()
    _ = try simulation.run()
    #expect(
      log.entries == [
        .init(link: 0, ordinal: 0, sendCycle: 0, arrival: 2000, bytes: 3),
        .init(link: 0, ordinal: 1, sendCycle: 7, arrival: 9000, bytes: 5),
      ])
  }

  @Test func `a second observer of a link is refused, since it would silence the first`() async {
    await #expect(processExitsWith: .failure) {
      let simulation = Simulation()
      let clock = simulation.addClock("core", period: 1000)
      let source = Source(in: clock, [.init()])
      let sink = Listener(in: clock)
      simulation.connect(source.output, to: sink.input, capacity: 1)
      simulation.observeMessages(MessageLog())
      simulation.observeMessages(MessageLog())
    }
  }

  @Test func `accounts closed in the middle of a run go on when it is continued`() throws {
    let plan = NetworkPlan(seed: 3)
    let whole = try NetworkResult(running: plan)
    let (simulation, _) = plan.build()
    try simulation.start()
    for part in 1...20 as ClosedRange<Int64> {
      _ = try simulation.run(through: whole.time * part / 20)
      simulation.closeAccounts()
      for account in simulation.componentAccounts {
        #expect(account.busy + account.starved + account.backpressured + account.idle == account.cycles)
      }
    }
    #expect(simulation.componentAccounts.sorted { $0.name < $1.name } == whole.components)
  }
}
