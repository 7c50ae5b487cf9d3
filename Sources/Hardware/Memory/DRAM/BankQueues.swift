// SPDX-License-Identifier: Apache-2.0

/// One queue of commands per bank, and the round-robin scan over them.
///
/// Each queue remembers a clock before which it has no legal command, so that a scan looks into few queues. The clock
/// stays valid until the queue's content or its bank's state changes, because constraints only ever move later.
struct BankQueues: ~Copyable {
  /// A legal command that the scan found, and the queue entry it serves.
  struct Candidate {
    var bank: Int
    var entry: Int
    var command: DRAMCommand
  }

  /// The queue of bank `b` starts at `b * depth`.
  private let entries: FixedArray<QueuedRequest>
  private let counts: FixedArray<Int>
  private let registers: FixedCell<Registers>
  /// `Int64.max` for an empty queue.
  private let wakeClocks: FixedArray<Int64>
  /// The only command that the queue can wait for, by `DRAMCommand.rawValue`; `anything` where there are several.
  private let waitsFor: FixedArray<UInt8>
  /// Whether the bank's row was last closed in favour of another row.
  private let conflict: FixedArray<Bool>
  private static let anything = UInt8.max
  private let depth: Int
  private let rowHitLimit: Int32

  private struct Registers: BitwiseCopyable {
    /// Commands in all queues.
    var waiting = 0
    /// The queue that issued last.
    var lastQueue = 0
  }

  init(_ channel: borrowing DRAMChannel, in memory: DRAMMemory) {
    let banks = channel.organisation.banksPerChannel
    depth = channel.controller.bankQueue
    rowHitLimit = Int32(channel.controller.rowHitLimit)
    entries = FixedArray(repeating: .unused, count: banks * depth, in: memory)
    counts = FixedArray(repeating: 0, count: banks, in: memory)
    registers = FixedCell(Registers(), in: memory)
    wakeClocks = FixedArray(repeating: .max, count: banks, in: memory)
    waitsFor = FixedArray(repeating: Self.anything, count: banks, in: memory)
    conflict = FixedArray(repeating: false, count: banks, in: memory)
  }

  var isEmpty: Bool { registers.value.waiting == 0 }

  func hasRoom(_ bank: Int) -> Bool { counts[bank] < depth }

  func contains(_ transaction: UInt64, isWrite: Bool, bank: Int) -> Bool {
    for index in bank * depth..<bank * depth + counts[bank]
    where entries[index].transaction == transaction && entries[index].isWrite == isWrite {
      return true
    }
    return false
  }

  func request(_ candidate: Candidate) -> QueuedRequest { entries[candidate.bank * depth + candidate.entry] }

  func wasOpenedByConflict(_ bank: Int) -> Bool { conflict[bank] }

  mutating func append(_ request: QueuedRequest) {
    let bank = Int(request.bank)
    precondition(counts[bank] < depth, "A full bank queue was given a command.")
    entries[bank * depth + counts[bank]] = request
    counts[bank] += 1
    registers.value.waiting += 1
    wakeClocks[bank] = 0
    waitsFor[bank] = Self.anything
  }

  /// A refresh closed a bank: what opens it next is no conflict.
  mutating func noteRefreshPrecharge(_ bank: Int, at clock: Int64, _ channel: inout DRAMChannel) {
    conflict[bank] = false
    updateWakeClock(bank, at: clock, &channel)
  }

  /// A found candidate was issued.
  mutating func noteIssue(_ candidate: Candidate, at clock: Int64, _ channel: inout DRAMChannel) {
    let bank = candidate.bank
    if candidate.command == .precharge { conflict[bank] = true }
    if candidate.command.isColumn {
      if candidate.command.isClosing { conflict[bank] = false }
      let last = bank * depth + counts[bank] - 1
      for index in bank * depth + candidate.entry..<last { entries[index] = entries[index + 1] }
      counts[bank] -= 1
      registers.value.waiting -= 1
    }
    updateWakeClock(bank, at: clock, &channel)
  }

  /// The bank's state has changed: its queue waits for another clock now.
  private mutating func updateWakeClock(_ bank: Int, at clock: Int64, _ channel: inout DRAMChannel) {
    guard counts[bank] > 0 else {
      wakeClocks[bank] = .max
      return
    }
    wakeClocks[bank] = 0
    _ = firstReady(bank, at: clock, &channel)
  }

  /// The first legal command of the round-robin scan; the next scan starts after its queue, issued or not.
  mutating func nextCandidate(
    at clock: Int64, pausedFor refresh: DueRefresh?, _ channel: inout DRAMChannel
  ) -> Candidate? {
    scan(registers.value.lastQueue + 1..<counts.count, at: clock, pausedFor: refresh, &channel)
      ?? scan(0..<registers.value.lastQueue + 1, at: clock, pausedFor: refresh, &channel)
  }

  private mutating func scan(
    _ range: Range<Int>, at clock: Int64, pausedFor refresh: DueRefresh?, _ channel: inout DRAMChannel
  ) -> Candidate? {
    var queue = wakeClocks.firstIndex(from: range.lowerBound, to: range.upperBound, atMost: clock)
    while queue >= 0 {
      if let refresh, refresh.concerns(bank: queue, &channel) {
        // Paused: it keeps its wake clock.
      } else if let command = DRAMCommand(rawValue: waitsFor[queue]),
        channel.device.earliestClock(command, bank: queue) > clock
      {
        // The commonest case by far: a constraint of the rank has moved on since.
        wakeClocks[queue] = channel.device.earliestClock(command, bank: queue)
      } else if let candidate = firstReady(queue, at: clock, &channel) {
        registers.value.lastQueue = queue
        return candidate
      }
      queue = wakeClocks.firstIndex(from: queue + 1, to: range.upperBound, atMost: clock)
    }
    return nil
  }

  /// The least wake clock of all queues that are not paused.
  func wakeClock(pausedFor refresh: DueRefresh?, _ channel: inout DRAMChannel) -> Int64 {
    guard let refresh else { return wakeClocks.least() }
    var wake = Int64.max
    for queue in 0..<wakeClocks.count where !refresh.concerns(bank: queue, &channel) {
      wake = min(wake, wakeClocks[queue])
    }
    return wake
  }

  /// The first entry of a queue whose next command is legal; without one the queue's wake clock moves on.
  ///
  /// Only the oldest entry may precharge, and only when no entry hits the open row or the row has served enough.
  private mutating func firstReady(_ bank: Int, at clock: Int64, _ channel: inout DRAMChannel) -> Candidate? {
    let first = bank * depth
    let openRow = channel.device.openRow[bank]
    guard openRow != DRAMDevice.closed else {
      return consider(.activate, entry: 0, bank, at: clock, &channel, isOnly: true)
    }
    let hits = rowHits(first..<first + counts[bank], openRow)
    let mayClose =
      entries[first].row != openRow
      && ((hits.read < 0 && hits.write < 0) || channel.device.columnCommands[bank] >= rowHitLimit)
    let isOnly = (mayClose ? 1 : 0) + (hits.read >= 0 ? 1 : 0) + (hits.write >= 0 ? 1 : 0) == 1
    wakeClocks[bank] = .max
    waitsFor[bank] = Self.anything
    if mayClose, let candidate = consider(.precharge, entry: 0, bank, at: clock, &channel, isOnly: isOnly) {
      return candidate
    }
    // The older of the two first; -1 for neither.
    let readFirst = hits.write < 0 || (hits.read >= 0 && hits.read < hits.write)
    let read = channel.columnCommand(isWrite: false)
    let write = channel.columnCommand(isWrite: true)
    if readFirst {
      return consider(read, entry: hits.read - first, bank, at: clock, &channel, isOnly: isOnly)
        ?? consider(write, entry: hits.write - first, bank, at: clock, &channel, isOnly: isOnly)
    }
    return consider(write, entry: hits.write - first, bank, at: clock, &channel, isOnly: isOnly)
      ?? consider(read, entry: hits.read - first, bank, at: clock, &channel, isOnly: isOnly)
  }

  /// A candidate if the command is legal; else the queue waits for it, among others unless it is the only one.
  @inline(__always)
  private mutating func consider(
    _ command: DRAMCommand, entry: Int, _ bank: Int, at clock: Int64, _ channel: inout DRAMChannel, isOnly: Bool
  ) -> Candidate? {
    guard entry >= 0 else { return nil }
    let earliest = channel.device.earliestClock(command, bank: bank)
    if earliest <= clock {
      wakeClocks[bank] = 0
      return Candidate(bank: bank, entry: entry, command: command)
    }
    wakeClocks[bank] = isOnly ? earliest : min(wakeClocks[bank], earliest)
    waitsFor[bank] = isOnly ? command.rawValue : Self.anything
    return nil
  }

  /// The oldest read and the oldest write that hit a row; -1 without one.
  @inline(__always)
  private func rowHits(_ range: Range<Int>, _ row: Int32) -> (read: Int, write: Int) {
    var read = -1
    var write = -1
    for index in range where entries[index].row == row {
      if entries[index].isWrite {
        if write < 0 { write = index }
      } else {
        if read < 0 { read = index }
      }
    }
    return (read, write)
  }
}

extension DueRefresh {
  /// Whether the refresh pauses a bank's queue.
  func concerns(bank index: Int, _ channel: inout DRAMChannel) -> Bool {
    bank >= 0 ? index == bank : channel.device.rank(ofBank: index) == rank
  }
}
