// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Testing

/// Order never shows, and nothing but the model decides what a run does.
@Suite struct DeterminismTests {
  static let seeds = Array<UInt64>(0..<25)

  @Test func `the random networks have what they are meant to test`() throws {
    let plans = Self.seeds.map { NetworkPlan(seed: $0) }
    #expect(plans.contains { $0.periods.count == 3 })
    #expect(plans.contains { $0.nodes.contains { $0.inputDelays.count { $0 > 0 } > 0 } })
    #expect(plans.contains { $0.nodes.contains { $0.outputDelays.count > 1 } })
    let accounts = try plans.flatMap { try NetworkResult(running: $0).components }
    for kind in [\ComponentAccount.busy, \.starved, \.backpressured, \.idle] {
      #expect(accounts.contains { $0[keyPath: kind] > 0 })
    }
  }

  @Test(arguments: seeds)
  func `a network runs to its clean end, every node having fired`(seed: UInt64) throws {
    let plan = NetworkPlan(seed: seed)
    let result = try NetworkResult(running: plan)
    #expect(result.values.allSatisfy { $0.count == plan.firings })
    #expect(result.links.allSatisfy { $0.inFlight == 0 && $0.bytesSent == $0.bytesReceived })
  }

  @Test(arguments: seeds)
  func `a second run of the same network is the same run`(seed: UInt64) throws {
    let plan = NetworkPlan(seed: seed)
    #expect(try NetworkResult(running: plan) == NetworkResult(running: plan))
  }

  @Test(arguments: seeds)
  func `the order in which components tick cannot be seen`(seed: UInt64) throws {
    let plan = NetworkPlan(seed: seed)
    let reference = try NetworkResult(running: plan)
    for shuffle in 1...8 as ClosedRange<UInt64> {
      #expect(try NetworkResult(running: plan, .init(shuffleSeed: shuffle)) == reference)
    }
  }

  @Test(arguments: seeds)
  func `the order in which clocks, components and links are made cannot be seen`(seed: UInt64) throws {
    let plan = NetworkPlan(seed: seed)
    let reference = try NetworkResult(running: plan)
    for order in 1...8 as ClosedRange<UInt64> {
      #expect(try NetworkResult(running: plan, order: order) == reference)
    }
  }

  @Test func `order cannot be seen among more components than one word of wakes holds`() throws {
    let plan = NetworkPlan(seed: 7, layers: 5, nodesPerLayer: 40...60)
    #expect(plan.nodes.count > 192)
    let reference = try NetworkResult(running: plan)
    #expect(try NetworkResult(running: plan, .init(shuffleSeed: 1)) == reference)
    #expect(try NetworkResult(running: plan, order: 2) == reference)
  }

  @Test(arguments: seeds.prefix(5))
  func `random back-pressure changes timing and no value`(seed: UInt64) throws {
    let plan = NetworkPlan(seed: seed)
    let reference = try NetworkResult(running: plan)
    var times: Set<Femtoseconds> = []
    for backpressure in 1...2 as ClosedRange<UInt64> {
      let result = try NetworkResult(running: plan, .init(backpressureSeed: backpressure))
      #expect(result.values == reference.values)
      #expect(result.links.map(\.messages) == reference.links.map(\.messages))
      #expect(result.links.map(\.bytesReceived) == reference.links.map(\.bytesReceived))
      times.insert(result.time)
    }
    #expect(times.count > 1)
  }

  @Test(arguments: seeds.prefix(2))
  func `a run under random back-pressure is repeatable, and its order cannot be seen`(seed: UInt64) throws {
    let plan = NetworkPlan(seed: seed)
    let reference = try NetworkResult(running: plan, .init(backpressureSeed: 3))
    #expect(try NetworkResult(running: plan, .init(backpressureSeed: 3)) == reference)
    #expect(try NetworkResult(running: plan, .init(shuffleSeed: 5, backpressureSeed: 3)) == reference)
  }

  @Test func `time never runs backwards under random back-pressure, however long one clock slept`() throws {
    let simulation = Simulation(perturbation: .init(backpressureSeed: 1))
    let core = simulation.addClock("core", period: 1_000)
    let memory = simulation.addClock("memory", period: 3_000)
    let source = Source(in: core, [.init(), .init(notBefore: 1_000_000), .init(notBefore: 1_000_010)])
    let listener = Listener(in: memory)
    simulation.connect(source.output, to: listener.input, capacity: 2)
    try simulation.start()
    _ = try simulation.run()
    #expect(listener.receives.count == 3)
    let isAscending = zip(source.tickedAt, source.tickedAt.dropFirst()).allSatisfy { $0 < $1 }
    #expect(isAscending)
    let sleptThrough = listener.tickedAt.count { 20_000 < $0 && $0 < 333_333 }
    #expect(sleptThrough == 0)
  }

  @Test(arguments: seeds)
  func `who listens cannot be seen`(seed: UInt64) throws {
    let plan = NetworkPlan(seed: seed)
    let log = MessageLog()
    let observed = try NetworkResult(running: plan) { simulation in
      simulation.activityObserver = StretchLog()
      simulation.observeMessages(log)
    }
    #expect(try NetworkResult(running: plan) == observed)
    #expect(Int64(log.count) == observed.links.map(\.messages).reduce(0, +))
  }
}
