// SPDX-License-Identifier: Apache-2.0

/// One array row's stationary operand: its kept values of A with their decoded offsets.
@frozen
public struct StationaryRow: BitwiseCopyable, Sendable {
  /// Kept values of a row by slot: one for each lane, or up to 32 where lanes select from them.
  public var values: SIMD32<Int16>
  /// Rank-1 offsets: 3 bits for each of the row's PEs, PE 0 lowest.
  public var blockOffsets: UInt64
  /// Rank-0 metadata as the layer's coding has it, 2 to 4 bits for each slot, slot 0 lowest.
  public var valueOffsets: UInt64
  /// Row of the array, 0 to 15; negative for an array that has no row in this window.
  public var row: Int8
  /// Whether the array has all its rows with this one.
  public var isLast: Bool
  /// Zero slots that exist only because K was rounded up to the window, and because the pattern was rounded up, a bit each.
  /// Bookkeeping for the ledger; the hardware has no such wires.
  public var shapePadding: UInt32
  public var patternPadding: UInt32
  public var blame: Blame
}

/// Orders the operand A bus to load one window into the arrays' stationary registers.
@frozen
public struct LoadCommand: BitwiseCopyable, Sendable {
  /// Number of the window in order of storage.
  public var window: Int32
  /// Rows of Z in the block, 1 to 64.
  public var rowCount: Int32
}
