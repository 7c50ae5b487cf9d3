// SPDX-License-Identifier: Apache-2.0

/// Requests wait in a read or a write transaction queue, then in one command queue per bank.
///
/// The policy of DRAMsim3. Each clock, in this order: a refresh that is due goes first (its rank's queues pause); else
/// the bank queues are scanned round robin from the one after the last that issued, and the first with a legal command
/// issues it; then one transaction moves from a transaction queue to its bank's queue. Writes move only while a batch
/// drains: it starts when the write buffer is full, or holds more than the watermark while no command waits, and is as
/// long as the buffer was at its start.
struct BankQueueScheduler: ~Copyable {
  private let registers: FixedCell<Registers>
  private let refreshTimer: RefreshTimer
  private var readQueue: RequestPool
  private var writeBuffer: RequestPool
  private var queues: BankQueues
  /// Reads that wait for an earlier read of the same data.
  private let mergedReads: FixedList<MergedRead>
  /// How many of them a controller keeps; a read that would be one more is refused.
  private static let mergedReadLimit = 1024

  private struct Registers: BitwiseCopyable {
    var nextInterestingClock: Int64 = 0
    /// Requests that left the transaction queues.
    var departures: Int64 = 0
    /// Writes of the current batch that still have to move.
    var writesToDrain = 0
    /// Whether a transaction may have become able to move since none could.
    var mayMove = false
  }

  struct MergedRead: BitwiseCopyable {
    var transaction: UInt64
    var tag: Int
  }

  init(_ channel: borrowing DRAMChannel, in memory: DRAMMemory) {
    registers = FixedCell(Registers(), in: memory)
    refreshTimer = RefreshTimer(channel, phase: 0, in: memory)
    queues = BankQueues(channel, in: memory)
    let banks = channel.organisation.banksPerChannel
    readQueue = RequestPool(
      capacity: channel.controller.readQueue, banks: banks, scheduler: .frfcfs, in: memory)
    writeBuffer = RequestPool(
      capacity: channel.controller.writeQueue, banks: banks, scheduler: .frfcfs, in: memory)
    mergedReads = FixedList(
      capacity: Self.mergedReadLimit, filler: MergedRead(transaction: 0, tag: 0), in: memory)
  }

  var nextInterestingClock: Int64 { @inline(__always) get { registers.value.nextInterestingClock } }
  /// Requests that left the transaction queues, and reads that no longer wait for another one.
  var departures: Int64 { @inline(__always) get { registers.value.departures } }

  // MARK: Accepting

  @inline(__always)
  func canAccept(_ request: DRAMRequest) -> Bool {
    request.isWrite ? !writeBuffer.isFull : !readQueue.isFull && !mergedReads.isFull
  }

  /// A request is stamped with the next clock, the first in which it can move; an answer from the queues takes one more.
  mutating func accept(_ request: DRAMRequest, at clock: Int64, _ channel: inout DRAMChannel) {
    registers.value.nextInterestingClock = clock + 1
    registers.value.mayMove = true
    let bank = channel.bank(of: request.place)
    let queued = QueuedRequest(request, bank: bank, arrival: clock)
    let isWritePending =
      writeBuffer.contains(request.transaction)
      || queues.contains(request.transaction, isWrite: true, bank: bank)
    if request.isWrite {
      channel.counters.value.writes += 1
      if isWritePending {
        channel.counters.value.mergedWrites += 1
      } else {
        writeBuffer.insert(queued)
      }
      channel.complete(request.tag, isWrite: true, at: clock + 2)
    } else if isWritePending {
      channel.counters.value.reads += 1
      channel.counters.value.forwardedReads += 1
      channel.complete(request.tag, isWrite: false, at: clock + 2)
    } else {
      channel.counters.value.reads += 1
      if isReadPending(queued) {
        channel.counters.value.mergedReads += 1
        mergedReads.append(MergedRead(transaction: request.transaction, tag: request.tag))
      } else {
        readQueue.insert(queued)
      }
    }
  }

  @inline(__always)
  private func isReadPending(_ request: QueuedRequest) -> Bool {
    readQueue.contains(request.transaction)
      || queues.contains(request.transaction, isWrite: false, bank: Int(request.bank))
  }

  // MARK: One clock

  mutating func tick(at clock: Int64, _ channel: inout DRAMChannel) {
    if refreshTimer.nextClock <= clock { refreshTimer.collect(at: clock) }
    let pause = refreshTimer.due.first
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
    registers.value.mayMove = registers.value.mayMove && moveTransaction(&channel)
    registers.value.nextInterestingClock = registers.value.mayMove ? clock + 1 : max(clock + 1, wakeClock(&channel))
  }

  /// The first clock at which anything can happen if no request arrives; may lie in the past.
  @inline(__always)
  private func wakeClock(_ channel: inout DRAMChannel) -> Int64 {
    var wake = min(refreshTimer.nextClock, queues.wakeClock(pausedFor: refreshTimer.due.first, &channel))
    guard let due = refreshTimer.due.first else { return wake }
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
    guard let due = refreshTimer.due.first else { return nil }
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
      refreshTimer.due.removeFirst()
      return .refreshBank
    }
    guard clock >= channel.device.earliestClock(.refreshAll, rank: due.rank) else { return nil }
    channel.issue(.refreshAll, rank: due.rank, at: clock)
    refreshTimer.due.removeFirst()
    return .refreshAll
  }

  private mutating func issue(_ candidate: BankQueues.Candidate, at clock: Int64, _ channel: inout DRAMChannel) {
    let request = queues.request(candidate)
    if candidate.command.isColumn {
      // A first column command after ACT is no hit, whoever caused the ACT.
      if channel.device.columnCommands[candidate.bank] != 0 {
        channel.counters.value.rowHits += 1
      } else if queues.wasOpenedByConflict(candidate.bank) {
        channel.counters.value.rowConflicts += 1
      } else {
        channel.counters.value.rowMisses += 1
      }
    }
    channel.issue(candidate.command, bank: candidate.bank, row: request.row, column: request.column, at: clock)
    queues.noteIssue(candidate, at: clock, &channel)
    guard candidate.command.isColumn else { return }
    registers.value.mayMove = true
    guard candidate.command.isRead else { return }
    let done = clock + channel.timing.readLatency
    channel.complete(request.tag, isWrite: false, at: done)
    guard !mergedReads.isEmpty else { return }
    for index in 0..<mergedReads.count where mergedReads[index].transaction == request.transaction {
      channel.complete(mergedReads[index].tag, isWrite: false, at: done)
      registers.value.departures += 1
    }
    mergedReads.removeAll { $0.transaction == request.transaction }
  }

  // MARK: From the transaction queues to the bank queues

  /// Moves the first transaction of the chosen queue whose bank queue has room; says whether one moved.
  private mutating func moveTransaction(_ channel: inout DRAMChannel) -> Bool {
    let waiting = writeBuffer.count
    if registers.value.writesToDrain == 0,
      waiting >= channel.controller.writeQueue
        || (waiting > channel.controller.writeHighWatermark && queues.isEmpty)
    {
      registers.value.writesToDrain = waiting
    }
    if registers.value.writesToDrain == 0 { return moveRead() }
    let place = writeBuffer.oldest { queues.hasRoom(Int($0.bank)) }
    guard place >= 0 else { return false }
    let write = writeBuffer.requests[place]
    if isReadPending(write) {
      // A write never overtakes a read of the same data: the batch ends, and this clock moves nothing. A full buffer
      // begins the next batch at once and changes nothing until a command leaves; else reads come next. With no command
      // waiting the read is in the read queue and nothing would ever move again (as in DRAMsim3): it goes first then.
      registers.value.writesToDrain = 0
      return queues.isEmpty ? moveRead() : waiting < channel.controller.writeQueue
    }
    writeBuffer.remove(at: place)
    registers.value.departures += 1
    queues.append(write)
    registers.value.writesToDrain -= 1
    return true
  }

  private mutating func moveRead() -> Bool {
    let place = readQueue.oldest { queues.hasRoom(Int($0.bank)) }
    guard place >= 0 else { return false }
    queues.append(readQueue.requests[place])
    readQueue.remove(at: place)
    registers.value.departures += 1
    return true
  }
}
