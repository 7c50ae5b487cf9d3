// SPDX-License-Identifier: Apache-2.0

/// The controller of one DRAM channel, and the channel: a clocked state machine without an event queue.
///
/// The owner calls, per DRAM clock, `tick` once and then `accept` for what arrives in that clock:
///
///     controller.tick(clock)
///     if controller.canAccept(request) { controller.accept(request, at: clock) }
///     for completion in controller.takeCompletions() { … }
///
/// It may leave out the ticks of all clocks before `nextInterestingClock`: they would change nothing, and the timeline
/// is the same to the clock. Its state is a value: a copy is a snapshot.
public struct DRAMController: Sendable {
  public let specification: DRAMSpecification
  private var channel: DRAMChannel
  private var bankQueues: BankQueueScheduler
  private var sharedBuffers: SharedBufferScheduler
  private var lastTick: Int64 = -1

  /// - Parameter recordsCommands: whether `commands` keeps the timeline.
  public init(_ specification: DRAMSpecification, recordsCommands: Bool = false) {
    self.specification = specification
    channel = DRAMChannel(specification, recordsCommands: recordsCommands)
    bankQueues = BankQueueScheduler(channel)
    sharedBuffers = SharedBufferScheduler(channel)
  }

  /// Counters since clock 0.
  public var statistics: DRAMControllerStatistics { channel.statistics }

  /// The command timeline so far; empty unless it is recorded.
  public var commands: [DRAMIssuedCommand] { channel.commands }

  /// The first clock whose tick can change anything, unless a request is accepted before; `Int64.max` for never.
  public var nextInterestingClock: Int64 {
    switch specification.controller.policy {
    case .bankQueues: bankQueues.nextInterestingClock
    case .sharedBuffers: sharedBuffers.nextInterestingClock
    }
  }

  /// How many requests have left the queues that take requests in: what was refused stays refused until this grows.
  public var departures: Int64 {
    switch specification.controller.policy {
    case .bankQueues: bankQueues.departures
    case .sharedBuffers: sharedBuffers.departures
    }
  }

  /// Whether a request finds room; its answer changes only by a tick or an accepted request.
  public func canAccept(_ request: DRAMRequest) -> Bool {
    switch specification.controller.policy {
    case .bankQueues: bankQueues.canAccept(request)
    case .sharedBuffers: sharedBuffers.canAccept(request)
    }
  }

  /// Takes a request in; commands for it can go out from the next clock on.
  ///
  /// - Precondition: `canAccept`, and that `clock` has been ticked or left out as allowed, and no later one.
  public mutating func accept(_ request: DRAMRequest, at clock: Int64) {
    precondition(clock >= lastTick, "A request was accepted at clock \(clock), after the tick of clock \(lastTick).")
    precondition(clock < nextInterestingClock, "Clock \(clock) was not ticked before a request was accepted in it.")
    switch specification.controller.policy {
    case .bankQueues: bankQueues.accept(request, at: clock, &channel)
    case .sharedBuffers: sharedBuffers.accept(request, at: clock, &channel)
    }
  }

  /// Performs one clock: sends at most the commands that the bus takes.
  ///
  /// - Precondition: clocks grow, and none from `nextInterestingClock` on is left out.
  public mutating func tick(_ clock: Int64) {
    precondition(clock > lastTick, "Clock \(clock) was ticked after clock \(lastTick).")
    precondition(
      clock == lastTick + 1 || clock <= nextInterestingClock,
      "Clock \(nextInterestingClock) was left out before clock \(clock).")
    lastTick = clock
    switch specification.controller.policy {
    case .bankQueues: bankQueues.tick(at: clock, &channel)
    case .sharedBuffers: sharedBuffers.tick(at: clock, &channel)
    }
  }

  /// Hands over the completions announced since the last call; their clocks may lie ahead.
  public mutating func takeCompletions() -> [DRAMCompletion] {
    let taken = channel.completions
    channel.completions.removeAll(keepingCapacity: true)
    return taken
  }

  /// Calls `body` with each completion announced since the last call, without allocating.
  public mutating func drainCompletions(_ body: (DRAMCompletion) -> Void) {
    for completion in channel.completions { body(completion) }
    channel.completions.removeAll(keepingCapacity: true)
  }
}
