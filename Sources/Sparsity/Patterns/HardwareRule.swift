// SPDX-License-Identifier: Apache-2.0

/// The set of patterns that hardware supports: a choice of ratios at each rank, independent of the other ranks but for
/// the period, which hardware may limit: what a step reaches must fit its wires.
///
///     let rule = try HardwareRule("C1(4:{4<=H<=8})->C0(2:{2<=H<=4})")
///     rule.degrees.count                                // 15
///     rule.dense                                        // C1(4:4)->C0(2:2)
///     try rule.executedPattern(for: Pattern("2:4"))     // C1(4:4)->C0(2:4)
///     try HardwareRule("C1(2:{2,4})->C0(2:{2,4}), period<=8").degrees.count  // 3
///
/// The idea of the paper: m ratios at one rank and n at another give m·n degrees, for hardware that grows like m + n.
public struct HardwareRule: Hashable, Sendable {
  /// The ratios one rank's hardware supports: every G with every H.
  public struct Rank: Hashable, Sendable {
    public let name: String
    /// Ascending, without repetition, not empty.
    public let g: [Int]
    /// Ascending, without repetition, not empty.
    public let h: [Int]

    /// Sorts and removes repetitions.
    public init(_ name: String, g: some Sequence<Int>, h: some Sequence<Int>) {
      self.name = name
      self.g = Set(g).sorted()
      self.h = Set(h).sorted()
    }

    /// The largest H; it sets the width of a stored offset.
    public var maximumH: Int { h[h.count - 1] }
    /// Bits of one offset in the coordinate-payload format, ceil(log2 maximumH): wide enough for every H.
    public var offsetBits: Int { bitsNeeded(forValuesBelow: maximumH) }
    /// Every ratio G:H with G <= H, by ascending H, then G.
    public var ratios: [GH] { h.flatMap { h in g.compactMap { GH(checking: $0, h) } } }
  }

  /// One supported pattern and what it promises.
  public struct Degree: Hashable, Sendable {
    public let pattern: Pattern
    public let density: Ratio
    /// Ideal speed-up over dense, 1/density.
    public var speedup: Ratio { density.reciprocal }
  }

  /// Ranks from the highest to rank 0.
  public let ranks: [Rank]
  /// The longest period (product of the H) that the hardware holds; nil if every combination fits.
  public let longestPeriod: Int?
  /// Every combination that fits, in the order of the paper's table: the highest rank varies slowest, each rank by ascending H.
  public let degrees: [Degree]
  /// How dense operands run: the supported pattern of density 1 with the shortest period.
  public let dense: Pattern

  /// The largest number of degrees accepted, and of pairs of G and H at one rank.
  public static let maximumDegrees = 4096

  /// A rule from its ranks, from the highest to rank 0.
  ///
  /// - Parameter longestPeriod: the longest period that the hardware holds, in values; nil for no limit.
  /// - Throws: `PatternError` if a rank has no ratio, the names are no partition (`C1`, `C0`), there are more than
  ///   `maximumDegrees` degrees, or none of them is dense: hardware without a dense degree could not run everything.
  public init(ranks: [Rank], longestPeriod: Int? = nil) throws(PatternError) {
    let names = ranks.map(\.description)
    func error(_ rank: Int, _ allowed: String) -> PatternError {
      let position = names[..<rank].reduce(0) { $0 + $1.count + 2 }
      return PatternError(
        text: names.joined(separator: "->"), position: position, offending: rank < names.count ? names[rank] : "",
        allowed: allowed)
    }
    guard !ranks.isEmpty else { throw error(0, "at least one rank") }
    var combinations: [[GH]] = [[]]
    for (index, rank) in ranks.enumerated() {
      guard rank.g.count * rank.h.count <= Self.maximumDegrees else {
        throw error(index, "at most \(Self.maximumDegrees) pairs of G and H")
      }
      guard !rank.ratios.isEmpty, rank.g.allSatisfy({ $0 >= 1 }), rank.maximumH <= GH.maximumH else {
        throw error(index, "G:H with 1 <= G <= H <= \(GH.maximumH)")
      }
      combinations = combinations.flatMap { outer in rank.ratios.map { outer + [$0] } }
      guard combinations.count <= Self.maximumDegrees else {
        throw error(index, "at most \(Self.maximumDegrees) combinations of ratios")
      }
    }
    var degrees: [Degree] = []
    for rules in combinations {
      let patternRanks = zip(ranks, rules).map { Pattern.Rank($0.name, .structured($1)) }
      if let flaw = Pattern.flaw(in: patternRanks) { throw error(flaw.rank, flaw.allowed) }
      let pattern = Pattern(checked: patternRanks)
      if let longestPeriod, pattern.period > longestPeriod { continue }
      degrees.append(Degree(pattern: pattern, density: pattern.density))
    }
    let full = degrees.filter { $0.density == .one }
    guard let dense = full.min(by: { $0.pattern.period < $1.pattern.period }) else {
      let rank = ranks.firstIndex { rank in !rank.ratios.contains { $0.isDense } } ?? 0
      let fitting = longestPeriod.map { ", in a period of at most \($0)" } ?? ""
      throw error(rank, "some H that equals some G at every rank\(fitting), so that dense operands can run")
    }
    self.ranks = ranks
    self.longestPeriod = longestPeriod
    self.degrees = degrees
    self.dense = dense.pattern
  }

  /// The rank of hardware, counted from 0 = innermost.
  ///
  /// - Precondition: `0 <= rank < ranks.count`.
  public func rank(_ rank: Int) -> Rank { ranks[ranks.count - 1 - rank] }

  /// The pattern this hardware runs for an operand declared as `declared`: the sparsest degree that contains it, which
  /// is `dense` at worst. Zeros beyond the declaration are never counted on.
  ///
  /// Of several degrees with the lowest density, that with the shorter period wins, then the one that comes first in
  /// `degrees`. So sparsity is taken at the lowest rank that can have it, where the block selection is narrowest:
  /// `1:4` runs as `C1(4:4)->C0(2:4)`, though `C1(4:8)->C0(2:2)` contains it as well.
  ///
  /// The declared pattern must lie on the dimension that the hardware skips along; rank names are not compared.
  public func executedPattern(for declared: Pattern) -> Pattern {
    var best = Degree(pattern: dense, density: .one)
    for degree in degrees where degree.density <= best.density {
      let isSparser = degree.density < best.density
      guard isSparser || degree.pattern.period < best.pattern.period else { continue }
      if degree.pattern.contains(declared) { best = degree }
    }
    return best.pattern
  }
}

/// ceil(log2 `count`): bits that tell `count` values apart; 0 for one value.
///
/// - Precondition: `count >= 1`.
public func bitsNeeded(forValuesBelow count: Int) -> Int {
  precondition(count >= 1, "there is at least one value to tell apart")
  return Int.bitWidth - (count - 1).leadingZeroBitCount
}
