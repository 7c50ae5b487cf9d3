// SPDX-License-Identifier: Apache-2.0

/// Where the windows of one operand lie in memory: a stream of values, and one of metadata for each rank that has some, each
/// holding the windows in order of storage (`KSplit`). A block's windows may follow each other without gap: a line that
/// two of them share counts for the first, which is read just before.
public struct OperandDirectory: Equatable, Sendable {
  /// One stream of an operand.
  public struct Stream: Equatable, Sendable {
    public var ring: BufferRing
    /// First byte in memory; a multiple of 64.
    public var address: Int
    /// Lines before each window, and in all: `windows + 1` entries.
    public var lineStarts: [Int32] { didSet { mostLines = Self.mostLines(lineStarts) } }
    /// Lines of the largest window.
    public private(set) var mostLines: Int
    /// Bits of a metadata field; 0 for values.
    public var fieldBits: Int

    public init(ring: BufferRing, address: Int, lineStarts: [Int32], fieldBits: Int) {
      self.ring = ring
      self.address = address
      self.lineStarts = lineStarts
      self.fieldBits = fieldBits
      mostLines = Self.mostLines(lineStarts)
    }

    private static func mostLines(_ starts: [Int32]) -> Int {
      Int(zip(starts.dropFirst(), starts).reduce(0) { max($0, $1.0 - $1.1) })
    }

    /// Lines of the windows in `range`.
    @inline(__always)
    public func lines(_ range: Range<Int>) -> Int {
      Int(lineStarts[range.upperBound] - lineStarts[range.lowerBound])
    }
  }

  /// Metadata first, so that it is on chip when the values are.
  public var streams: [Stream]
  /// Words behind each window's values that belong to nobody, up to the end of a line; empty where nobody asks.
  public var paddingWords: [Int32]

  public init(streams: [Stream], paddingWords: [Int32] = []) {
    self.streams = streams
    self.paddingWords = paddingWords
  }
}

/// What a sequencer walks: the loop nest, the operands' directories, and the shape of the blocks.
public struct LayerProgram: Sendable {
  public var nest: LoopNest
  public var operandA: OperandDirectory
  public var operandB: OperandDirectory
  /// First column of each block, and the number of columns in all.
  public var columnStarts: [Int32]
  public var rowCount: Int
  public var rowsPerBlock: Int
  /// Words of a window: 2·H1·H0 with two ranks, H2·H1·H0 with three.
  public var windowWords: Int
  /// Arrays, each of which has a line of sums in every column that is spilled.
  public var arrays: Int
  /// First byte of the spilled sums in memory.
  public var spillAddress: Int

  /// Lines of sums that are spilled between two parts of K.
  public var spilledLines: Int { Int(columnStarts.last ?? 0) * nest.rowBlocks * arrays }

  public init(
    nest: LoopNest, operandA: OperandDirectory, operandB: OperandDirectory, columnStarts: [Int32], rowCount: Int,
    rowsPerBlock: Int, windowWords: Int, arrays: Int, spillAddress: Int
  ) {
    self.nest = nest
    self.operandA = operandA
    self.operandB = operandB
    self.columnStarts = columnStarts
    self.rowCount = rowCount
    self.rowsPerBlock = rowsPerBlock
    self.windowWords = windowWords
    self.arrays = arrays
    self.spillAddress = spillAddress
  }

  /// Rows of Z in a block; the last block may have fewer.
  public func rows(inBlock block: Int) -> Int { min(rowsPerBlock, rowCount - block * rowsPerBlock) }
  /// Columns of Z in a block.
  public func columns(inBlock block: Int) -> Int { Int(columnStarts[block + 1] - columnStarts[block]) }
}
