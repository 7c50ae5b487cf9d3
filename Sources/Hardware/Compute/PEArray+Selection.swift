// SPDX-License-Identifier: Apache-2.0
import Sparsity

extension PEArray {
  /// What an array has to bring together operands by their metadata, whatever the layer: multiplexers of each rank, and
  /// the bits of an offset that their registers hold. A dense array has none of it.
  ///
  /// Rank 0 selects words of operand B by operand A's offsets. Rank 1 selects blocks: those of operand B by operand A's
  /// offsets, or those of operand A, which the registers hold all of, by operand B's. Rank 2 selects, in front of rank 1,
  /// blocks of operand B's blocks.
  public struct Selection: Equatable, Sendable {
    /// A rank of operand A that is skipped: one multiplexer for each block, or value, that a row keeps.
    public struct Rank: Equatable, Sendable {
      /// Counted from 0 = innermost.
      public var number: Int
      /// What a multiplexer selects from: the largest H of any layer.
      public var choices: Int
      /// Words of the largest block that it selects; 1 at rank 0.
      public var words: Int
      /// Bits of an offset in the registers.
      public var offsetBits: Int

      public init(number: Int, choices: Int, words: Int, offsetBits: Int) {
        self.number = number
        self.choices = choices
        self.words = words
        self.offsetBits = offsetBits
      }
    }

    /// The ranks of operand A that are skipped, from the highest down.
    public var ranks: [Rank]
    /// Words of the widest window of operand B.
    public var widestWindowWords: Int
    /// Whether rank-0 metadata may be run lengths, which are added up to offsets.
    public var addsRuns: Bool
    /// Blocks of operand A that the registers hold for each group of a row, of which each PE selects one, and bits of a
    /// block's offset in operand B; 0 where operand B's rank 1 is not skipped.
    public var heldBlocks: Int
    public var heldOffsetBits: Int

    public init(
      ranks: [Rank], widestWindowWords: Int, addsRuns: Bool = false, heldBlocks: Int = 0, heldOffsetBits: Int = 0
    ) {
      precondition(ranks.allSatisfy { PerRank<Int>.ranks.contains($0.number) }, "a machine skips ranks 0 to 2")
      precondition(heldBlocks == 0 || ranks.allSatisfy { $0.number == 0 }, "rank 1 selects blocks of one operand")
      precondition(widestWindowWords <= OperandWindow.wordLimit, "a window fits its wires")
      self.ranks = ranks
      self.widestWindowWords = widestWindowWords
      self.addsRuns = addsRuns
      self.heldBlocks = heldBlocks
      self.heldOffsetBits = heldOffsetBits
    }

    private static let wordsOfFour = Rank(number: 0, choices: 4, words: 1, offsetBits: 2)

    /// HighLight's: 8 blocks of 4 words, windows of up to 2·H1·H0 words.
    public static let hierarchical = Selection(
      ranks: [Rank(number: 1, choices: 8, words: 4, offsetBits: 3), wordsOfFour],
      widestWindowWords: OperandWindow.wordLimit)
    /// HighLight's dual-side variant: PEs select one of 8 held blocks, MACs one of 4 words; windows of 8 blocks.
    public static let dualSided = Selection(
      ranks: [wordsOfFour], widestWindowWords: 32, heldBlocks: 8, heldOffsetBits: 3)
    /// None: every lane has its word.
    public static let none = Selection(ranks: [], widestWindowWords: 16)

    /// What there is for a rank; nil where it is not skipped.
    public func rank(_ number: Int) -> Rank? { ranks.first { $0.number == number } }
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
