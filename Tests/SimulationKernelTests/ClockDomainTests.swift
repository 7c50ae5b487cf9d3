// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Testing

/// Links between clocks: a message or a slot is seen at the first edge that lies at its time or after it.
@Suite struct ClockDomainTests {
  static let periods: [Femtoseconds] = [1_000_000, 468_750, 833_333, 500_000]

  @Test func `a message that arrives at an edge of both clocks is seen at that edge`() throws {
    // Sent at 0 and 2 (fast cycles 0 and 4), arriving one slow cycle later.
    let observed = try LinkModel(senderPeriod: 1000, receiverPeriod: 500, latency: 1, capacity: 2).simulate(3)
    #expect(observed.sends == [0, 1, 2])
    #expect(observed.receives == [2, 4, 6])
  }

  @Test func `a message that arrives between edges waits for the next`() throws {
    let observed = try LinkModel(senderPeriod: 1000, receiverPeriod: 3000, latency: 1, capacity: 4).simulate(3)
    #expect(observed.sends == [0, 1, 2])
    #expect(observed.receives == [1, 2, 3])
  }

  @Test(arguments: [false, true])
  func `a slot freed at an edge of both clocks is seen at the sender's next edge`(receiverFirst: Bool) throws {
    let observed = try LinkModel(senderPeriod: 1000, receiverPeriod: 500, latency: 1, capacity: 1)
      .simulate(3, receiverFirst: receiverFirst)
    #expect(observed.sends == [0, 2, 4])
    #expect(observed.receives == [2, 6, 10])
  }

  @Test(arguments: [false, true])
  func `a slot freed between the sender's edges is seen at the next of them`(receiverFirst: Bool) throws {
    // The receiver takes at 1050 and 3150 (its cycles 3 and 9), the sender sees the slot at 2000 and 4000.
    let observed = try LinkModel(senderPeriod: 1000, receiverPeriod: 350, latency: 1, capacity: 1)
      .simulate(3, receiverFirst: receiverFirst)
    #expect(observed.sends == [0, 2, 4])
    #expect(observed.receives == [3, 9, 15])
  }

  @Test(arguments: Array<UInt64>(0..<100))
  func `two clocks of equal period behave as one`(seed: UInt64) throws {
    let model = LinkModel.random(seed: seed, periods: [1000])
    let one = try model.simulate(40)
    let two = try model.simulate(40, receiverFirst: true)
    #expect(one.sends == two.sends, "\(model.testDescription)")
    #expect(one.receives == two.receives, "\(model.testDescription)")
  }

  @Test(arguments: Array<UInt64>(0..<300))
  func `a link between any two clocks keeps the schedule that its rules give`(seed: UInt64) throws {
    let model = LinkModel.random(seed: seed, periods: Self.periods)
    let expected = model.schedule(40)
    for receiverFirst in [false, true] {
      let observed = try model.simulate(40, receiverFirst: receiverFirst)
      #expect(observed.sends == expected.sends, "\(model.testDescription)")
      #expect(observed.receives == expected.receives, "\(model.testDescription)")
    }
  }

  @Test func `a clock that slept for long counts its cycles when it wakes`() throws {
    let simulation = Simulation()
    let core = simulation.addClock("core", period: 1_000_000)
    let memory = simulation.addClock("memory", period: 468_750)
    let source = Source(in: core, [.init(notBefore: 9), .init(notBefore: 5_000), .init(notBefore: 3_000_000)])
    let listener = Listener(in: memory)
    simulation.connect(source.output, to: listener.input, latency: 2, capacity: 4)
    try simulation.start()
    _ = try simulation.run()
    #expect(source.sends == [9, 5_000, 3_000_000])
    #expect(listener.receives == source.sends.map { (($0 + 2) * 1_000_000 + 468_749) / 468_750 })
  }
}
