// SPDX-License-Identifier: Apache-2.0

/// One k of a tile of an operand, its zeros left out: what an outer product takes.
@frozen
public struct CondensedVector: BitwiseCopyable, Sendable {
  /// Largest number of rows (of A) or columns (of B) in a tile.
  public static let wordLimit = 64

  /// The non-zero words in order of their positions; those past their number mean nothing.
  public var words: InlineArray<64, Int16>
  /// A one for every position of the tile whose word is not zero.
  public var mask: UInt64
  /// First row or column of the tile in Z, and how many of them lie inside Z.
  public var first: Int32
  public var extent: Int32
  public var flags: VectorFlags
  public var blame: Blame

  /// Non-zero words.
  public var count: Int { mask.nonzeroBitCount }
}

/// Where in its tile of Z a vector stands.
@frozen
public struct VectorFlags: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The first k: sums start at zero.
  public static let first = VectorFlags(rawValue: 1)
  /// The last k: sums leave after it.
  public static let last = VectorFlags(rawValue: 2)
  /// Of the layer's last tile for this array.
  public static let lastTile = VectorFlags(rawValue: 4)
}

/// Orders a gather unit to condense one block's window of K.
@frozen
public struct GatherCommand: BitwiseCopyable, Sendable {
  /// Number of ks in the window.
  public var steps: Int32
  /// First row or column of the block in Z, and how many of them lie inside Z.
  public var first: Int32
  public var extent: Int32
  /// Words behind the window's that belong to nobody, up to the end of a line.
  public var paddingWords: Int32
  /// `first` and `last` hold for the window's first and last k; `lastTile` for all.
  public var flags: VectorFlags
}
