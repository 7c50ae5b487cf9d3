// SPDX-License-Identifier: Apache-2.0

/// Requests wait in a read or a write transaction queue, then in one command queue per bank.
///
/// The policy of DRAMsim3. Each clock, in this order: a refresh that is due goes first (its rank's queues pause); else
/// the bank queues are scanned round robin from the one after the last that issued, and the first with a legal command
/// issues it; then one transaction moves from a transaction queue to its bank's queue. Writes move only while a batch
/// drains: it starts when the write buffer is full, or holds more than the watermark while no command waits, and is as
/// long as the buffer was at its start.
struct BankQueueScheduler: ~Copyable, Sendable {
  private(set) var nextInterestingClock: Int64 = 0
  /// Requests that left the transaction queues.
  private(set) var departures: Int64 = 0

  private var refreshTimer: RefreshTimer
  /// Refreshes that are due, oldest first.
  private var dueRefreshes: [DueRefresh] = []
  private var readQueue: RequestPool
  private var writeBuffer: RequestPool
  /// Writes of the current batch that still have to move.
  private var writesToDrain = 0
  private var queues: BankQueues
  /// Whether a transaction may have become able to move since none could.
  private var mayMove = false
  /// Reads that wait for an earlier read of the same data.
  private var mergedReads: [MergedRead] = []

  struct MergedRead {
    var transaction: UInt64
    var tag: Int
  }

  init(_ channel: borrowing DRAMChannel) {
    refreshTimer = RefreshTimer(channel, phase: 0)
    queues = BankQueues(channel)
    let banks = channel.organisation.banksPerChannel
    readQueue = RequestPool(capacity: channel.controller.readQueue, banks: banks, scheduler: .frfcfs)
    writeBuffer = RequestPool(capacity: channel.controller.writeQueue, banks: banks, scheduler: .frfcfs)
  }

  private init(copying other: borrowing BankQueueScheduler) {
    nextInterestingClock = other.nextInterestingClock
    departures = other.departures
    refreshTimer = other.refreshTimer
    dueRefreshes = other.dueRefreshes
    readQueue = other.readQueue.copy()
    writeBuffer = other.writeBuffer.copy()
    writesToDrain = other.writesToDrain
    queues = other.queues.copy()
    mayMove = other.mayMove
    mergedReads = other.mergedReads
  }

  borrowing func copy() -> BankQueueScheduler { BankQueueScheduler(copying: self) }

  // MARK: Accepting

  func canAccept(_ request: DRAMRequest) -> Bool {
    !(request.isWrite ? writeBuffer.isFull : readQueue.isFull)
  }

  /// A request is stamped with the next clock, the first in which it can move; an answer from the queues takes one more.
  mutating func accept(_ request: DRAMRequest, at clock: Int64, _ channel: inout DRAMChannel) {
    nextInterestingClock = clock + 1
    mayMove = true
    let bank = channel.bank(of: request.place)
    let queued = QueuedRequest(request, bank: bank, arrival: clock)
    let isWritePending =
      writeBuffer.contains(request.transaction)
      || queues.contains(request.transaction, isWrite: true, bank: bank)
    if request.isWrite {
      channel.statistics.writes += 1
      if isWritePending {
        channel.statistics.mergedWrites += 1
      } else {
        writeBuffer.insert(queued)
      }
      channel.complete(request.tag, isWrite: true, at: clock + 2)
    } else if isWritePending {
      channel.statistics.reads += 1
      channel.statistics.forwardedReads += 1
      channel.complete(request.tag, isWrite: false, at: clock + 2)
    } else {
      channel.statistics.reads += 1
      if isReadPending(queued) {
        channel.statistics.mergedReads += 1
        mergedReads.append(MergedRead(transaction: request.transaction, tag: request.tag))
      } else {
        readQueue.insert(queued)
      }
    }
  }

  private func isReadPending(_ request: QueuedRequest) -> Bool {
    readQueue.contains(request.transaction)
      || queues.contains(request.transaction, isWrite: false, bank: Int(request.bank))
  }

  // MARK: One clock

  mutating func tick(at clock: Int64, _ channel: inout DRAMChannel) {
    if refreshTimer.nextClock <= clock { refreshTimer.collect(at: clock, into: &dueRefreshes) }
    let pause = dueRefreshes.first
    var issued = refresh(at: clock, &channel)
    if issued == nil, let candidate = queues.nextCandidate(at: clock, pausedFor: pause, &channel) {
      issued = candidate.command
      issue(candidate, at: clock, &channel)
    }
    if let issued, channel.commandBus == .rowAndColumn,
      // A refresh that was issued just now no longer pauses its queues.
      let second = queues.nextCandidate(at: clock, pausedFor: issued.isRefresh ? nil : pause, &channel),
      second.command.isColumn != issued.isColumn
    {
      issue(second, at: clock, &channel)
    }
    // Only an arrival or a column command lets a transaction move where none could.
    mayMove = mayMove && moveTransaction(&channel)
    nextInterestingClock = mayMove ? clock + 1 : max(clock + 1, wakeClock(&channel))
  }

  /// The first clock at which anything can happen if no request arrives; may lie in the past.
  private func wakeClock(_ channel: inout DRAMChannel) -> Int64 {
    var wake = min(refreshTimer.nextClock, queues.wakeClock(pausedFor: dueRefreshes.first, &channel))
    guard let due = dueRefreshes.first else { return wake }
    if due.bank >= 0 {
      let isOpen = channel.device.openRow[due.bank] != DRAMDevice.closed
      wake = min(wake, channel.device.earliestClock(isOpen ? .precharge : .refreshBank, bank: due.bank))
    } else if channel.device.openBanks[due.rank] == 0 {
      wake = min(wake, channel.device.earliestClock(.refreshAll, rank: due.rank))
    } else {
      for bank in channel.banks(ofRank: due.rank) where channel.device.openRow[bank] != DRAMDevice.closed {
        wake = min(wake, channel.device.earliestClock(.precharge, bank: bank))
      }
    }
    return wake
  }

  /// Brings the oldest due refresh forward: closes one open bank, or refreshes.
  private mutating func refresh(at clock: Int64, _ channel: inout DRAMChannel) -> DRAMCommand? {
    guard let due = dueRefreshes.first else { return nil }
    let banks = due.bank >= 0 ? due.bank..<due.bank + 1 : channel.banks(ofRank: due.rank)
    var isAnyOpen = false
    for bank in banks where channel.device.openRow[bank] != DRAMDevice.closed {
      isAnyOpen = true
      guard clock >= channel.device.earliestClock(.precharge, bank: bank) else { continue }
      channel.issue(.precharge, bank: bank, row: -1, column: -1, at: clock)
      queues.noteRefreshPrecharge(bank, at: clock, &channel)
      return .precharge
    }
    guard !isAnyOpen else { return nil }
    if due.bank >= 0 {
      guard clock >= channel.device.earliestClock(.refreshBank, bank: due.bank) else { return nil }
      channel.issue(.refreshBank, bank: due.bank, row: -1, column: -1, at: clock)
      dueRefreshes.removeFirst()
      return .refreshBank
    }
    guard clock >= channel.device.earliestClock(.refreshAll, rank: due.rank) else { return nil }
    channel.issue(.refreshAll, rank: due.rank, at: clock)
    dueRefreshes.removeFirst()
    return .refreshAll
  }

  private mutating func issue(_ candidate: BankQueues.Candidate, at clock: Int64, _ channel: inout DRAMChannel) {
    let request = queues.request(candidate)
    if candidate.command.isColumn {
      // A first column command after ACT is no hit, whoever caused the ACT.
      if channel.device.columnCommands[candidate.bank] != 0 {
        channel.statistics.rowHits += 1
      } else if queues.wasOpenedByConflict(candidate.bank) {
        channel.statistics.rowConflicts += 1
      } else {
        channel.statistics.rowMisses += 1
      }
    }
    channel.issue(candidate.command, bank: candidate.bank, row: request.row, column: request.column, at: clock)
    queues.noteIssue(candidate, at: clock, &channel)
    guard candidate.command.isColumn else { return }
    mayMove = true
    guard candidate.command.isRead else { return }
    let done = clock + channel.timing.readLatency
    channel.complete(request.tag, isWrite: false, at: done)
    guard !mergedReads.isEmpty else { return }
    for merged in mergedReads where merged.transaction == request.transaction {
      channel.complete(merged.tag, isWrite: false, at: done)
    }
    mergedReads.removeAll { $0.transaction == request.transaction }
  }

  // MARK: From the transaction queues to the bank queues

  /// Moves the first transaction of the chosen queue whose bank queue has room; says whether one moved.
  private mutating func moveTransaction(_ channel: inout DRAMChannel) -> Bool {
    let waiting = writeBuffer.count
    if writesToDrain == 0,
      waiting >= channel.controller.writeQueue
        || (waiting > channel.controller.writeHighWatermark && queues.isEmpty)
    {
      writesToDrain = waiting
    }
    if writesToDrain == 0 { return moveRead() }
    let place = writeBuffer.oldest { queues.hasRoom(Int($0.bank)) }
    guard place >= 0 else { return false }
    let write = writeBuffer.requests[place]
    if isReadPending(write) {
      // A write never overtakes a read of the same data: the batch ends, and this clock moves nothing. A full buffer
      // begins the next batch at once and changes nothing until a command leaves; else reads come next. With no command
      // waiting the read is in the read queue and nothing would ever move again (as in DRAMsim3): it goes first then.
      writesToDrain = 0
      return queues.isEmpty ? moveRead() : waiting < channel.controller.writeQueue
    }
    writeBuffer.remove(at: place)
    departures += 1
    queues.append(write)
    writesToDrain -= 1
    return true
  }

  private mutating func moveRead() -> Bool {
    let place = readQueue.oldest { queues.hasRoom(Int($0.bank)) }
    guard place >= 0 else { return false }
    queues.append(readQueue.requests[place])
    readQueue.remove(at: place)
    departures += 1
    return true
  }
}
