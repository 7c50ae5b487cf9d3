// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Testing

/// When messages cross one link between a greedy source and a greedy sink, worked out message by message from the
/// rules of links alone: no queues, no wakes, and the wire filled byte by byte.
struct LinkModel: CustomTestStringConvertible {
  var senderPeriod: Femtoseconds = 1000
  var receiverPeriod: Femtoseconds = 1000
  var latency: Cycle = 1
  var capacity = 2
  var width: Int?
  var bytes = 1
  var sendsPerCycle = 1
  var receivesPerCycle = 1
  /// The sink takes messages in the cycles `receiveFrom`, `receiveFrom + receiveEvery`, …
  var receiveFrom: Cycle = 0
  var receiveEvery: Cycle = 1

  var testDescription: String {
    "\(senderPeriod)->\(receiverPeriod) fs, latency \(latency), capacity \(capacity), "
      + "width \(width ?? 0), \(bytes) B, \(sendsPerCycle)/\(receivesPerCycle) per cycle, "
      + "from \(receiveFrom) every \(receiveEvery)"
  }

  /// The cycles of the sends, in the sender's clock, and of the receives, in the receiver's.
  func schedule(_ count: Int) -> (sends: [Cycle], receives: [Cycle]) {
    var sends: [Cycle] = []
    var receives: [Cycle] = []
    var wire: [Cycle: Int] = [:]
    for message in 0..<count {
      var send = sends.last ?? 0
      while true {
        let slotIsFree =
          message < capacity || receives[message - capacity] * receiverPeriod < send * senderPeriod
        let wireIsFree = width.map { wire[send, default: 0] < $0 } ?? true
        if slotIsFree && wireIsFree && sends.count(where: { $0 == send }) < sendsPerCycle { break }
        send += 1
      }
      sends.append(send)
      var departure = send
      if let width {
        for _ in 0..<bytes {
          while wire[departure, default: 0] == width { departure += 1 }
          wire[departure, default: 0] += 1
        }
      }
      let arrival = (departure + latency) * senderPeriod
      var receive = max(receives.last ?? 0, receiveFrom)
      while receive * receiverPeriod < arrival || (receive - receiveFrom) % receiveEvery != 0
        || receives.count(where: { $0 == receive }) >= receivesPerCycle
      { receive += 1 }
      receives.append(receive)
    }
    return (sends, receives)
  }

  /// The same, as the kernel simulates it.
  func simulate(_ count: Int, receiverFirst: Bool = false) throws -> (sends: [Cycle], receives: [Cycle]) {
    let simulation = Simulation()
    let clocks: (sender: ClockDomain, receiver: ClockDomain)
    if receiverFirst {
      let receiver = simulation.addClock("receiver", period: receiverPeriod)
      clocks = (simulation.addClock("sender", period: senderPeriod), receiver)
    } else {
      let sender = simulation.addClock("sender", period: senderPeriod)
      clocks = (
        sender, receiverPeriod == senderPeriod ? sender : simulation.addClock("receiver", period: receiverPeriod)
      )
    }
    let items = Array(repeating: Source.Item(bytes: bytes), count: count)
    let source = Source(in: clocks.sender, items, perCycle: sendsPerCycle)
    let sink = Sink(in: clocks.receiver, from: receiveFrom, every: receiveEvery, perCycle: receivesPerCycle)
    let stop = StopAfter(in: clocks.receiver, sink: sink, messages: count)
    simulation.connect(source.output, to: sink.input, latency: latency, capacity: capacity, width: width)
    try simulation.start()
    _ = try simulation.run(through: 100_000_000_000)
    withExtendedLifetime(stop) {}
    return (source.sends, sink.receives)
  }
}

/// Ends the simulation once a sink has all its messages, since a sink that polls never falls asleep for good.
final class StopAfter: Component {
  private let sink: Sink
  private let messages: Int

  init(in clock: ClockDomain, sink: Sink, messages: Int) {
    self.sink = sink
    self.messages = messages
    super.init("stop", in: clock)
  }

  override func tick() -> Activity {
    if sink.values.count == messages { stop() }
    return .worked
  }
}
