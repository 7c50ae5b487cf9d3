// SPDX-License-Identifier: Apache-2.0

extension TimeUnrolledArray {
  /// Shape of the array, and how this layer's operands are bound.
  public struct Specification: Equatable, Sendable {
    /// MACs, each with a sum of its own: rows and columns of Z in a tile.
    public var rows: Int
    public var columns: Int
    /// Rows and columns of processing elements; a PE has several MACs.
    public var peRows: Int
    public var peColumns: Int
    /// Bits of an operand word, 8 or 16.
    public var wordBits: Int
    /// Values of A that a MAC holds of a block: G of A's pattern in hardware.
    public var heldValues: Int
    /// Passes over a block, each with `heldValues` of A: 1, or 2 where A is dense.
    public var passes: Int
    /// Values of B kept of a block at most: steps of a pass.
    public var boundB: Int
    /// Sums per cycle that leave the array.
    public var drainWordsPerCycle: Int
    /// Cycles from a step's issue in the first PE to its sum there.
    public var accumulateCycles: Int

    public init(
      rows: Int, columns: Int, peRows: Int, peColumns: Int, wordBits: Int, heldValues: Int, passes: Int, boundB: Int,
      drainWordsPerCycle: Int, accumulateCycles: Int
    ) {
      precondition(
        rows <= DensityBoundBlock.extentLimit && columns <= DensityBoundBlock.extentLimit,
        "an array has at most 64 rows and 64 columns")
      precondition(rows % peRows == 0 && columns % peColumns == 0, "processing elements are alike")
      self.rows = rows
      self.columns = columns
      self.peRows = peRows
      self.peColumns = peColumns
      self.wordBits = wordBits
      self.heldValues = heldValues
      self.passes = passes
      self.boundB = boundB
      self.drainWordsPerCycle = drainWordsPerCycle
      self.accumulateCycles = accumulateCycles
    }

    /// MACs of the array.
    public var lanes: Int { rows * columns }
    /// Cycles from the first PE to the last: operands move on by one PE a cycle, down and to the right.
    var skewCycles: Int { peRows + peColumns - 2 }
    /// Steps of a block.
    var steps: Int { passes * boundB }
  }

  /// Lane-cycles of the steps of one block, by what the lanes do.
  struct Tally: BitwiseCopyable {
    var effectual: Int64 = 0
    var ineffectualA: Int64 = 0
    var ineffectualB: Int64 = 0
    var shapePadding: Int64 = 0
    var patternPadding: Int64 = 0
  }
}
