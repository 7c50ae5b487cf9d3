// SPDX-License-Identifier: Apache-2.0
import Sparsity

extension PEArray {
  /// What an array has to bring together operands by their metadata, whatever the layer: multiplexers of each rank, and
  /// the bits of an offset that their registers hold. A dense array has none of it.
  ///
  /// Rank 0 selects words of operand B by operand A's offsets. Rank 1 selects blocks: those of operand B by operand A's
  /// offsets, or those of operand A, which the registers hold all of, by operand B's.
  public struct Selection: Equatable, Sendable {
    /// Blocks of operand B that a PE selects from, and bits of a block's offset; 0 where operand A's rank 1 is not skipped.
    public var rank1Blocks: Int
    public var rank1OffsetBits: Int
    /// Words that a MAC selects from, and bits of a value's offset; 0 where rank 0 is not skipped.
    public var rank0Words: Int
    public var rank0OffsetBits: Int
    /// Words of the widest window of operand B.
    public var widestWindowWords: Int
    /// Whether rank-0 metadata may be run lengths, which are added up to offsets.
    public var addsRuns: Bool
    /// Blocks of operand A that the registers hold for each group of a row, of which each PE selects one, and bits of a
    /// block's offset in operand B; 0 where operand B's rank 1 is not skipped.
    public var heldBlocks: Int
    public var heldOffsetBits: Int

    public init(
      rank1Blocks: Int, rank1OffsetBits: Int, rank0Words: Int, rank0OffsetBits: Int, widestWindowWords: Int,
      addsRuns: Bool = false, heldBlocks: Int = 0, heldOffsetBits: Int = 0
    ) {
      precondition(rank1Blocks == 0 || heldBlocks == 0, "rank 1 selects blocks of one operand")
      self.addsRuns = addsRuns
      self.heldBlocks = heldBlocks
      self.heldOffsetBits = heldOffsetBits
      self.rank1Blocks = rank1Blocks
      self.rank1OffsetBits = rank1OffsetBits
      self.rank0Words = rank0Words
      self.rank0OffsetBits = rank0OffsetBits
      self.widestWindowWords = widestWindowWords
    }

    /// HighLight's: 8 blocks of 4 words, windows of up to 2·H1·H0 words.
    public static let hierarchical = Selection(
      rank1Blocks: 8, rank1OffsetBits: 3, rank0Words: 4, rank0OffsetBits: 2,
      widestWindowWords: OperandWindow.wordLimit)
    /// HighLight's dual-side variant: PEs select one of 8 held blocks, MACs one of 4 words; windows of 8 blocks.
    public static let dualSided = Selection(
      rank1Blocks: 0, rank1OffsetBits: 0, rank0Words: 4, rank0OffsetBits: 2, widestWindowWords: 32, heldBlocks: 8,
      heldOffsetBits: 3)
    /// None: every lane has its word.
    public static let none = Selection(
      rank1Blocks: 0, rank1OffsetBits: 0, rank0Words: 0, rank0OffsetBits: 0, widestWindowWords: 16)

    public var hasRank1: Bool { rank1Blocks > 0 }
    public var hasRank0: Bool { rank0Words > 0 }
    /// Whether rank 1 selects blocks of operand A by operand B's offsets.
    public var selectsHeldBlocks: Bool { heldBlocks > 0 }
  }

  /// How a layer's rank-0 metadata says where a value lies in its block, and in how many bits.
  public enum ValueCoding: Equatable, Sendable {
    /// The value's offset (coordinate and payload, CP).
    case offsets(bits: Int)
    /// Zeros in front of each of a block's two values (run-length, RLE).
    case runs(PairedRuns)

    /// Bits for each value.
    public var bits: Int {
      switch self {
      case .offsets(let bits): bits
      case .runs(let runs): runs.bits
      }
    }
  }
}
