// SPDX-License-Identifier: Apache-2.0

/// Requests wait in one read and one write buffer and are chosen by age among those whose next command is legal.
///
/// The policy of Ramulator 2.1. A request whose row was opened for it moves to the active buffer, which goes first and
/// whose banks nobody may close. Due refreshes come next, and while one waits the read and write buffers pause. In
/// write mode only writes are chosen, else only reads. On a row-and-column bus each clock tries a column command, then
/// a row command. Clocks are the owner's; the policy's own clock runs one ahead, which shows in when refreshes fall due.
struct SharedBufferScheduler: Sendable {
  /// Which commands a choice is limited to.
  private enum Slot {
    case any, column, row

    func matches(_ command: DRAMCommand) -> Bool {
      switch self {
      case .any: true
      case .column: command.isColumn
      case .row: !command.isColumn
      }
    }
  }

  private(set) var nextInterestingClock: Int64 = 0

  private var refreshTimer: RefreshTimer
  private var dueRefreshes: [DueRefresh] = []
  private var reads: [QueuedRequest] = []
  private var writes: [QueuedRequest] = []
  private var active: [QueuedRequest] = []
  /// Active requests of each bank.
  private var activeOfBank: [Int32]
  private var activeOfRank: [Int32]
  private var isWriteMode = false
  /// Clock of the latest read completion: data return in the order in which they were scheduled.
  private var lastReadDone: Int64 = 0

  init(_ channel: DRAMChannel) {
    refreshTimer = RefreshTimer(channel, phase: -1)
    reads.reserveCapacity(channel.controller.readQueue)
    writes.reserveCapacity(channel.controller.writeQueue)
    activeOfBank = Array(repeating: 0, count: channel.organisation.banksPerChannel)
    activeOfRank = Array(repeating: 0, count: channel.device.ranks)
    active.reserveCapacity(activeOfBank.count)
  }

  // MARK: Accepting

  func canAccept(_ request: DRAMRequest, _ channel: DRAMChannel) -> Bool {
    if request.isWrite ? writes.count < channel.controller.writeQueue : reads.count < channel.controller.readQueue {
      return true
    }
    return writes.contains { $0.transaction == request.transaction }
  }

  mutating func accept(_ request: DRAMRequest, at clock: Int64, _ channel: inout DRAMChannel) {
    nextInterestingClock = clock + 1
    let isBuffered = writes.contains { $0.transaction == request.transaction }
    let queued = QueuedRequest(request, bank: channel.bank(of: request.place), arrival: clock)
    if request.isWrite {
      channel.statistics.writes += 1
      if isBuffered {
        channel.statistics.mergedWrites += 1
        channel.complete(request.tag, isWrite: true, at: clock)
      } else {
        writes.append(queued)
      }
    } else {
      channel.statistics.reads += 1
      if isBuffered {
        channel.statistics.forwardedReads += 1
        completeRead(request.tag, at: clock + 1, &channel)
      } else {
        reads.append(queued)
      }
    }
  }

  private mutating func completeRead(_ tag: Int, at clock: Int64, _ channel: inout DRAMChannel) {
    lastReadDone = max(lastReadDone, clock)
    channel.complete(tag, isWrite: false, at: lastReadDone)
  }

  // MARK: One clock

  mutating func tick(at clock: Int64, _ channel: inout DRAMChannel) {
    refreshTimer.collect(at: clock, into: &dueRefreshes)
    let worked =
      switch channel.commandBus {
      case .shared:
        issueActive(at: clock, &channel) || issueRefresh(.any, at: clock, &channel)
          || issueBuffered(.any, at: clock, &channel)
      case .rowAndColumn:
        issueColumnAndRow(at: clock, &channel)
      }
    nextInterestingClock = worked ? clock + 1 : wakeClock(after: clock, channel)
  }

  private mutating func issueColumnAndRow(at clock: Int64, _ channel: inout DRAMChannel) -> Bool {
    // Active requests wait for column commands only; due refreshes for row commands only.
    let column = issueActive(at: clock, &channel) || issueBuffered(.column, at: clock, &channel)
    let row = issueRefresh(.row, at: clock, &channel) || issueBuffered(.row, at: clock, &channel)
    return column || row
  }

  /// The first clock at which anything can happen if no request arrives.
  private func wakeClock(after clock: Int64, _ channel: DRAMChannel) -> Int64 {
    var wake = refreshTimer.nextClock
    for request in active {
      // First come, first served looks at one request only and leaves the others' clocks as they are.
      if request.wakeClock > clock { wake = min(wake, request.wakeClock) }
    }
    if let due = dueRefreshes.first {
      let step = nextStep(of: due, channel)
      if !isHeldByActive(step, rank: due.rank, bank: due.bank) {
        wake = min(wake, earliestClock(step, due, channel))
      }
    } else {
      for request in isWriteMode ? writes : reads {
        wake = min(wake, request.wakeClock)
        if channel.controller.scheduler == .fcfs { break }
      }
    }
    return wake
  }

  private mutating func issueActive(at clock: Int64, _ channel: inout DRAMChannel) -> Bool {
    // Requests were promoted in another order than they arrived.
    var best = -1
    for index in active.indices where best < 0 || active[index].arrival < active[best].arrival {
      if channel.controller.scheduler == .fcfs || Self.isReady(&active[index], at: clock, channel) { best = index }
    }
    guard best >= 0, Self.isReady(&active[best], at: clock, channel) else { return false }
    let command = channel.nextCommand(for: active[best])
    let request = active.remove(at: best)
    activeOfBank[Int(request.bank)] -= 1
    activeOfRank[channel.device.rank(ofBank: Int(request.bank))] -= 1
    issue(command, request, at: clock, &channel)
    finish(request, at: clock, &channel)
    return true
  }

  // MARK: Refresh

  private func nextStep(of due: DueRefresh, _ channel: DRAMChannel) -> DRAMCommand {
    if due.bank >= 0 {
      return channel.device.openRow[due.bank] == DRAMDevice.closed ? .refreshBank : .precharge
    }
    return channel.device.openBanks[due.rank] == 0 ? .refreshAll : .prechargeAll
  }

  private func earliestClock(_ step: DRAMCommand, _ due: DueRefresh, _ channel: DRAMChannel) -> Int64 {
    due.bank >= 0
      ? channel.device.earliestClock(step, bank: due.bank) : channel.device.earliestClock(step, rank: due.rank)
  }

  /// Whether a command would close a bank that was opened for a request that still waits for its column command.
  private func isHeldByActive(_ command: DRAMCommand, rank: Int, bank: Int) -> Bool {
    guard command.isClosing else { return false }
    return bank >= 0 ? activeOfBank[bank] > 0 : activeOfRank[rank] > 0
  }

  private mutating func issueRefresh(_ slot: Slot, at clock: Int64, _ channel: inout DRAMChannel) -> Bool {
    guard let due = dueRefreshes.first else { return false }
    let step = nextStep(of: due, channel)
    guard slot.matches(step), earliestClock(step, due, channel) <= clock,
      !isHeldByActive(step, rank: due.rank, bank: due.bank)
    else { return false }
    if due.bank >= 0 {
      channel.issue(step, bank: due.bank, row: -1, column: -1, at: clock)
    } else {
      channel.issue(step, rank: due.rank, at: clock)
    }
    if step == .refreshAll || step == .refreshBank { dueRefreshes.removeFirst() }
    if step.isClosing { wakeAll() }
    return true
  }

  // MARK: Reads and writes

  private mutating func issueBuffered(_ slot: Slot, at clock: Int64, _ channel: inout DRAMChannel) -> Bool {
    guard dueRefreshes.isEmpty else { return false }
    updateWriteMode(channel)
    guard
      let (index, command) = isWriteMode
        ? Self.choose(&writes, slot, activeOfBank, at: clock, channel)
        : Self.choose(&reads, slot, activeOfBank, at: clock, channel)
    else { return false }
    var request = isWriteMode ? writes[index] : reads[index]
    count(&request, command, &channel)
    issue(command, request, at: clock, &channel)
    if command.isColumn {
      remove(at: index)
      finish(request, at: clock, &channel)
    } else if command == .activate {
      remove(at: index)
      activeOfBank[Int(request.bank)] += 1
      activeOfRank[channel.device.rank(ofBank: Int(request.bank))] += 1
      request.wakeClock = 0
      active.append(request)
    } else if isWriteMode {
      writes[index].isCounted = true
    } else {
      reads[index].isCounted = true
    }
    return true
  }

  private mutating func remove(at index: Int) {
    if isWriteMode { writes.remove(at: index) } else { reads.remove(at: index) }
  }

  private mutating func updateWriteMode(_ channel: DRAMChannel) {
    if isWriteMode {
      if writes.count < channel.controller.writeLowWatermark, !reads.isEmpty { isWriteMode = false }
    } else if writes.count > channel.controller.writeHighWatermark || reads.isEmpty {
      isWriteMode = true
    }
  }

  /// The oldest request with a legal command, in the order of arrival.
  private static func choose(
    _ buffer: inout [QueuedRequest], _ slot: Slot, _ activeOfBank: [Int32], at clock: Int64, _ channel: DRAMChannel
  ) -> (index: Int, command: DRAMCommand)? {
    for index in buffer.indices {
      if isReady(&buffer[index], at: clock, channel) {
        let command = channel.nextCommand(for: buffer[index])
        if slot.matches(command) {
          let isHeld =
            (command.isClosing && activeOfBank[Int(buffer[index].bank)] > 0)
            || (command == .precharge && channel.controller.scheduler == .frfcfsRowHit
              && hasOlderRowHit(than: buffer[index], in: buffer, channel))
          if !isHeld { return (index, command) }
          // What holds it is a request that waits for a column command to its bank, which wakes it.
          buffer[index].wakeClock = .max
        }
      }
      if channel.controller.scheduler == .fcfs { return nil }
    }
    return nil
  }

  /// Whether the request's next command is legal; if not, its wake clock moves to when it may be.
  @inline(__always)
  private static func isReady(_ request: inout QueuedRequest, at clock: Int64, _ channel: DRAMChannel) -> Bool {
    guard request.wakeClock <= clock else { return false }
    request.wakeClock = channel.device.earliestClock(channel.nextCommand(for: request), bank: Int(request.bank))
    return request.wakeClock <= clock
  }

  private static func hasOlderRowHit(
    than request: QueuedRequest, in buffer: [QueuedRequest], _ channel: DRAMChannel
  ) -> Bool {
    let openRow = channel.device.openRow[Int(request.bank)]
    return buffer.contains { $0.bank == request.bank && $0.row == openRow && $0.arrival <= request.arrival }
  }

  // MARK: Issuing

  /// Counts the request as hit, miss or conflict at its first command.
  private func count(_ request: inout QueuedRequest, _ command: DRAMCommand, _ channel: inout DRAMChannel) {
    guard !request.isCounted else { return }
    request.isCounted = true
    switch command {
    case .activate: channel.statistics.rowMisses += 1
    case .precharge: channel.statistics.rowConflicts += 1
    default: channel.statistics.rowHits += 1
    }
  }

  private mutating func issue(
    _ command: DRAMCommand, _ request: QueuedRequest, at clock: Int64, _ channel: inout DRAMChannel
  ) {
    channel.issue(command, bank: Int(request.bank), row: request.row, column: request.column, at: clock)
    for index in reads.indices where reads[index].bank == request.bank { reads[index].wakeClock = 0 }
    for index in writes.indices where writes[index].bank == request.bank { writes[index].wakeClock = 0 }
  }

  private mutating func wakeAll() {
    for index in reads.indices { reads[index].wakeClock = 0 }
    for index in writes.indices { writes[index].wakeClock = 0 }
  }

  private mutating func finish(_ request: QueuedRequest, at clock: Int64, _ channel: inout DRAMChannel) {
    if request.isWrite {
      channel.complete(request.tag, isWrite: true, at: clock)
    } else {
      completeRead(request.tag, at: clock + channel.timing.readLatency, &channel)
    }
  }
}
