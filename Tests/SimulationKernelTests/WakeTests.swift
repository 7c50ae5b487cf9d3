// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Testing

/// Who ticks when: the wake wheel, the far queue, and the three reasons to wake.
@Suite struct WakeTests {
  @Test func `a component that waits for a message is ticked when it arrives, and not before`() throws {
    let simulation = Simulation()
    let clock = simulation.addClock("core", period: 1000)
    let source = Source(in: clock, [.init(notBefore: 20)])
    let listener = Listener(in: clock)
    simulation.connect(source.output, to: listener.input, latency: 7, capacity: 1)
    try simulation.start()
    _ = try simulation.run()
    // After its work at 27 it ticks once more to find out that there is no more.
    #expect(listener.tickedAt == [0, 27, 28])
  }

  @Test func `a component that waits for a slot is ticked when the slot returns, and not before`() throws {
    let simulation = Simulation()
    let clock = simulation.addClock("core", period: 1000)
    let source = Source(in: clock, [.init(), .init(), .init()])
    let sink = Sink(in: clock, from: 30, every: 1000)
    simulation.connect(source.output, to: sink.input, capacity: 2)
    try simulation.start()
    _ = try simulation.run(through: 100_000)
    // It works at 0 and 1, is refused at 2, and is told at 31 of the slot freed at 30.
    #expect(source.tickedAt == [0, 1, 2, 31, 32])
  }

  @Test func `a component that waits for the wire is ticked when the wire is free, and not before`() throws {
    let simulation = Simulation()
    let clock = simulation.addClock("core", period: 1000)
    let source = Source(in: clock, [.init(bytes: 40), .init(bytes: 1)])
    let listener = Listener(in: clock)
    simulation.connect(source.output, to: listener.input, capacity: 8, width: 4)
    try simulation.start()
    _ = try simulation.run()
    #expect(source.tickedAt == [0, 1, 10, 11])
    #expect(listener.tickedAt == [0, 10, 11, 12])
  }

  @Test func `a component that asked for a time is ticked then, and not before`() throws {
    let simulation = Simulation()
    let clock = simulation.addClock("core", period: 1000)
    let alarm = Alarm(in: clock, at: [1, 2, 4, 65, 1088, 1089])
    try simulation.start()
    _ = try simulation.run()
    #expect(alarm.tickedAt == [0, 1, 2, 4, 65, 1088, 1089])
  }

  @Test func `a component without a reason is ticked once`() throws {
    let simulation = Simulation()
    let clock = simulation.addClock("core", period: 1000)
    let alarm = Alarm(in: clock, at: [])
    let other = Alarm("other", in: clock, at: Array(1...50))
    try simulation.start()
    _ = try simulation.run()
    #expect(alarm.tickedAt == [0])
    #expect(other.tickedAt.count == 51)
  }

  @Test func `a component occupied until a cycle is busy, and not ticked before`() throws {
    let simulation = Simulation()
    let clock = simulation.addClock("core", period: 1000)
    let occupied = Occupied(in: clock, for: 9)
    let listener = Listener(in: clock)
    simulation.connect(occupied.output, to: listener.input, capacity: 8)
    try simulation.start()
    _ = try simulation.run(through: 20_000)
    simulation.closeAccounts()
    #expect(occupied.tickedAt == [0, 9, 18])
    #expect(simulation.componentAccounts.first?.busy == simulation.componentAccounts.first?.cycles)
  }

  /// The slot that a receiver frees at the edge of the send itself is what wakes the sender here.
  @Test func `a sender that fills a link and sleeps hears of a slot freed at that edge, in either order`() throws {
    let ticks = try Array<UInt64>(0..<8).map { seed in
      let simulation = Simulation(perturbation: .init(shuffleSeed: seed))
      let clock = simulation.addClock("core", period: 1000)
      let occupied = Occupied(in: clock, for: 100)
      let sink = Sink(in: clock, from: 100)
      simulation.connect(occupied.output, to: sink.input, capacity: 2)
      try simulation.start()
      _ = try simulation.run(through: 120_000)
      return occupied.tickedAt
    }
    #expect(Set(ticks) == [Array([0...0, 100...120].joined())])
  }

  @Test func `two reasons for one cycle are one tick`() throws {
    let simulation = Simulation()
    let clock = simulation.addClock("core", period: 1000)
    let source = Source(in: clock, [.init(notBefore: 4), .init(notBefore: 14)])
    let sink = Sink(in: clock, from: 5, every: 10)
    simulation.connect(source.output, to: sink.input, capacity: 1)
    try simulation.start()
    _ = try simulation.run(through: 20_000)
    #expect(sink.receives == [5, 15])
    #expect(Set(sink.tickedAt).count == sink.tickedAt.count)
  }

  @Test func `a wake in the present or the past traps`() async {
    await #expect(processExitsWith: .failure) {
      let simulation = Simulation()
      let clock = simulation.addClock("core", period: 1000)
      _ = Alarm(in: clock, at: [5, 5])
      try simulation.start()
      _ = try simulation.run()
    }
  }

  /// A run that stepped through the gap would not end in the life of a test.
  @Test(.timeLimit(.minutes(1)), arguments: [10_000_000, 1_000_000_000_000] as [Cycle])
  func `a wake far ahead is kept, and reached without stepping`(distance: Cycle) throws {
    let simulation = Simulation()
    let clock = simulation.addClock("core", period: 1000)
    let alarm = Alarm(in: clock, at: [distance, distance + 1, 2 * distance])
    try simulation.start()
    _ = try simulation.run()
    #expect(alarm.tickedAt == [0, distance, distance + 1, 2 * distance])
    #expect(simulation.time == 2 * distance * 1000)
  }

  /// Distances around every boundary of the wheel: its words of 64 buckets, its horizon, and the queue beyond.
  private static let distances: [Cycle] = [
    1, 2, 3, 62, 63, 64, 65, 127, 128, 129, 511, 960, 1000, 1022, 1023, 1024, 1025, 1087, 1088, 2047, 2048, 2049,
    5_000, 65_536, 1_000_000,
  ]

  @Test(arguments: Array<UInt64>(0..<20), [1, 64, 65, 130])
  func `every component of many ticks exactly when it asked to`(seed: UInt64, count: Int) throws {
    var random = SplitMix64(seed)
    // Half the seeds mix all distances, the others keep to one neighbourhood, so that the wheel is dense or sparse.
    let low = Int.random(in: 0..<Self.distances.count, using: &random)
    let choice = seed % 2 == 0 ? Self.distances[...] : Self.distances[low..<min(low + 4, Self.distances.count)]
    let simulation = Simulation()
    let clock = simulation.addClock("core", period: 1000)
    let alarms = (0..<count).map { number in
      var cycle: Cycle = 0
      let wakes = (0..<40).map { _ in
        cycle += choice.randomElement(using: &random) ?? 1
        return cycle
      }
      return (wakes, Alarm("alarm\(number)", in: clock, at: wakes))
    }
    try simulation.start()
    _ = try simulation.run()
    for (wakes, alarm) in alarms { #expect(alarm.tickedAt == [0] + wakes) }
    #expect(simulation.time == (alarms.compactMap(\.0.last).max() ?? 0) * 1000)
  }

  @Test(arguments: Array<UInt64>(0..<20))
  func `messages over links of any latency wake their receivers exactly at arrival`(seed: UInt64) throws {
    var random = SplitMix64(seed)
    let simulation = Simulation()
    let clock = simulation.addClock("core", period: 1000)
    let pairs = (0..<100).map { number in
      var cycle: Cycle = 0
      let items = (0..<20).map { _ in
        cycle += Cycle.random(in: 1...3, using: &random) == 1 ? 1 : .random(in: 1...2_000, using: &random)
        return Source.Item(notBefore: cycle)
      }
      let source = Source("source\(number)", in: clock, items)
      let listener = Listener("listener\(number)", in: clock)
      let latency = Self.distances.randomElement(using: &random) ?? 1
      simulation.connect(source.output, to: listener.input, latency: latency, capacity: 64)
      return (items.map { $0.notBefore + latency }, listener)
    }
    try simulation.start()
    _ = try simulation.run()
    for (arrivals, listener) in pairs {
      #expect(listener.receives == arrivals)
      #expect(Set(listener.tickedAt) == Set([0] + arrivals + arrivals.map { $0 + 1 }))
      #expect(Set(listener.tickedAt).count == listener.tickedAt.count)
    }
  }
}
