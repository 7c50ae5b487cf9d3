// SPDX-License-Identifier: Apache-2.0
import Sparsity

extension PEArray {
  /// What happens when a sum is needed again before its last update has left the adder.
  public enum HazardRule: String, Codable, Sendable {
    /// The update is forwarded; no cycle is lost.
    case forward
    /// The step waits.
    case stall
  }

  /// Shape of an array, and how this layer's pattern maps onto it.
  public struct Specification: Equatable, Sendable {
    /// Rows of MACs; a row reduces spatially into one sum.
    public var rows: Int
    /// Rank-1 groups of a row, PEs of a group (G1) and MACs of a PE (G0); their product is the lanes of a row.
    public var groups: Int
    public var blocksPerGroup: Int
    public var valuesPerBlock: Int
    /// Columns of partial sums that the register file holds for each row.
    public var columns: Int
    /// H1 and H0 of the pattern being executed; H1 is operand B's where rank 1 selects held blocks.
    public var groupBlocks: Int
    public var blockValues: Int
    /// Bits of an operand word, 8 or 16.
    public var wordBits: Int
    /// Sums per cycle that leave the register file.
    public var drainWordsPerCycle: Int
    /// Cycles from a step's issue to its sum in the register file.
    public var accumulateCycles: Int
    public var hazardRule: HazardRule
    /// Whether a zero of operand B gates its multiplier.
    public var gatesZeros: Bool
    public var hasRank1Metadata: Bool
    public var hasRank0Metadata: Bool
    /// What the array has for sparsity, and how this layer's rank-0 metadata is coded.
    public var selection: Selection
    public var valueCoding: ValueCoding
    /// Whether a slot that exists only for padding holds its multiplier still.
    public var gatesPadding: Bool
    /// Blocks of a group that operand B's declared pattern keeps; those of a window beyond it are padding where they are
    /// empty. Bookkeeping for the ledger.
    public var declaredBlocks: Int

    public init(
      rows: Int, groups: Int, blocksPerGroup: Int, valuesPerBlock: Int, columns: Int, groupBlocks: Int,
      blockValues: Int, wordBits: Int, drainWordsPerCycle: Int, accumulateCycles: Int, hazardRule: HazardRule,
      gatesZeros: Bool, hasRank1Metadata: Bool, hasRank0Metadata: Bool,
      selection: Selection = .hierarchical, valueCoding: ValueCoding = .offsets(bits: 2), gatesPadding: Bool = true,
      declaredBlocks: Int? = nil
    ) {
      self.declaredBlocks = declaredBlocks ?? blocksPerGroup
      self.selection = selection
      self.valueCoding = valueCoding
      self.gatesPadding = gatesPadding
      self.rows = rows
      self.groups = groups
      self.blocksPerGroup = blocksPerGroup
      self.valuesPerBlock = valuesPerBlock
      self.columns = columns
      self.groupBlocks = groupBlocks
      self.blockValues = blockValues
      self.wordBits = wordBits
      self.drainWordsPerCycle = drainWordsPerCycle
      self.accumulateCycles = accumulateCycles
      self.hazardRule = hazardRule
      self.gatesZeros = gatesZeros
      self.hasRank1Metadata = hasRank1Metadata
      self.hasRank0Metadata = hasRank0Metadata
    }

    /// MACs of a row.
    public var lanesPerRow: Int { groups * blocksPerGroup * valuesPerBlock }
    /// MACs of the array.
    public var lanes: Int { rows * lanesPerRow }
    /// Positions of K that a window covers: 2·H1·H0.
    public var positions: Int { groups * groupBlocks * blockValues }
    /// Words of operand B in a window: one for each position, or the blocks that operand B keeps.
    public var windowWords: Int {
      selection.selectsHeldBlocks ? groups * blocksPerGroup * blockValues : positions
    }
    /// Values of operand A that the registers hold for a row: one for each lane, or all that a window's positions have.
    public var slotsPerRow: Int {
      selection.selectsHeldBlocks ? groups * groupBlocks * valuesPerBlock : lanesPerRow
    }
    /// The most that any layer needs of them.
    public var mostSlotsPerRow: Int {
      selection.selectsHeldBlocks ? groups * selection.heldBlocks * valuesPerBlock : lanesPerRow
    }
    /// Whether this layer's windows carry offsets of operand B's blocks.
    public var hasHeldMetadata: Bool { selection.selectsHeldBlocks && groupBlocks > blocksPerGroup }

    /// Offsets of a row where every block, and every value of a block, is kept.
    var identityBlockOffsets: UInt64 {
      (0..<groups * blocksPerGroup).reduce(0) { $0 | UInt64($1 % blocksPerGroup) << UInt64(3 * $1) }
    }
    var identityValueOffsets: UInt64 {
      // A dense block's runs are 0; its offsets count its lanes.
      guard case .offsets(let bits) = valueCoding else { return 0 }
      return (0..<slotsPerRow).reduce(0) { $0 | UInt64($1 % valuesPerBlock) << UInt64(bits * $1) }
    }

    /// The position of the window whose word a slot's value multiplies: rank 1 says which block, rank 0 which value in it.
    @inline(__always)
    func position(slot lane: Int, blockOffsets: UInt64, valueOffsets: UInt64) -> Int {
      let pe = lane / valuesPerBlock
      // Where all blocks are held, they follow each other.
      if selection.selectsHeldBlocks { return pe * blockValues + offset(lane: lane, in: valueOffsets) }
      let block = Int(truncatingIfNeeded: blockOffsets >> UInt64(3 * pe)) & 7
      let value = offset(lane: lane, in: valueOffsets)
      return pe / blocksPerGroup * groupBlocks * blockValues + block * blockValues + value
    }

    /// Where the value of a lane lies in its block.
    @inline(__always)
    private func offset(lane: Int, in metadata: UInt64) -> Int {
      switch valueCoding {
      case .offsets(let bits): return Int(truncatingIfNeeded: metadata >> UInt64(bits * lane)) & (1 << bits - 1)
      case .runs(let runs):
        let pair = Int(truncatingIfNeeded: metadata >> UInt64(2 * runs.bits * (lane / 2)))
        let mask = 1 << runs.bits - 1
        let offsets = runs.offsets(pair & mask, pair >> runs.bits & mask)
        return lane % 2 == 0 ? offsets.0 : offsets.1
      }
    }
  }
}
