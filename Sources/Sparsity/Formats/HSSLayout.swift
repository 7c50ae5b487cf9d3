// SPDX-License-Identifier: Apache-2.0

/// The shape of a row of A in the format the HighLight machine reads: a pattern of two ranks or more, counted in slots.
///
/// A row is cut into *groups* of the highest rank: of H1·H0 positions with two ranks, of H2·H1·H0 with three. Whatever it
/// holds, a group becomes exactly G slots of its rank, each of them exactly G slots of the rank below, and so on down to
/// value slots: work per group is constant, which is what balances the load.
public struct HSSLayout: Hashable, Sendable {
  /// Slots and what they are chosen from (G:H), by rank from the highest to rank 0; two or more.
  public let ranks: [GH]
  /// Stored bits of one offset, by rank from the highest to rank 0: wide enough for the hardware's largest H; 0 if G = H.
  public let offsetBits: [Int]
  /// Block slots of a group of rank 1 (G1), and blocks they are chosen from (H1).
  public let rank1: GH
  /// Value slots per block slot (G0), and values they are chosen from (H0).
  public let rank0: GH

  /// The largest H supported: a group's blocks are tracked in one machine word.
  public static let maximumH = 64

  /// The layout for an executed pattern on hardware with `rule`; without one, offsets are as wide as the pattern needs.
  ///
  /// - Throws: `HSSLayoutError` unless the pattern has two ranks or more with G:H rules, each H at most `maximumH`, and
  ///   is a degree of `rule`.
  public init(executed pattern: Pattern, on rule: HardwareRule? = nil) throws(HSSLayoutError) {
    let ranks = pattern.structuredRanks
    guard ranks.count >= 2, ranks.allSatisfy({ $0.h <= Self.maximumH }) else {
      throw HSSLayoutError(pattern: pattern, allowed: "two ranks or more with G:H, each H at most \(Self.maximumH)")
    }
    self.ranks = ranks
    (rank1, rank0) = (ranks[ranks.count - 2], ranks[ranks.count - 1])
    if let rule {
      guard rule.degrees.contains(where: { $0.pattern.structuredRanks == ranks }) else {
        throw HSSLayoutError(pattern: pattern, allowed: "the degrees of \(rule)")
      }
    }
    offsetBits = ranks.indices.map { index in
      ranks[index].isDense ? 0 : rule?.ranks[index].offsetBits ?? bitsNeeded(forValuesBelow: ranks[index].h)
    }
  }

  /// Stored bits of one offset of `rank`, counted from 0 = innermost.
  public func offsetBits(ofRank rank: Int) -> Int { offsetBits[ranks.count - 1 - rank] }
  /// Stored bits of one block offset, and of one value offset.
  public var blockOffsetBits: Int { offsetBits(ofRank: 1) }
  public var valueOffsetBits: Int { offsetBits(ofRank: 0) }

  /// Positions of the row that a group covers: the product of the H.
  public var positionsPerGroup: Int { ranks.reduce(1) { $0 * $1.h } }
  /// Slots of `rank` in a group: the product of the G from the highest rank down to it.
  public func slotsPerGroup(ofRank rank: Int) -> Int { ranks.dropLast(rank).reduce(1) { $0 * $1.g } }
  /// Block slots of a group: slots of rank 1.
  public var blockSlotsPerGroup: Int { slotsPerGroup(ofRank: 1) }
  /// Value slots of a group: slots of rank 0.
  public var valueSlotsPerGroup: Int { slotsPerGroup(ofRank: 0) }
  /// Metadata of a group, in bits.
  public var metadataBitsPerGroup: Int {
    ranks.indices.reduce(0) { $0 + slotsPerGroup(ofRank: $1) * offsetBits(ofRank: $1) }
  }

  /// Groups that cover `positions`, rounded up to a multiple of `multiple`.
  public func groups(covering positions: Int, multipleOf multiple: Int = 1) -> Int {
    let groups = (positions + positionsPerGroup - 1) / positionsPerGroup
    return (groups + multiple - 1) / multiple * multiple
  }
}

/// A pattern that the machine's format cannot hold.
public struct HSSLayoutError: Error, Hashable, Sendable, CustomStringConvertible {
  public let pattern: Pattern
  /// What is allowed instead, as a phrase.
  public let allowed: String

  public var description: String { "pattern \(pattern) has no compressed form here; allowed: \(allowed)" }
}
