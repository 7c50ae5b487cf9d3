// SPDX-License-Identifier: Apache-2.0

extension PEArray {
  /// What happens when a sum is needed again before its last update has left the adder.
  public enum HazardRule: String, Codable, Sendable {
    /// The update is forwarded; no cycle is lost.
    case forward
    /// The step waits.
    case stall
  }

  /// One rank of a row: the MACs are made for so many of a group's blocks, this layer's pattern has so many.
  public struct Rank: Equatable, Sendable {
    /// Blocks of a group that a row keeps (G); values at rank 0.
    public var kept: Int
    /// Blocks of a group (H) of the pattern being executed.
    public var of: Int
    /// Whether offsets say which of them are kept.
    public var hasMetadata: Bool

    public init(kept: Int, of: Int, hasMetadata: Bool) {
      self.kept = kept
      self.of = of
      self.hasMetadata = hasMetadata
    }
  }

  /// Shape of an array, and how this layer's pattern maps onto it.
  public struct Specification: Equatable, Sendable {
    /// Rows of MACs; a row reduces spatially into one sum.
    public var rows: Int
    /// Groups of the highest rank of a row. With what the ranks keep, their product is the lanes of a row.
    public let groups: Int
    /// From the highest rank down to rank 0; two or more. Rank 1 has H of operand B where it selects held blocks.
    public let ranks: [Rank]
    /// Columns of partial sums that the register file holds for each row.
    public var columns: Int
    /// Bits of an operand word, 8 or 16.
    public var wordBits: Int
    /// Sums per cycle that leave the register file.
    public var drainWordsPerCycle: Int
    /// Cycles from a step's issue to its sum in the register file.
    public var accumulateCycles: Int
    public var hazardRule: HazardRule
    /// Whether a zero of operand B gates its multiplier.
    public var gatesZeros: Bool
    /// What the array has for sparsity, and how this layer's rank-0 metadata is coded.
    public let selection: Selection
    public var valueCoding: ValueCoding
    /// Whether a slot that exists only for padding holds its multiplier still.
    public var gatesPadding: Bool
    /// Blocks of a group that operand B's declared pattern keeps; those of a window beyond it are padding where they are
    /// empty. Bookkeeping for the ledger.
    public var declaredBlocks: Int

    // What follows from the ranks, at hand where every window or word asks for it.

    /// MACs of a row.
    public let lanesPerRow: Int
    /// Positions of K that a window covers: a group of the highest rank, product of the H, for each that a row has.
    public let positions: Int
    /// Words of operand B in a window: one for each position, or the blocks that operand B keeps.
    public let windowWords: Int
    /// Values of operand A that the registers hold for a row: one for each lane, or all that a window's positions have.
    public let slotsPerRow: Int
    /// Blocks of a group of rank 1 that a row keeps (G1: its PEs), and values of a block (G0: the MACs of a PE).
    public let blocksPerGroup: Int
    public let valuesPerBlock: Int
    /// H1 and H0.
    public let groupBlocks: Int
    public let blockValues: Int

    public init(
      rows: Int, groups: Int, ranks: [Rank], columns: Int, wordBits: Int, drainWordsPerCycle: Int,
      accumulateCycles: Int, hazardRule: HazardRule, gatesZeros: Bool, selection: Selection = .hierarchical,
      valueCoding: ValueCoding = .offsets(bits: 2), gatesPadding: Bool = true, declaredBlocks: Int? = nil
    ) {
      precondition(
        ranks.count >= 2 && ranks.count <= PerRank<Int>.limit, "a row of lanes has blocks of values, of at most 3 ranks"
      )
      let (rank1, rank0) = (ranks[ranks.count - 2], ranks[ranks.count - 1])
      self.rows = rows
      self.groups = groups
      self.ranks = ranks
      self.columns = columns
      self.wordBits = wordBits
      self.drainWordsPerCycle = drainWordsPerCycle
      self.accumulateCycles = accumulateCycles
      self.hazardRule = hazardRule
      self.gatesZeros = gatesZeros
      self.selection = selection
      self.valueCoding = valueCoding
      self.gatesPadding = gatesPadding
      self.declaredBlocks = declaredBlocks ?? rank1.kept
      (blocksPerGroup, valuesPerBlock) = (rank1.kept, rank0.kept)
      (groupBlocks, blockValues) = (rank1.of, rank0.of)
      lanesPerRow = ranks.reduce(groups) { $0 * $1.kept }
      positions = ranks.reduce(groups) { $0 * $1.of }
      let holdsBlocks = selection.selectsHeldBlocks
      windowWords = holdsBlocks ? groups * rank1.kept * rank0.of : positions
      slotsPerRow = holdsBlocks ? groups * rank1.of * rank0.kept : lanesPerRow
    }

    /// MACs of the array.
    public var lanes: Int { rows * lanesPerRow }
    /// The most values of operand A that any layer needs the registers to hold for a row.
    public var mostSlotsPerRow: Int {
      selection.selectsHeldBlocks ? groups * selection.heldBlocks * valuesPerBlock : lanesPerRow
    }
    /// Whether this layer's windows carry offsets of operand B's blocks.
    public var hasHeldMetadata: Bool { selection.selectsHeldBlocks && groupBlocks > blocksPerGroup }

    /// A rank, counted from 0 = innermost.
    public func rank(_ number: Int) -> Rank { ranks[ranks.count - 1 - number] }
    /// Blocks of `rank` that a row keeps, each of which takes one multiplexer; lanes at rank 0.
    public func blocksPerRow(ofRank rank: Int) -> Int { ranks.dropLast(rank).reduce(groups) { $0 * $1.kept } }
    /// Words of a block of `rank` in this layer; 1 at rank 0.
    public func blockWords(ofRank rank: Int) -> Int { ranks.suffix(rank).reduce(1) { $0 * $1.of } }

    /// Bits of an offset of `rank` as this layer's metadata has it.
    public func offsetBits(ofRank rank: Int) -> Int {
      rank == 0 ? valueCoding.bits : selection.rank(rank)?.offsetBits ?? 0
    }
    /// Bits of a row's metadata of `rank` in this layer, and the most that any layer has.
    public func fieldBits(ofRank rank: Int) -> Int {
      (rank == 0 ? slotsPerRow : blocksPerRow(ofRank: rank)) * offsetBits(ofRank: rank)
    }
    public func widestFieldBits(ofRank rank: Int) -> Int {
      (rank == 0 ? mostSlotsPerRow : blocksPerRow(ofRank: rank)) * (selection.rank(rank)?.offsetBits ?? 0)
    }

    /// Offsets of operand B's blocks where every one is kept, 3 bits each.
    var identityBlockOffsets: UInt64 {
      (0..<groups * blocksPerGroup).reduce(0) { $0 | UInt64($1 % blocksPerGroup) << UInt64(3 * $1) }
    }
  }
}
