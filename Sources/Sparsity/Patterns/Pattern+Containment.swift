// SPDX-License-Identifier: Apache-2.0

extension Pattern {
  /// Whether every tensor that conforms to `other` conforms to this pattern too, so that hardware built for this
  /// pattern computes `other` correctly.
  ///
  ///     try Pattern("2:4").contains(Pattern("1:4"))                    // true
  ///     try Pattern("4:4->2:4").contains(Pattern("4:8->2:4"))          // true
  ///     try Pattern("4:8").contains(Pattern("2:4"))                    // true; the converse is false
  ///
  /// Both patterns are taken to lie on the same dimension; rank names are not compared. `unstructured` and ranks
  /// without a rule bound nothing, so they are contained only in patterns that allow everything.
  ///
  /// A pattern is a conjunction: its rank i says that of every H consecutive, aligned blocks of s elements (s = product
  /// of the H below) at most G are non-empty. So containment holds if and only if, for every rank of this pattern, the
  /// largest number of non-empty blocks that `other` can put into any such group is at most G; `BlockCount` finds that
  /// number exactly, by dynamic programming over the hierarchy of `other`. Beyond a fixed amount of work (long periods
  /// without common factors) the answer is conservative: false, unless both have the same H at each rank and this
  /// pattern's G are nowhere smaller.
  ///
  /// - Complexity: O(L · G) per rank, L being the least common multiple of the two periods.
  public func contains(_ other: Pattern) -> Bool {
    let (own, others) = (structuredRanks, other.structuredRanks)
    if own.count == others.count, zip(own, others).allSatisfy({ $0.h == $1.h && $0.g >= $1.g }) { return true }
    for rank in own.indices.reversed() where !own[rank].isDense {
      let blockSize = own[(rank + 1)...].reduce(1) { $0 * $1.h }
      let count = BlockCount(blockSize: blockSize, blocks: own[rank].h, pattern: others)
      guard let most = count.maximum(), most <= own[rank].g else { return false }
    }
    return true
  }
}
