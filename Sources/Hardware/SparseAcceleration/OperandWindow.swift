// SPDX-License-Identifier: Apache-2.0

/// One step's operand B: a window of one column, as the arrays see it on the multicast network.
@frozen
public struct OperandWindow: BitwiseCopyable, Sendable {
  /// Largest number of words in a window.
  public static let wordLimit = 64

  /// The window's words, zeros restored; those past its size are zero.
  public var words: InlineArray<64, Int16>
  /// Column of Z.
  public var column: Int32
  /// Block of rows of Z.
  public var rowBlock: Int32
  public var flags: StepFlags
  public var blame: Blame
  /// Where operand B's blocks lie in their groups, 3 bits each, the first lowest; of windows that leave blocks out.
  public var blockOffsets: UInt64 = 0
}

/// The wires beside a window that carry the offsets of operand B's blocks (rank 1), where a design has them.
public struct OffsetWires: Equatable, Sendable {
  public var bits: Int
  /// Whether the layer's windows have offsets.
  public var isUsed: Bool

  public init(bits: Int, isUsed: Bool) {
    self.bits = bits
    self.isUsed = isUsed
  }
}

/// Where in its block a step stands.
@frozen
public struct StepFlags: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The first column that streams through a stationary window.
  public static let firstColumn = StepFlags(rawValue: 1)
  /// The last column that streams through a stationary window.
  public static let lastColumn = StepFlags(rawValue: 2)
  /// A step of the first K window of the block, or of its part of K: sums start at zero, or with what was spilled.
  public static let firstWindow = StepFlags(rawValue: 4)
  /// A step of the last K window of the block, or of its part of K: sums leave after it.
  public static let lastWindow = StepFlags(rawValue: 8)
  /// A step of the layer's last block.
  public static let lastBlock = StepFlags(rawValue: 16)
  /// A step of a part of K that is not the first: the block's sums are reloaded.
  public static let reloads = StepFlags(rawValue: 32)
  /// A step of a part of K that is not the last: the block's sums are spilled.
  public static let spills = StepFlags(rawValue: 64)
}

/// Orders the VFMU to stream the columns of one block's K window.
@frozen
public struct StreamCommand: BitwiseCopyable, Sendable {
  public var firstColumn: Int32
  public var columnCount: Int32
  public var rowBlock: Int32
  /// Words of a window.
  public var windowWords: Int32
  /// Words at the end of the window's last row that belong to nobody; windows of a block follow each other without gap.
  public var paddingWords: Int32
  /// `firstWindow`, `lastWindow` and `lastBlock` as they hold for every column.
  public var flags: StepFlags
}
