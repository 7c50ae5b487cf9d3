// SPDX-License-Identifier: Apache-2.0

/// One array row's stationary operand: its kept values of A with their decoded offsets.
@frozen
public struct StationaryRow: BitwiseCopyable, Sendable {
  /// Kept values of a row by slot: one for each lane, or up to 32 where lanes select from them.
  public var values: SIMD32<Int16>
  /// Metadata of every rank that stores some in this layer; of rank 0 as the layer's coding has it.
  public var offsets: RankOffsets
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
