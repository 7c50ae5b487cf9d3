// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// A repeatable random sequence (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

/// Sends messages 0, 1, 2, … as early as its plan and the link allow.
final class Source: Component {
  /// One message to send.
  struct Item {
    var bytes = 1
    /// First cycle in which the message may be sent.
    var notBefore: Cycle = 0
  }

  let output: Output<UInt64>

  private let items: [Item]
  private let perCycle: Int
  private(set) var sends: [Cycle] = []
  private(set) var tickedAt: [Cycle] = []

  init(_ name: String = "source", in clock: ClockDomain, _ items: [Item], perCycle: Int = 1) {
    output = Output("output", of: name, in: clock)
    self.items = items
    self.perCycle = perCycle
    super.init(name, in: clock)
  }

  override func tick() -> Activity {
    tickedAt.append(now)
    var sentNow = 0
    while sends.count < items.count {
      let item = items[sends.count]
      if sentNow == perCycle { return .worked }
      if now < item.notBefore { return sentNow > 0 ? .worked : .idle.until(item.notBefore) }
      guard output.isReady else { return sentNow > 0 ? .worked : output.backpressured }
      output.send(UInt64(sends.count), bytes: item.bytes)
      sends.append(now)
      sentNow += 1
    }
    return sentNow > 0 ? .worked : .idle
  }

  override var isFinished: Bool { sends.count == items.count }
}

/// Takes messages in the cycles `start`, `start + every`, …
final class Sink: Component {
  let input: Input<UInt64>

  private let start: Cycle
  private let every: Cycle
  private let perCycle: Int
  private(set) var values: [UInt64] = []
  private(set) var receives: [Cycle] = []
  private(set) var tickedAt: [Cycle] = []

  init(
    _ name: String = "sink", in clock: ClockDomain, from start: Cycle = 0, every: Cycle = 1, perCycle: Int = 1
  ) {
    input = Input("input", of: name, in: clock)
    self.start = start
    self.every = every
    self.perCycle = perCycle
    super.init(name, in: clock)
  }

  override func tick() -> Activity {
    tickedAt.append(now)
    let next = now < start ? start : start + (now - start + every - 1) / every * every
    guard now == next else { return .idle.until(next) }
    guard !input.isEmpty else { return input.starved.until(now + every) }
    var taken = 0
    while taken < perCycle, !input.isEmpty {
      values.append(input.receive())
      receives.append(now)
      taken += 1
    }
    return .worked
  }
}

/// Takes messages whenever they come, and asks for no wakes, so that every tick has a cause outside.
final class Listener: Component {
  let input: Input<UInt64>

  private(set) var receives: [Cycle] = []
  private(set) var tickedAt: [Cycle] = []

  override init(_ name: String = "listener", in clock: ClockDomain) {
    input = Input("input", of: name, in: clock)
    super.init(name, in: clock)
  }

  override func tick() -> Activity {
    tickedAt.append(now)
    guard !input.isEmpty else { return input.starved }
    input.receive()
    receives.append(now)
    return .worked
  }
}

/// Passes each message on, increased by one.
final class Stage: Component {
  let input: Input<UInt64>
  let output: Output<UInt64>

  private(set) var tickedAt: [Cycle] = []

  override init(_ name: String, in clock: ClockDomain) {
    input = Input("input", of: name, in: clock)
    output = Output("output", of: name, in: clock)
    super.init(name, in: clock)
  }

  override func tick() -> Activity {
    tickedAt.append(now)
    guard !input.isEmpty else { return input.starved }
    guard output.isReady else { return output.backpressured }
    output.send(input.receive() + 1, bytes: 1)
    return .worked
  }
}

/// Ticks at the cycles of its list and nowhere else.
final class Alarm: Component {
  private var wakes: [Cycle]
  private var position = 0
  private(set) var tickedAt: [Cycle] = []

  init(_ name: String = "alarm", in clock: ClockDomain, at wakes: [Cycle]) {
    self.wakes = wakes
    super.init(name, in: clock)
  }

  override func tick() -> Activity {
    tickedAt.append(now)
    guard position < wakes.count else { return .idle }
    position += 1
    return .idle.until(wakes[position - 1])
  }
}

/// Sends a message whenever it is ticked and can, and is then occupied for a number of cycles.
final class Occupied: Component {
  let output: Output<UInt64>

  private let length: Cycle
  private(set) var tickedAt: [Cycle] = []

  init(in clock: ClockDomain, for length: Cycle) {
    output = Output("output", of: "occupied", in: clock)
    self.length = length
    super.init("occupied", in: clock)
  }

  override func tick() -> Activity {
    tickedAt.append(now)
    if output.isReady { output.send(0, bytes: 1) }
    return .working(until: now + length)
  }
}
