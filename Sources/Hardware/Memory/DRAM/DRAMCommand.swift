// SPDX-License-Identifier: Apache-2.0

/// What the controller can tell a DRAM to do.
public enum DRAMCommand: UInt8, CaseIterable, Sendable {
  /// Opens a row of a closed bank (ACT).
  case activate
  /// Closes the row of one bank (PRE).
  case precharge
  /// Closes the rows of all banks of a rank (PREab).
  case prechargeAll
  /// Reads one burst from an open row (RD).
  case read
  /// Reads one burst and closes the row as soon as its timings allow (RDA).
  case readAutoPrecharge
  /// Writes one burst into an open row (WR).
  case write
  /// Writes one burst and closes the row as soon as its timings allow (WRA).
  case writeAutoPrecharge
  /// Refreshes all banks of a rank (REFab); all of them must be closed.
  case refreshAll
  /// Refreshes one closed bank (REFpb).
  case refreshBank

  /// Whether the command uses columns: RD, RDA, WR, WRA.
  @inlinable
  public var isColumn: Bool { isRead || isWrite }

  @inlinable
  public var isRead: Bool { self == .read || self == .readAutoPrecharge }

  @inlinable
  public var isWrite: Bool { self == .write || self == .writeAutoPrecharge }

  /// Whether a bank is closed by it, at once or later.
  @inlinable
  public var isClosing: Bool {
    switch self {
    case .precharge, .prechargeAll, .readAutoPrecharge, .writeAutoPrecharge: true
    case .activate, .read, .write, .refreshAll, .refreshBank: false
    }
  }

  /// Whether it addresses all banks of a rank.
  @inlinable
  public var isRankWide: Bool { self == .prechargeAll || self == .refreshAll }

  @inlinable
  public var isRefresh: Bool { self == .refreshAll || self == .refreshBank }

  /// The name the standards use.
  public var mnemonic: String {
    switch self {
    case .activate: "ACT"
    case .precharge: "PRE"
    case .prechargeAll: "PREab"
    case .read: "RD"
    case .readAutoPrecharge: "RDA"
    case .write: "WR"
    case .writeAutoPrecharge: "WRA"
    case .refreshAll: "REFab"
    case .refreshBank: "REFpb"
    }
  }
}

/// One command on the command bus of a channel, with the clock of its first cycle.
public struct DRAMIssuedCommand: Equatable, Sendable, CustomStringConvertible {
  public var clock: Int64
  public var command: DRAMCommand
  /// Pseudo channel and rank in one number: pseudo channel x ranks + rank.
  public var rank: Int32
  /// -1 where the command addresses the whole rank.
  public var bankGroup: Int32
  /// Within its bank group; -1 where the command addresses the whole rank.
  public var bank: Int32
  /// The row that the request behind the command wants, also of a precharge; -1 where there is no request.
  public var row: Int32
  /// In transactions, as the row.
  public var column: Int32

  public init(
    clock: Int64, command: DRAMCommand, rank: Int32, bankGroup: Int32, bank: Int32, row: Int32, column: Int32
  ) {
    self.clock = clock
    self.command = command
    self.rank = rank
    self.bankGroup = bankGroup
    self.bank = bank
    self.row = row
    self.column = column
  }

  /// `clock command rank bankgroup bank row column`, the line of a command timeline file.
  public var description: String {
    "\(clock) \(command.mnemonic) \(rank) \(bankGroup) \(bank) \(row) \(column)"
  }
}
