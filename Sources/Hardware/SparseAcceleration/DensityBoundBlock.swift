// SPDX-License-Identifier: Apache-2.0

/// One block of 8 positions of K of a tile of an operand, for each of the tile's rows (of A) or columns (of B): as many
/// values as the block's density allows, and where they belong (S2TA, HPCA 2022: density-bound block, DBB).
@frozen
public struct DensityBoundBlock: BitwiseCopyable, Sendable {
  /// Positions of K in a block.
  public static let size = 8
  /// Largest number of rows or columns in a tile.
  public static let extentLimit = 64

  /// The block with its zeros restored: 8 words for each row or column.
  public var words: InlineArray<512, Int16>
  /// First row or column of the tile in Z, and how many of them lie inside Z.
  public var first: Int32
  public var extent: Int32
  /// Positions of the block that lie inside K.
  public var length: Int32
  public var flags: VectorFlags
  public var blame: Blame
}
