// SPDX-License-Identifier: Apache-2.0

/// The place where a tensor breaks a pattern.
public struct PatternViolation: Error, Hashable, Sendable, CustomStringConvertible {
  public let pattern: Pattern
  /// The rank whose rule is broken, 0 = innermost.
  public let rank: Int
  /// The dimension of the tensor that the pattern lies on, 0 = outermost.
  public let dimension: Int
  /// Where in the tensor the offending group starts: one index per dimension.
  public let index: [Int]
  /// Non-empty coordinates found in the group: non-zeros at rank 0, non-empty blocks above.
  public let found: Int

  public init(pattern: Pattern, rank: Int, dimension: Int, index: [Int], found: Int) {
    self.pattern = pattern
    self.rank = rank
    self.dimension = dimension
    self.index = index
    self.found = found
  }

  /// The rule that is broken.
  public var allowed: GH { pattern.rule(ofRank: rank) }

  public var description: String {
    let size = pattern.blockSize(ofRank: rank)
    let what = size == 1 ? "values are non-zero" : "blocks of \(size) are non-empty"
    return "pattern \(pattern): rank \(rank): \(found) of \(allowed.h) \(what) in the group at \(index) "
      + "along dimension \(dimension); allowed: at most \(allowed.g)"
  }
}
