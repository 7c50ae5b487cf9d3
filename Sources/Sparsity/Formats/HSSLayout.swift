// SPDX-License-Identifier: Apache-2.0

/// The shape of a row of A in the format the HighLight machine reads: a two-rank pattern, counted in slots.
///
/// A row is cut into *groups* of H1·H0 positions. Whatever it holds, a group becomes exactly G1 block slots, and each
/// block slot exactly G0 value slots: work per group is constant, which is what balances the load.
public struct HSSLayout: Hashable, Sendable {
  /// Block slots per group (G1), and blocks they are chosen from (H1).
  public let rank1: GH
  /// Value slots per block slot (G0), and values they are chosen from (H0).
  public let rank0: GH
  /// Stored bits of one block offset: wide enough for the hardware's largest H1; 0 if G1 = H1.
  public let blockOffsetBits: Int
  /// Stored bits of one value offset: wide enough for the hardware's largest H0; 0 if G0 = H0.
  public let valueOffsetBits: Int

  /// The largest H0 and H1 supported: a group's blocks are tracked in one machine word.
  public static let maximumH = 64

  /// The layout for an executed pattern on hardware with `rule`; without one, offsets are as wide as the pattern needs.
  ///
  /// - Throws: `HSSLayoutError` unless the pattern has exactly two ranks with G:H rules, each H at most `maximumH`, and
  ///   is a degree of `rule`.
  public init(executed pattern: Pattern, on rule: HardwareRule? = nil) throws(HSSLayoutError) {
    let ranks = pattern.structuredRanks
    guard ranks.count == 2, ranks.allSatisfy({ $0.h <= Self.maximumH }) else {
      throw HSSLayoutError(pattern: pattern, allowed: "two ranks with G:H, each H at most \(Self.maximumH)")
    }
    (rank1, rank0) = (ranks[0], ranks[1])
    if let rule {
      guard rule.degrees.contains(where: { $0.pattern.structuredRanks == ranks }) else {
        throw HSSLayoutError(pattern: pattern, allowed: "the degrees of \(rule)")
      }
    }
    blockOffsetBits = rank1.isDense ? 0 : rule?.rank(1).offsetBits ?? bitsNeeded(forValuesBelow: rank1.h)
    valueOffsetBits = rank0.isDense ? 0 : rule?.rank(0).offsetBits ?? bitsNeeded(forValuesBelow: rank0.h)
  }

  /// Positions of the row that a group covers, H1·H0.
  public var positionsPerGroup: Int { rank1.h * rank0.h }
  /// Block slots of a group, G1.
  public var blockSlotsPerGroup: Int { rank1.g }
  /// Value slots of a block slot, G0.
  public var valueSlotsPerBlock: Int { rank0.g }
  /// Value slots of a group, G1·G0.
  public var valueSlotsPerGroup: Int { rank1.g * rank0.g }
  /// Metadata of a group, in bits.
  public var metadataBitsPerGroup: Int {
    blockSlotsPerGroup * blockOffsetBits + valueSlotsPerGroup * valueOffsetBits
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
