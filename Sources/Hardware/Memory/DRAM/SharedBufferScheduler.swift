// SPDX-License-Identifier: Apache-2.0

/// Requests wait in one read and one write buffer and are chosen by age among those whose next command is legal.
///
/// The policy of Ramulator 2.1. A request whose row was opened for it moves to the active buffer, which goes first and
/// whose banks nobody may close. Due refreshes come next, and while one waits the read and write buffers pause. In
/// write mode only writes are chosen, else only reads. On a row-and-column bus each clock tries a column command, then
/// a row command. Clocks are the owner's; the policy's own clock runs one ahead, which shows in when refreshes fall due.
struct SharedBufferScheduler: ~Copyable {
  private let registers: FixedCell<Registers>
  private let refreshTimer: RefreshTimer
  private var reads: RequestPool
  private var writes: RequestPool
  private var active: RequestPool
  /// Active requests of each bank.
  private let activeOfBank: FixedArray<Int32>
  private let activeOfRank: FixedArray<Int32>
  /// As `activeOfBank` with nothing active.
  private let noneActive: FixedArray<Int32>

  private struct Registers: BitwiseCopyable {
    var nextInterestingClock: Int64 = 0
    var departures: Int64 = 0
    var isWriteMode = false
    /// The last clock that was ticked, or left out and caught up with.
    var caughtUpClock: Int64 = -1
    /// Clock of the latest read completion: data return in the order in which they were scheduled.
    var lastReadDone: Int64 = 0
  }

  init(_ channel: borrowing DRAMChannel, in memory: DRAMMemory) {
    registers = FixedCell(Registers(), in: memory)
    refreshTimer = RefreshTimer(channel, phase: -1, in: memory)
    let banks = channel.organisation.banksPerChannel
    let scheduler = channel.controller.scheduler
    reads = RequestPool(capacity: channel.controller.readQueue, banks: banks, scheduler: scheduler, in: memory)
    writes = RequestPool(capacity: channel.controller.writeQueue, banks: banks, scheduler: scheduler, in: memory)
    // A bank is opened for one request at a time.
    active = RequestPool(capacity: banks, banks: banks, scheduler: scheduler, in: memory)
    activeOfBank = FixedArray(repeating: 0, count: banks, in: memory)
    noneActive = FixedArray(repeating: 0, count: banks, in: memory)
    activeOfRank = FixedArray(repeating: 0, count: channel.device.ranks, in: memory)
  }

  var nextInterestingClock: Int64 { @inline(__always) get { registers.value.nextInterestingClock } }
  /// Requests that left the read and write buffers.
  var departures: Int64 { @inline(__always) get { registers.value.departures } }

  // MARK: Accepting

  func canAccept(_ request: DRAMRequest) -> Bool {
    !(request.isWrite ? writes.isFull : reads.isFull) || writes.contains(request.transaction)
  }

  mutating func accept(_ request: DRAMRequest, at clock: Int64, _ channel: inout DRAMChannel) {
    catchUp(through: clock, &channel)
    registers.value.nextInterestingClock = clock + 1
    let isBuffered = writes.contains(request.transaction)
    if request.isWrite {
      channel.counters.value.writes += 1
      if isBuffered {
        channel.counters.value.mergedWrites += 1
        channel.complete(request.tag, isWrite: true, at: clock)
        return
      }
    } else {
      channel.counters.value.reads += 1
      if isBuffered {
        channel.counters.value.forwardedReads += 1
        completeRead(request.tag, at: clock + 1, &channel)
        return
      }
    }
    let queued = QueuedRequest(request, bank: channel.bank(of: request.place), arrival: clock)
    if request.isWrite { writes.insert(queued) } else { reads.insert(queued) }
  }

  private mutating func completeRead(_ tag: Int, at clock: Int64, _ channel: inout DRAMChannel) {
    registers.value.lastReadDone = max(registers.value.lastReadDone, clock)
    channel.complete(tag, isWrite: false, at: registers.value.lastReadDone)
  }

  // MARK: One clock

  mutating func tick(at clock: Int64, _ channel: inout DRAMChannel) {
    catchUp(through: clock - 1, &channel)
    registers.value.caughtUpClock = clock
    if refreshTimer.nextClock <= clock { refreshTimer.collect(at: clock) }
    switch channel.commandBus {
    case .shared:
      _ =
        issueActive(at: clock, &channel) || issueRefresh(.any, at: clock, &channel)
        || issueBuffered(.any, at: clock, &channel)
    case .rowAndColumn:
      // Active requests wait for column commands only; due refreshes for row commands only.
      _ = issueActive(at: clock, &channel) || issueBuffered(.column, at: clock, &channel)
      _ = issueRefresh(.row, at: clock, &channel) || issueBuffered(.row, at: clock, &channel)
    }
    registers.value.nextInterestingClock = max(clock + 1, wakeClock(&channel))
  }

  /// Does what the clocks that were left out would have done: choose the mode.
  private mutating func catchUp(through clock: Int64, _ channel: inout DRAMChannel) {
    guard clock > registers.value.caughtUpClock else { return }
    registers.value.caughtUpClock = clock
    if refreshTimer.due.isEmpty { registers.value.isWriteMode = nextWriteMode(&channel) }
  }

  /// The first clock at which anything can happen if no request arrives; may lie in the past.
  private func wakeClock(_ channel: inout DRAMChannel) -> Int64 {
    var wake = min(refreshTimer.nextClock, active.wakeClock)
    if let due = refreshTimer.due.first {
      let step = nextStep(of: due, &channel)
      if !isHeldByActive(step, rank: due.rank, bank: due.bank) {
        wake = min(wake, earliestClock(step, due, &channel))
      }
    } else {
      wake = min(wake, nextWriteMode(&channel) ? writes.wakeClock : reads.wakeClock)
    }
    return wake
  }

  private mutating func issueActive(at clock: Int64, _ channel: inout DRAMChannel) -> Bool {
    // Its bank was opened for the request itself, which may close it again.
    let place = active.oldestReady(at: clock, .any, activeOfBank: noneActive, &channel)
    guard place >= 0 else { return false }
    let request = active.requests[place]
    active.remove(at: place)
    activeOfBank[Int(request.bank)] -= 1
    activeOfRank[channel.device.rank(ofBank: Int(request.bank))] -= 1
    issue(channel.nextCommand(for: request), request, at: clock, &channel)
    finish(request, at: clock, &channel)
    return true
  }

  // MARK: Refresh

  private func nextStep(of due: DueRefresh, _ channel: inout DRAMChannel) -> DRAMCommand {
    if due.bank >= 0 {
      return channel.device.openRow[due.bank] == DRAMDevice.closed ? .refreshBank : .precharge
    }
    return channel.device.openBanks[due.rank] == 0 ? .refreshAll : .prechargeAll
  }

  private func earliestClock(_ step: DRAMCommand, _ due: DueRefresh, _ channel: inout DRAMChannel) -> Int64 {
    due.bank >= 0
      ? channel.device.earliestClock(step, bank: due.bank) : channel.device.earliestClock(step, rank: due.rank)
  }

  /// Whether a refresh's step would close a bank that was opened for a request which still waits for its column command.
  private func isHeldByActive(_ step: DRAMCommand, rank: Int, bank: Int) -> Bool {
    guard step.isClosing else { return false }
    return bank >= 0 ? activeOfBank[bank] > 0 : activeOfRank[rank] > 0
  }

  private mutating func issueRefresh(_ slot: CommandSlot, at clock: Int64, _ channel: inout DRAMChannel) -> Bool {
    guard let due = refreshTimer.due.first else { return false }
    let step = nextStep(of: due, &channel)
    guard slot.matches(step), earliestClock(step, due, &channel) <= clock,
      !isHeldByActive(step, rank: due.rank, bank: due.bank)
    else { return false }
    if due.bank >= 0 {
      channel.issue(step, bank: due.bank, row: -1, column: -1, at: clock)
    } else {
      channel.issue(step, rank: due.rank, at: clock)
    }
    if step.isRefresh { refreshTimer.due.removeFirst() }
    if step.isClosing {
      reads.wakeAll()
      writes.wakeAll()
    }
    return true
  }

  // MARK: Reads and writes

  private mutating func issueBuffered(_ slot: CommandSlot, at clock: Int64, _ channel: inout DRAMChannel) -> Bool {
    guard refreshTimer.due.isEmpty else { return false }
    registers.value.isWriteMode = nextWriteMode(&channel)
    let place =
      registers.value.isWriteMode
      ? writes.oldestReady(at: clock, slot, activeOfBank: activeOfBank, &channel)
      : reads.oldestReady(at: clock, slot, activeOfBank: activeOfBank, &channel)
    guard place >= 0 else { return false }
    let request = registers.value.isWriteMode ? writes.requests[place] : reads.requests[place]
    let command = channel.nextCommand(for: request)
    if !request.isCounted { count(command, &channel) }
    if command == .precharge {
      if registers.value.isWriteMode { writes.markCounted(at: place) } else { reads.markCounted(at: place) }
    } else {
      if registers.value.isWriteMode { writes.remove(at: place) } else { reads.remove(at: place) }
      registers.value.departures += 1
    }
    issue(command, request, at: clock, &channel)
    if command.isColumn {
      finish(request, at: clock, &channel)
    } else if command == .activate {
      activeOfBank[Int(request.bank)] += 1
      activeOfRank[channel.device.rank(ofBank: Int(request.bank))] += 1
      active.insert(request)
    }
    return true
  }

  /// The mode after the watermarks were looked at; the same again as long as the buffers keep their sizes.
  private func nextWriteMode(_ channel: inout DRAMChannel) -> Bool {
    registers.value.isWriteMode
      ? writes.count >= channel.controller.writeLowWatermark || reads.isEmpty
      : writes.count > channel.controller.writeHighWatermark || reads.isEmpty
  }

  // MARK: Issuing

  /// Counts a request by its first command.
  private func count(_ command: DRAMCommand, _ channel: inout DRAMChannel) {
    switch command {
    case .activate: channel.counters.value.rowMisses += 1
    case .precharge: channel.counters.value.rowConflicts += 1
    default: channel.counters.value.rowHits += 1
    }
  }

  private mutating func issue(
    _ command: DRAMCommand, _ request: QueuedRequest, at clock: Int64, _ channel: inout DRAMChannel
  ) {
    channel.issue(command, bank: Int(request.bank), row: request.row, column: request.column, at: clock)
    reads.updateWakeClocks(bank: request.bank, &channel)
    writes.updateWakeClocks(bank: request.bank, &channel)
  }

  private mutating func finish(_ request: QueuedRequest, at clock: Int64, _ channel: inout DRAMChannel) {
    if request.isWrite {
      channel.complete(request.tag, isWrite: true, at: clock)
    } else {
      completeRead(request.tag, at: clock + channel.timing.readLatency, &channel)
    }
  }
}
