// SPDX-License-Identifier: Apache-2.0

import SimulationKernel

/// The controller of one DRAM channel, and the channel: a clocked state machine without an event queue.
///
/// The owner calls, per DRAM clock, `tick` once and then `accept` for what arrives in that clock:
///
///     controller.tick(clock)
///     if controller.canAccept(request) { controller.accept(request, at: clock) }
///     controller.drainCompletions { … }
///
/// It may leave out the ticks of all clocks before `nextInterestingClock`: they would change nothing, and the timeline
/// is the same to the clock. Not for concurrent use.
public final class DRAMController {
  public let specification: DRAMSpecification
  /// Behind a pointer rather than a property: a property of a class is checked for exclusive access at every use.
  private let state: UnsafeMutablePointer<DRAMControllerState>

  private let memory: DRAMMemory

  /// A controller that is driven alone, with memory of its own.
  ///
  /// - Parameter recordsCommands: whether `commands` keeps the timeline.
  public convenience init(_ specification: DRAMSpecification, recordsCommands: Bool = false) {
    self.init(specification, recordsCommands: recordsCommands, in: DRAMMemory(host: nil))
  }

  /// A controller whose state is that of the component `owner`.
  convenience init(_ specification: DRAMSpecification, recordsCommands: Bool, of owner: String, in clock: ClockDomain) {
    self.init(
      specification, recordsCommands: recordsCommands,
      in: DRAMMemory(host: DRAMMemory.Host(component: owner, clock: clock)))
  }

  private init(_ specification: DRAMSpecification, recordsCommands: Bool, in memory: DRAMMemory) {
    self.specification = specification
    self.memory = memory
    state = .allocate(capacity: 1)
    state.initialize(to: DRAMControllerState(specification, recordsCommands: recordsCommands, in: memory))
  }

  deinit {
    state.deinitialize(count: 1)
    state.deallocate()
  }

  /// A controller in the same state, with memory of its own, that goes its own way from here.
  public func snapshot() -> DRAMController {
    let copy = DRAMController(specification, recordsCommands: state.pointee.channel.recordsCommands)
    copy.memory.copyState(from: memory)
    copy.state.pointee.channel.commands = state.pointee.channel.commands
    copy.state.pointee.channel.completions = state.pointee.channel.completions
    return copy
  }

  /// Counters since clock 0.
  public var statistics: DRAMControllerStatistics { state.pointee.channel.statistics }

  /// The command timeline so far; empty unless it is recorded.
  public var commands: [DRAMIssuedCommand] { state.pointee.channel.commands }

  /// The first clock whose tick can change anything, unless a request is accepted before; `Int64.max` for never.
  public var nextInterestingClock: Int64 { state.pointee.nextInterestingClock }

  /// A clock before which no data of a read arrives that is not announced yet, unless a request is accepted before.
  public var earliestAnswer: Int64 {
    let next = state.pointee.nextInterestingClock
    return next == .max ? next : next + state.pointee.leastAnswerDelay
  }

  /// How many requests have left the queues that take requests in: what was refused stays refused until this grows.
  public var departures: Int64 { state.pointee.departures }

  /// Whether a request finds room; its answer changes only by a tick or an accepted request.
  public func canAccept(_ request: DRAMRequest) -> Bool { state.pointee.canAccept(request) }

  /// Takes a request in; commands for it can go out from the next clock on.
  ///
  /// - Precondition: `canAccept`, and that `clock` has been ticked or left out as allowed, and no later one.
  public func accept(_ request: DRAMRequest, at clock: Int64) { state.pointee.accept(request, at: clock) }

  /// Performs one clock: sends at most the commands that the bus takes.
  ///
  /// - Precondition: clocks grow, and none from `nextInterestingClock` on is left out.
  public func tick(_ clock: Int64) { state.pointee.tick(clock) }

  /// Hands over the completions announced since the last call; their clocks may lie ahead.
  public func takeCompletions() -> [DRAMCompletion] {
    var taken: [DRAMCompletion] = []
    drainCompletions { taken.append($0) }
    return taken
  }

  /// Calls `body` with each completion announced since the last call, without allocating.
  public func drainCompletions(_ body: (DRAMCompletion) -> Void) {
    guard !state.pointee.channel.completions.isEmpty else { return }
    for completion in state.pointee.channel.completions { body(completion) }
    state.pointee.channel.completions.removeAll(keepingCapacity: true)
  }
}

/// All that changes in a controller: the channel and the queues of its policy.
struct DRAMControllerState: ~Copyable {
  var channel: DRAMChannel
  private let policy: DRAMControllerSpecification.Policy
  private var bankQueues: BankQueueScheduler
  private var sharedBuffers: SharedBufferScheduler
  private let lastTick: FixedCell<Int64>

  init(_ specification: DRAMSpecification, recordsCommands: Bool, in memory: DRAMMemory) {
    policy = specification.controller.policy
    channel = DRAMChannel(specification, recordsCommands: recordsCommands, in: memory)
    bankQueues = BankQueueScheduler(channel, in: memory)
    sharedBuffers = SharedBufferScheduler(channel, in: memory)
    lastTick = FixedCell(-1, in: memory)
  }

  var nextInterestingClock: Int64 {
    switch policy {
    case .bankQueues: bankQueues.nextInterestingClock
    case .sharedBuffers: sharedBuffers.nextInterestingClock
    }
  }

  /// Clocks from a tick that announces a read's data to the data, at the least.
  var leastAnswerDelay: Int64 {
    switch policy {
    case .bankQueues: channel.timing.readLatency
    case .sharedBuffers: 0
    }
  }

  var departures: Int64 {
    switch policy {
    case .bankQueues: bankQueues.departures
    case .sharedBuffers: sharedBuffers.departures
    }
  }

  @inline(__always)
  func canAccept(_ request: DRAMRequest) -> Bool {
    switch policy {
    case .bankQueues: bankQueues.canAccept(request)
    case .sharedBuffers: sharedBuffers.canAccept(request)
    }
  }

  mutating func accept(_ request: DRAMRequest, at clock: Int64) {
    precondition(clock >= lastTick.value, "A request was accepted before the last tick.")
    precondition(clock < nextInterestingClock, "A clock was not ticked before a request was accepted in it.")
    switch policy {
    case .bankQueues: bankQueues.accept(request, at: clock, &channel)
    case .sharedBuffers: sharedBuffers.accept(request, at: clock, &channel)
    }
  }

  mutating func tick(_ clock: Int64) {
    precondition(clock > lastTick.value, "A clock was ticked after a later one.")
    precondition(clock == lastTick.value + 1 || clock <= nextInterestingClock, "An interesting clock was left out.")
    lastTick.value = clock
    switch policy {
    case .bankQueues: bankQueues.tick(at: clock, &channel)
    case .sharedBuffers: sharedBuffers.tick(at: clock, &channel)
    }
  }
}
