// SPDX-License-Identifier: Apache-2.0
import Hardware
import SimulationKernel

/// Sends a list of messages, each as early as its plan and the link allow.
final class Source<Message: BitwiseCopyable>: Component {
  let output: Output<Message>

  private let items: [(message: Message, notBefore: Cycle)]
  private let bytes: Int
  private let perCycle: Int
  private(set) var sends: [Cycle] = []

  init(
    _ name: String, in clock: ClockDomain, _ messages: [Message], at times: [Cycle] = [], bytes: Int = 0,
    perCycle: Int = 1
  ) {
    output = Output("output", of: name, in: clock)
    items = messages.enumerated().map { ($1, $0 < times.count ? times[$0] : 0) }
    self.bytes = bytes
    self.perCycle = perCycle
    super.init(name, in: clock)
  }

  override func tick() -> Activity {
    var activity = Activity.idle
    for _ in 0..<perCycle {
      guard sends.count < items.count else { return activity }
      let item = items[sends.count]
      guard now >= item.notBefore else { return activity == .worked ? activity : .idle.until(item.notBefore) }
      guard output.isReady else { return activity == .worked ? activity : output.backpressured }
      output.send(item.message, bytes: bytes)
      sends.append(now)
      activity = .worked
    }
    return activity
  }

  override var isFinished: Bool { sends.count == items.count }
}

/// Takes messages in the cycles `start`, `start + every`, …, as many as there are or one.
final class Sink<Message: BitwiseCopyable>: Component {
  let input: Input<Message>

  private let start: Cycle
  private let every: Cycle
  private let perCycle: Int
  private(set) var messages: [Message] = []
  private(set) var times: [Cycle] = []

  init(_ name: String, in clock: ClockDomain, from start: Cycle = 0, every: Cycle = 1, perCycle: Int = .max) {
    input = Input("input", of: name, in: clock)
    self.start = start
    self.every = every
    self.perCycle = perCycle
    super.init(name, in: clock)
  }

  override func tick() -> Activity {
    let next = now < start ? start : start + (now - start + every - 1) / every * every
    guard now == next else { return .idle.until(next) }
    guard !input.isEmpty else { return every == 1 ? input.starved : input.starved.until(now + every) }
    var taken = 0
    while taken < perCycle, !input.isEmpty {
      messages.append(input.receive())
      times.append(now)
      taken += 1
    }
    return .worked
  }
}

/// A simulation with one clock, for a device under test and its drivers.
struct Bench {
  let simulation: Simulation
  let clock: ClockDomain

  init() {
    simulation = Simulation()
    clock = simulation.addClock("core", period: 1000)
  }

  /// Runs until everybody sleeps, or through `cycle`.
  func run(through cycle: Cycle = 100_000) throws {
    try simulation.start()
    _ = try simulation.run(through: cycle * clock.period)
    simulation.closeAccounts()
  }

  /// Connects a source of `messages` to `input`.
  @discardableResult
  func drive<Message: BitwiseCopyable>(
    _ input: Input<Message>, _ name: String, _ messages: [Message], at times: [Cycle] = [], bytes: Int = 0,
    latency: Cycle = 1, capacity: Int = 4, perCycle: Int = 1
  ) -> Source<Message> {
    let source = Source(name, in: clock, messages, at: times, bytes: bytes, perCycle: perCycle)
    simulation.connect(source.output, to: input, latency: latency, capacity: capacity)
    return source
  }

  /// Connects `output` to a sink.
  func listen<Message: BitwiseCopyable>(
    to output: Output<Message>, _ name: String, from start: Cycle = 0, every: Cycle = 1, perCycle: Int = .max,
    latency: Cycle = 1, capacity: Int = 64
  ) -> Sink<Message> {
    let sink = Sink<Message>(name, in: clock, from: start, every: every, perCycle: perCycle)
    simulation.connect(output, to: sink.input, latency: latency, capacity: capacity)
    return sink
  }

  /// Connects the spill links of a memory that nothing spills to.
  func leaveSpillsIdle(of memory: IdealDRAM) {
    drive(memory.spills, "spills", [])
    _ = listen(to: memory.spillAcknowledgements, "spillAcknowledgements")
  }

  /// The account of the component called `name`.
  func account(of name: String) throws -> ComponentAccount {
    guard let account = simulation.componentAccounts.first(where: { $0.name == name }) else {
      throw UnknownComponent(name: name)
    }
    return account
  }

  private struct UnknownComponent: Error {
    let name: String
  }
}
