// SPDX-License-Identifier: Apache-2.0

extension OuterProductArray {
  /// Shape of an array, of its tile of Z, and of its accumulation buffer.
  public struct Specification: Equatable, Sendable {
    /// MACs: non-zeros of A by non-zeros of B that a step multiplies.
    public var rows: Int
    public var columns: Int
    /// Rows and columns of Z in the array's tile.
    public var tileRows: Int
    public var tileColumns: Int
    /// Bits of an operand word, 8 or 16.
    public var wordBits: Int
    /// Partial sums that the accumulation buffer holds, and how many such buffers there are.
    public var sums: Int
    public var buffers: Int
    /// Whether a tile drains while the next one accumulates.
    public var isDoubleBuffered: Bool
    /// Banks of the accumulation buffer, by the row's and by the column's remainder.
    public var bankRows: Int
    public var bankColumns: Int
    /// Products that wait in front of a bank.
    public var bankQueueEntries: Int
    /// Whether products conflict for banks; false is the calibration machine.
    public var hasBankConflicts: Bool
    /// Sums per cycle that leave the buffer.
    public var drainWordsPerCycle: Int
    /// Cycles from a step's issue to its products in front of the banks.
    public var accumulateCycles: Int

    public init(
      rows: Int, columns: Int, tileRows: Int, tileColumns: Int, wordBits: Int, sums: Int, buffers: Int,
      isDoubleBuffered: Bool,
      bankRows: Int, bankColumns: Int, bankQueueEntries: Int, hasBankConflicts: Bool, drainWordsPerCycle: Int,
      accumulateCycles: Int
    ) {
      precondition(
        tileRows <= CondensedVector.wordLimit && tileColumns <= CondensedVector.wordLimit,
        "a tile has at most 64 rows and 64 columns")
      precondition(
        tileRows * tileColumns * (isDoubleBuffered ? 2 : 1) <= sums * buffers,
        "the accumulation buffer holds the array's tiles")
      self.rows = rows
      self.columns = columns
      self.tileRows = tileRows
      self.tileColumns = tileColumns
      self.wordBits = wordBits
      self.sums = sums
      self.buffers = buffers
      self.isDoubleBuffered = isDoubleBuffered
      self.bankRows = bankRows
      self.bankColumns = bankColumns
      self.bankQueueEntries = bankQueueEntries
      self.hasBankConflicts = hasBankConflicts
      self.drainWordsPerCycle = drainWordsPerCycle
      self.accumulateCycles = accumulateCycles
    }

    /// MACs of the array.
    public var lanes: Int { rows * columns }

    var accumulation: AccumulationBuffer.Specification {
      AccumulationBuffer.Specification(
        rows: tileRows, columns: tileColumns, tiles: isDoubleBuffered ? 2 : 1, bankRows: bankRows,
        bankColumns: bankColumns, queueEntries: bankQueueEntries, hasConflicts: hasBankConflicts)
    }
  }

  /// Lane-cycles of the steps that multiply one vector of A by one of B, by what the lanes do.
  struct Tally: BitwiseCopyable {
    let steps: Int
    let products: Int
    let shapePadding: Int
    let roundingPadding: Int

    /// - Parameters:
    ///   - a: non-zeros of A, and rows of the tile inside Z.
    ///   - b: non-zeros of B, and columns of the tile inside Z.
    init(a: (count: Int, extent: Int), b: (count: Int, extent: Int), _ specification: Specification) {
      let sizes = (
        Slots(count: a.count, extent: a.extent, width: specification.rows),
        Slots(count: b.count, extent: b.extent, width: specification.columns)
      )
      steps = sizes.0.chunks * sizes.1.chunks
      products = a.count * b.count
      let inside = sizes.0.inside * sizes.1.inside
      shapePadding = steps * specification.lanes - inside
      roundingPadding = inside - products
    }
  }

  /// The slots that a vector takes in the multipliers: its count rounded up.
  private struct Slots {
    /// Steps that the vector takes.
    let chunks: Int
    /// Slots without those that a dense vector of a ragged tile would leave empty as well.
    let inside: Int

    init(count: Int, extent: Int, width: Int) {
      chunks = (count + width - 1) / width
      let ragged = (extent + width - 1) / width * width - extent
      inside = chunks * width - min(chunks * width - count, ragged)
    }
  }
}
