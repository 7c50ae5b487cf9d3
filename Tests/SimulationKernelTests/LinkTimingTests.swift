// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Testing

/// Right cycle: what a source drives and a sink observes, cycle by cycle.
@Suite struct LinkTimingTests {
  @Test(arguments: Array<Cycle>(1...5))
  func `a message is seen latency cycles after it was sent`(latency: Cycle) throws {
    let observed = try LinkModel(latency: latency, capacity: 1).simulate(1)
    #expect(observed.sends == [0])
    #expect(observed.receives == [latency])
  }

  @Test func `one slot gives half rate, since a freed slot is seen one edge after the receive`() throws {
    let observed = try LinkModel(latency: 1, capacity: 1).simulate(4)
    #expect(observed.sends == [0, 2, 4, 6])
    #expect(observed.receives == [1, 3, 5, 7])
  }

  @Test func `two slots give full rate at latency one`() throws {
    let observed = try LinkModel(latency: 1, capacity: 2).simulate(4)
    #expect(observed.sends == [0, 1, 2, 3])
    #expect(observed.receives == [1, 2, 3, 4])
  }

  @Test(arguments: Array<Cycle>(1...6), Array(1...8))
  func `a link moves capacity messages every latency plus one cycles, at most one a cycle`(
    latency: Cycle, capacity: Int
  ) throws {
    let observed = try LinkModel(latency: latency, capacity: capacity).simulate(40)
    let round = Int(latency) + 1
    let sends = (0..<40).map { Cycle(capacity >= round ? $0 : $0 / capacity * round + $0 % capacity) }
    #expect(observed.sends == sends)
    #expect(observed.receives == sends.map { $0 + latency })
  }

  @Test func `a full link refuses sends until the edge after a receive`() throws {
    // cycle      0  1  2  3  4  5  6  7  8  9
    // driven     0  1           2  3  4
    // observed               0  1  2  3  4
    let observed = try LinkModel(latency: 1, capacity: 2, receiveFrom: 4).simulate(5)
    #expect(observed.sends == [0, 1, 5, 6, 7])
    #expect(observed.receives == [4, 5, 6, 7, 8])
  }

  @Test func `several slots freed in one cycle come back together at the next edge`() throws {
    let observed = try LinkModel(capacity: 3, sendsPerCycle: 3, receivesPerCycle: 3, receiveFrom: 4).simulate(6)
    #expect(observed.sends == [0, 0, 0, 5, 5, 5])
    #expect(observed.receives == [4, 4, 4, 6, 6, 6])
  }

  @Test func `a message wider than the wire arrives when its last byte has`() throws {
    // 10 bytes at 4 a cycle: cycles 0, 1 and half of 2; the second message starts in the other half of 2.
    let observed = try LinkModel(capacity: 8, width: 4, bytes: 10, sendsPerCycle: 8).simulate(3)
    #expect(observed.sends == [0, 2, 5])
    #expect(observed.receives == [3, 5, 8])
  }

  @Test func `small messages share a cycle of the wire`() throws {
    let observed = try LinkModel(capacity: 8, width: 4, bytes: 2, sendsPerCycle: 8, receivesPerCycle: 8).simulate(6)
    #expect(observed.sends == [0, 0, 1, 1, 2, 2])
    #expect(observed.receives == [1, 1, 2, 2, 3, 3])
  }

  @Test func `a wire that was idle does not save up bytes`() throws {
    let simulation = Simulation()
    let clock = simulation.addClock("core", period: 1000)
    let items = [Source.Item(bytes: 4), .init(bytes: 4, notBefore: 10), .init(bytes: 4, notBefore: 10)]
    let source = Source(in: clock, items, perCycle: 4)
    let sink = Listener(in: clock)
    simulation.connect(source.output, to: sink.input, capacity: 8, width: 4)
    try simulation.start()
    _ = try simulation.run()
    #expect(source.sends == [0, 10, 11])
    #expect(sink.receives == [1, 11, 12])
  }

  @Test func `a message without bytes takes a slot but no wire`() throws {
    let observed = try LinkModel(capacity: 2, width: 1, bytes: 0, sendsPerCycle: 2, receivesPerCycle: 2).simulate(4)
    #expect(observed.sends == [0, 0, 2, 2])
    #expect(observed.receives == [1, 1, 3, 3])
  }

  @Test(arguments: Array<UInt64>(0..<300))
  func `any link keeps the schedule that its rules give`(seed: UInt64) throws {
    let model = LinkModel.random(seed: seed, periods: [1000])
    let expected = model.schedule(60)
    let observed = try model.simulate(60)
    #expect(observed.sends == expected.sends, "\(model.testDescription)")
    #expect(observed.receives == expected.receives, "\(model.testDescription)")
  }

  @Test func `a send on a link that is not ready traps`() async {
    await #expect(processExitsWith: .failure) {
      let simulation = Simulation()
      let clock = simulation.addClock("core", period: 1000)
      let source = CarelessSource(in: clock)
      let sink = Sink(in: clock, from: 10)
      simulation.connect(source.output, to: sink.input, capacity: 1)
      try simulation.start()
      _ = try simulation.run(through: 5000)
    }
  }

  @Test func `a message of negative size traps`() async {
    await #expect(processExitsWith: .failure) {
      let simulation = Simulation()
      let clock = simulation.addClock("core", period: 1000)
      let source = Source(in: clock, [.init(bytes: -1)])
      let sink = Listener(in: clock)
      simulation.connect(source.output, to: sink.input, capacity: 1)
      try simulation.start()
      _ = try simulation.run(through: 5000)
    }
  }

  @Test func `a receive from an empty input traps`() async {
    await #expect(processExitsWith: .failure) {
      let simulation = Simulation()
      let clock = simulation.addClock("core", period: 1000)
      let source = Source(in: clock, [.init()])
      let sink = CarelessSink(in: clock)
      simulation.connect(source.output, to: sink.input, capacity: 1)
      try simulation.start()
      _ = try simulation.run(through: 5000)
    }
  }
}

extension LinkModel {
  /// A link whose every figure is drawn from `seed`; most are small, where the corners are.
  static func random(seed: UInt64, periods: [Femtoseconds]) -> LinkModel {
    var random = SplitMix64(seed)
    return LinkModel(
      senderPeriod: periods.randomElement(using: &random) ?? 1,
      receiverPeriod: periods.randomElement(using: &random) ?? 1,
      latency: .random(in: 1...6, using: &random),
      capacity: .random(in: 1...8, using: &random),
      width: Bool.random(using: &random) ? .random(in: 1...9, using: &random) : nil,
      bytes: .random(in: 0...20, using: &random),
      sendsPerCycle: .random(in: 1...3, using: &random),
      receivesPerCycle: .random(in: 1...3, using: &random),
      receiveFrom: .random(in: 0...12, using: &random),
      receiveEvery: .random(in: 1...4, using: &random))
  }
}

/// Sends without asking whether the link is ready.
private final class CarelessSource: Component {
  let output: Output<UInt64>

  init(in clock: ClockDomain) {
    output = Output("output", of: "careless", in: clock)
    super.init("careless", in: clock)
  }

  override func tick() -> Activity {
    output.send(0, bytes: 1)
    return .worked
  }
}

/// Receives without asking whether anything has arrived.
private final class CarelessSink: Component {
  let input: Input<UInt64>

  init(in clock: ClockDomain) {
    input = Input("input", of: "careless", in: clock)
    super.init("careless", in: clock)
  }

  override func tick() -> Activity {
    input.receive()
    return .worked
  }
}
