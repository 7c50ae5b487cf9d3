// SPDX-License-Identifier: Apache-2.0

/// One queue of commands per bank, and the round-robin scan over them.
///
/// Each queue remembers a clock before which it has no legal command, so that a scan looks into few queues. The clock
/// stays valid until the queue's content or its bank's state changes, because constraints only ever move later.
struct BankQueues: Sendable {
  /// A legal command that the scan found, and the queue entry it serves.
  struct Candidate {
    var bank: Int
    var entry: Int
    var command: DRAMCommand
  }

  /// The queue of bank `b` starts at `b * depth`.
  private var entries: [QueuedRequest]
  private var counts: [Int]
  private var waiting = 0
  /// `Int64.max` for an empty queue.
  private var wakeClocks: [Int64]
  /// Whether the bank's row was last closed in favour of another row.
  private var conflict: [Bool]
  private var lastQueue = 0
  private let depth: Int
  private let rowHitLimit: Int32

  init(_ channel: DRAMChannel) {
    let banks = channel.organisation.banksPerChannel
    depth = channel.controller.bankQueue
    rowHitLimit = Int32(channel.controller.rowHitLimit)
    entries = Array(repeating: .unused, count: banks * depth)
    counts = Array(repeating: 0, count: banks)
    wakeClocks = Array(repeating: .max, count: banks)
    conflict = Array(repeating: false, count: banks)
  }

  var isEmpty: Bool { waiting == 0 }

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
    waiting += 1
    wakeClocks[bank] = 0
  }

  /// The bank's state has changed: its queue must be looked at again.
  mutating func wake(_ bank: Int) {
    // Only a refresh closes a bank without a candidate: what opens it next is no conflict.
    conflict[bank] = false
    if counts[bank] > 0 { wakeClocks[bank] = 0 }
  }

  /// A found candidate was issued.
  mutating func noteIssue(_ candidate: Candidate) {
    let bank = candidate.bank
    wakeClocks[bank] = 0
    if candidate.command == .precharge { conflict[bank] = true }
    guard candidate.command.isColumn else { return }
    if candidate.command.isClosing { conflict[bank] = false }
    let last = bank * depth + counts[bank] - 1
    for index in bank * depth + candidate.entry..<last { entries[index] = entries[index + 1] }
    counts[bank] -= 1
    waiting -= 1
    if counts[bank] == 0 { wakeClocks[bank] = .max }
  }

  /// The first legal command of the round-robin scan; the next scan starts after its queue, issued or not.
  mutating func nextCandidate(
    at clock: Int64, pausedFor refresh: DueRefresh?, _ channel: DRAMChannel
  ) -> Candidate? {
    var queue = lastQueue
    for _ in 0..<counts.count {
      queue = queue + 1 == counts.count ? 0 : queue + 1
      guard wakeClocks[queue] <= clock else { continue }
      if let refresh, refresh.concerns(bank: queue, channel) { continue }
      if let candidate = firstReady(queue, at: clock, channel) {
        lastQueue = queue
        return candidate
      }
    }
    return nil
  }

  /// The least wake clock of all queues that are not paused.
  func wakeClock(pausedFor refresh: DueRefresh?, _ channel: DRAMChannel) -> Int64 {
    var wake = Int64.max
    for queue in 0..<counts.count where wakeClocks[queue] < wake {
      if let refresh, refresh.concerns(bank: queue, channel) { continue }
      wake = wakeClocks[queue]
    }
    return wake
  }

  /// The first entry of a queue whose next command is legal; without one the queue's wake clock moves on.
  ///
  /// Only the oldest entry may precharge, and only when no entry hits the open row or the row has served enough.
  private mutating func firstReady(_ bank: Int, at clock: Int64, _ channel: DRAMChannel) -> Candidate? {
    let first = bank * depth
    let entriesEnd = first + counts[bank]
    let openRow = channel.device.openRow[bank]
    guard openRow != DRAMDevice.closed else {
      let earliest = channel.device.earliestClock(.activate, bank: bank)
      if clock >= earliest { return Candidate(bank: bank, entry: 0, command: .activate) }
      wakeClocks[bank] = earliest
      return nil
    }
    var wake = Int64.max
    if entries[first].row != openRow {
      let isRowDone =
        channel.device.columnCommands[bank] >= rowHitLimit
        || !(first..<entriesEnd).contains { entries[$0].row == openRow }
      if isRowDone {
        let earliest = channel.device.earliestClock(.precharge, bank: bank)
        if clock >= earliest { return Candidate(bank: bank, entry: 0, command: .precharge) }
        wake = earliest
      }
    }
    for index in first..<entriesEnd where entries[index].row == openRow {
      let command = channel.columnCommand(isWrite: entries[index].isWrite)
      let earliest = channel.device.earliestClock(command, bank: bank)
      if clock >= earliest { return Candidate(bank: bank, entry: index - first, command: command) }
      wake = min(wake, earliest)
    }
    wakeClocks[bank] = wake
    return nil
  }
}

extension DueRefresh {
  /// Whether the refresh pauses a bank's queue.
  func concerns(bank index: Int, _ channel: DRAMChannel) -> Bool {
    bank >= 0 ? index == bank : channel.device.rank(ofBank: index) == rank
  }
}
