// SPDX-License-Identifier: Apache-2.0

/// A hierarchical structured sparsity (HSS) pattern: ranks from the outermost to the innermost, each with its rule.
///
///     let pattern = try Pattern("RS->C1(4:6)->C0(2:4)")
///     pattern.structuredRanks  // [4:6, 2:4]
///     pattern.density          // 1/3
///     pattern.period           // 24
///
/// The ranks with a G:H rule partition one dimension of the tensor, and are the innermost ones: rank 0 groups single
/// elements, rank 1 groups blocks of H0 elements, and so on. A rule holds for every group of its rank. Groups are
/// aligned to position 0 of the dimension; a last, incomplete group counts as padded with zeros. Ranks without a rule,
/// or with the rule `unstructured`, put no bound on where zeros are. Source: HighLight (MICRO 2023), section on the
/// specification of HSS; there is no limit on the number of ranks but that of `maximumPeriod`.
///
/// Two patterns are equal if their ranks are, names included. Whether one *allows* what the other does is `contains`.
public struct Pattern: Hashable, Sendable {
  /// What is required of every fiber of a rank.
  public enum Rule: Hashable, Sendable {
    /// Nothing: any coordinate may be non-empty.
    case dense
    /// Nothing either, but the author expects zeros anywhere; no hardware may count on where they are.
    case unstructured
    /// At most G in every H.
    case structured(GH)
  }

  /// One rank: its name as in the fibertree (`RS`, `C1`, `C0`) and its rule.
  public struct Rank: Hashable, Sendable {
    public let name: String
    public let rule: Rule

    public init(_ name: String, _ rule: Rule = .dense) {
      self.name = name
      self.rule = rule
    }
  }

  /// The ranks, outermost first; empty for the pattern `dense`.
  public let ranks: [Rank]
  /// The G:H rules from the highest rank to rank 0; empty if there are none.
  public let structuredRanks: [GH]

  /// The largest product of H over all ranks that is accepted.
  public static let maximumPeriod = 1 << 24

  /// No rule on any rank.
  public static let dense = Pattern(structured: [])

  /// A pattern from its ranks, outermost first.
  ///
  /// - Throws: `PatternError`, whose text is the pattern as it would be printed, if the ranks make no pattern.
  public init(ranks: [Rank]) throws(PatternError) {
    if let flaw = Pattern.flaw(in: ranks) {
      let names = ranks.map(\.description)
      let position = names[..<flaw.rank].reduce(0) { $0 + $1.count + 2 }
      throw PatternError(
        text: names.joined(separator: "->"), position: position, offending: names[flaw.rank], allowed: flaw.allowed)
    }
    self.init(checked: ranks)
  }

  /// The pattern with these G:H rules from the highest rank to rank 0, named `C1`, `C0` and so on after `name`.
  ///
  /// - Precondition: the product of the H is at most `maximumPeriod`.
  public init(structured rules: [GH], name: String = "C") {
    let ranks = rules.indices.map { Rank("\(name)\(rules.count - 1 - $0)", .structured(rules[$0])) }
    if let flaw = Pattern.flaw(in: ranks) {
      preconditionFailure("no pattern of \(rules): allowed: \(flaw.allowed)")
    }
    self.init(checked: ranks)
  }

  init(checked ranks: [Rank]) {
    self.ranks = ranks
    structuredRanks = ranks.compactMap { if case .structured(let rule) = $0.rule { rule } else { nil } }
  }

  /// Product of the H of all ranks: positions of a dimension after which the rules repeat. 1 without rules.
  public var period: Int { structuredRanks.reduce(1) { $0 * $1.h } }

  /// Product of G/H over all ranks, exactly: the largest share of non-zeros that the rules allow. Ranks without a rule
  /// and unstructured ones count as 1.
  public var density: Ratio { structuredRanks.reduce(.one) { $0 * $1.density } }

  /// Whether the rules allow every tensor: no G:H rule with G < H.
  public var allowsEverything: Bool { structuredRanks.allSatisfy(\.isDense) }

  /// Whether a rank is declared unstructured.
  public var isUnstructured: Bool { ranks.contains { $0.rule == .unstructured } }

  /// Elements in a block of `rank` (0 = innermost): 1 for rank 0, H0 for rank 1, H1·H0 for rank 2.
  ///
  /// - Precondition: `0 <= rank <= structuredRanks.count`.
  public func blockSize(ofRank rank: Int) -> Int {
    structuredRanks.suffix(rank).reduce(1) { $0 * $1.h }
  }

  /// The G:H rule of `rank`, counted from 0 = innermost.
  ///
  /// - Precondition: `0 <= rank < structuredRanks.count`.
  public func rule(ofRank rank: Int) -> GH { structuredRanks[structuredRanks.count - 1 - rank] }
}
