// SPDX-License-Identifier: Apache-2.0

/// What both controller policies act on: the banks, the command bus' log, the completions and the counters.
///
/// It is passed `inout` also where it is only read: the compiler copies a borrowed struct of this size at each call.
struct DRAMChannel: ~Copyable {
  let timing: DRAMTiming
  let organisation: DRAMOrganisation
  let commandBus: DRAMCommandBus
  let controller: DRAMControllerSpecification
  let recordsCommands: Bool
  var device: DRAMDevice
  /// Counters of requests, and of commands by `DRAMCommand.rawValue`.
  let counters: FixedCell<Counters>
  private let commandCounts: FixedArray<Int64>
  var commands: [DRAMIssuedCommand] = []
  var completions: [DRAMCompletion] = []

  struct Counters: BitwiseCopyable {
    var reads: Int64 = 0
    var writes: Int64 = 0
    var forwardedReads: Int64 = 0
    var mergedReads: Int64 = 0
    var mergedWrites: Int64 = 0
    var rowHits: Int64 = 0
    var rowMisses: Int64 = 0
    var rowConflicts: Int64 = 0
  }

  init(_ specification: DRAMSpecification, recordsCommands: Bool, in memory: DRAMMemory) {
    timing = specification.timing
    organisation = specification.organisation
    commandBus = specification.commandBus
    controller = specification.controller
    self.recordsCommands = recordsCommands
    device = DRAMDevice(
      organisation: specification.organisation,
      constraints: DRAMConstraint.table(timing: specification.timing, bus: specification.commandBus),
      used: specification.controller.usedCommands, in: memory)
    counters = FixedCell(Counters(), in: memory)
    commandCounts = FixedArray(repeating: 0, count: DRAMCommand.allCases.count, in: memory)
  }

  var statistics: DRAMControllerStatistics {
    var statistics = DRAMControllerStatistics()
    let counters = counters.value
    statistics.reads = counters.reads
    statistics.writes = counters.writes
    statistics.forwardedReads = counters.forwardedReads
    statistics.mergedReads = counters.mergedReads
    statistics.mergedWrites = counters.mergedWrites
    statistics.rowHits = counters.rowHits
    statistics.rowMisses = counters.rowMisses
    statistics.rowConflicts = counters.rowConflicts
    for index in statistics.commands.indices { statistics.commands[index] = commandCounts[index] }
    return statistics
  }

  /// The bank's index in the channel.
  @inline(__always)
  func bank(of place: DRAMAddress) -> Int {
    (Int(place.rank) * organisation.bankGroups + Int(place.bankGroup)) * organisation.banksPerGroup + Int(place.bank)
  }

  /// The banks of a rank, in the channel.
  func banks(ofRank rank: Int) -> Range<Int> {
    rank * organisation.banksPerRank..<(rank + 1) * organisation.banksPerRank
  }

  /// The column command that serves a request under the row policy.
  @inline(__always)
  func columnCommand(isWrite: Bool) -> DRAMCommand {
    switch (isWrite, controller.rowPolicy) {
    case (false, .open): .read
    case (true, .open): .write
    case (false, .closed): .readAutoPrecharge
    case (true, .closed): .writeAutoPrecharge
    }
  }

  /// The next command that brings a request forward.
  @inline(__always)
  func nextCommand(for request: QueuedRequest) -> DRAMCommand {
    let open = device.openRow[Int(request.bank)]
    if open == DRAMDevice.closed { return .activate }
    return open == request.row ? columnCommand(isWrite: request.isWrite) : .precharge
  }

  /// Sends a command to one bank; `row` and `column` are those of the request behind it, -1 without one.
  mutating func issue(_ command: DRAMCommand, bank: Int, row: Int32, column: Int32, at clock: Int64) {
    device.issue(command, bank: bank, row: row, at: clock)
    commandCounts[Int(command.rawValue)] += 1
    if recordsCommands {
      let group = bank / organisation.banksPerGroup
      commands.append(
        DRAMIssuedCommand(
          clock: clock, command: command, rank: Int32(group / organisation.bankGroups),
          bankGroup: Int32(group % organisation.bankGroups), bank: Int32(bank % organisation.banksPerGroup), row: row,
          column: column))
    }
  }

  /// Sends a command to all banks of a rank.
  mutating func issue(_ command: DRAMCommand, rank: Int, at clock: Int64) {
    device.issue(command, rank: rank, at: clock)
    commandCounts[Int(command.rawValue)] += 1
    if recordsCommands {
      commands.append(
        DRAMIssuedCommand(
          clock: clock, command: command, rank: Int32(rank), bankGroup: -1, bank: -1, row: -1, column: -1))
    }
  }

  mutating func complete(_ tag: Int, isWrite: Bool, at clock: Int64) {
    completions.append(DRAMCompletion(tag: tag, clock: clock, isWrite: isWrite))
  }
}

/// A refresh that is due.
struct DueRefresh: BitwiseCopyable, Equatable {
  var rank: Int
  /// The bank within the channel, for REFpb; -1 for REFab.
  var bank: Int
}

/// Says when which refresh falls due: a fixed cadence that waits for nobody.
struct RefreshTimer {
  private let mode: DRAMControllerSpecification.Refresh
  private let interval: Int64
  private let ranks: Int
  private let banksPerRank: Int
  private let state: FixedCell<Registers>
  /// Refreshes that are due, oldest first.
  let due: FixedList<DueRefresh>

  private struct Registers: BitwiseCopyable {
    /// The rank or bank whose turn is next.
    var next = 0
    var nextClock: Int64
  }

  /// Clock of the next due refresh; `Int64.max` without refresh.
  var nextClock: Int64 { @inline(__always) get { state.value.nextClock } }

  /// - Parameter phase: added to every multiple of the interval.
  init(_ channel: borrowing DRAMChannel, phase: Int64, in memory: DRAMMemory) {
    mode = channel.controller.refresh
    ranks = channel.device.ranks
    banksPerRank = channel.device.banksPerRank
    let parts =
      switch mode {
      case .none, .allBank: 1
      case .staggered: ranks
      case .perBank: ranks * banksPerRank
      }
    interval = Int64(channel.timing.nREFI / parts)
    state = FixedCell(Registers(nextClock: mode == .none ? .max : interval + phase), in: memory)
    // Refreshes cannot be starved: never more than two rounds of them wait.
    due = FixedList(
      capacity: 2 * ranks * banksPerRank, filler: DueRefresh(rank: -1, bank: -1), in: memory)
  }

  /// Notes what falls due at this clock.
  func collect(at clock: Int64) {
    guard clock >= nextClock else { return }
    state.value.nextClock += interval
    let next = state.value.next
    switch mode {
    case .none:
      preconditionFailure("Without refresh nothing falls due.")
    case .allBank:
      for rank in 0..<ranks { due.append(DueRefresh(rank: rank, bank: -1)) }
    case .staggered:
      due.append(DueRefresh(rank: next, bank: -1))
      state.value.next = (next + 1) % ranks
    case .perBank:
      // Ranks alternate, so that each gets its banks evenly over nREFI.
      let rank = next % ranks
      due.append(DueRefresh(rank: rank, bank: rank * banksPerRank + next / ranks))
      state.value.next = (next + 1) % (ranks * banksPerRank)
    }
  }
}
