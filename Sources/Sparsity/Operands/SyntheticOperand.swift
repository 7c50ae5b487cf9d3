// SPDX-License-Identifier: Apache-2.0

/// A recipe for a random operand: where its non-zeros are, and how large they may be.
///
///     var random = SplitMix64(seed: 0, layer: 0, operand: .a)
///     let a = try SyntheticOperand(.structured(Pattern("4:8->2:4"))).matrix(rows: 1024, columns: 1024, using: &random)
///
/// Non-zeros are uniform over all values of the width but 0 and the most negative one: -127...127 without 0 for 8 bits.
/// A matrix depends on nothing but its recipe, its shape and the state of the generator.
public struct SyntheticOperand: Hashable, Sendable {
  /// Where the non-zeros of a matrix [rows, columns] are; columns are the K positions.
  public enum Distribution: Hashable, Sendable {
    /// Everywhere.
    case dense
    /// In each row, exactly G of every H at each rank, every choice being equally likely and independent. A last,
    /// incomplete group is drawn as if padded to full length, and what falls beyond the end is lost: it keeps to the
    /// pattern and has its density on average, but may hold fewer non-zeros than G.
    case structured(Pattern)
    /// Exactly round(density · rows · columns) of them, half rounded up, every choice being equally likely.
    case unstructured(density: Double)
    /// In row r, the columns within `halfWidth` of the diagonal floor(r · columns / rows): at most 2·halfWidth + 1.
    case banded(halfWidth: Int)
  }

  public let distribution: Distribution
  /// Width of a value, 8 or 16.
  public let bits: Int

  /// - Throws: `SyntheticOperandError` if the recipe cannot be followed.
  public init(_ distribution: Distribution, bits: Int = 8) throws(SyntheticOperandError) {
    guard bits == 8 || bits == 16 else { throw .bits(bits) }
    switch distribution {
    case .unstructured(let density):
      guard density >= 0, density <= 1 else { throw .density(density) }
    case .structured(let pattern):
      guard !pattern.isUnstructured else { throw .noDensity(pattern) }
    case .banded(let halfWidth):
      guard halfWidth >= 0 else { throw .halfWidth(halfWidth) }
    case .dense:
      break
    }
    self.distribution = distribution
    self.bits = bits
  }

  /// A matrix [rows, columns] by this recipe: A as [M, K], or B as [N, K].
  ///
  /// - Complexity: O(rows · columns).
  public func matrix(rows: Int, columns: Int, using random: inout SplitMix64) -> Tensor<Int16> {
    precondition(rows >= 0 && columns >= 0, "a matrix has no negative extents")
    var matrix = Tensor<Int16>(shape: [rows, columns], repeating: 0)
    guard rows > 0, columns > 0 else { return matrix }
    switch distribution {
    case .dense:
      fill(&matrix.elements, 0..<matrix.elements.count, using: &random)
    case .structured(let pattern):
      let rules = pattern.structuredRanks.isEmpty ? [GH(1, 1)] : pattern.structuredRanks
      let sizes = rules.indices.map { pattern.structuredRanks.dropFirst($0 + 1).reduce(1) { $0 * $1.h } }
      for row in 0..<rows {
        let end = (row + 1) * columns
        for group in stride(from: row * columns, to: end, by: pattern.period) {
          fill(&matrix.elements, group: group, end: end, rank: 0, rules: rules, sizes: sizes, &random)
        }
      }
    case .unstructured(let density):
      let count = rows * columns
      var (needed, left) = (Int(density * Double(count) + 0.5), count)
      for index in 0..<count {
        if random.uniform(below: left) < needed {
          matrix.elements[index] = value(using: &random)
          needed -= 1
        }
        left -= 1
      }
    case .banded(let halfWidth):
      for row in 0..<rows {
        let diagonal = row * columns / rows
        let band = max(0, diagonal - halfWidth)..<min(columns, diagonal + halfWidth + 1)
        fill(&matrix.elements, row * columns + band.lowerBound..<row * columns + band.upperBound, using: &random)
      }
    }
    return matrix
  }

  /// Fills the group of the rank with index `rank` (0 = highest) that starts at `group`, without writing at `end` or
  /// beyond; `sizes` are the block sizes of the ranks.
  ///
  /// Selection sampling (Knuth, TAOCP 2, algorithm S) picks each subset of G with equal probability.
  private func fill(
    _ elements: inout [Int16], group: Int, end: Int, rank: Int, rules: [GH], sizes: [Int], _ random: inout SplitMix64
  ) {
    let rule = rules[rank]
    let isInnermost = rank == rules.count - 1
    var needed = rule.g
    for child in 0..<rule.h where needed > 0 {
      let left = rule.h - child
      guard needed == left || random.uniform(below: left) < needed else { continue }
      let start = group + child * sizes[rank]
      if !isInnermost {
        fill(&elements, group: start, end: end, rank: rank + 1, rules: rules, sizes: sizes, &random)
      } else if start < end {
        elements[start] = value(using: &random)
      }
      needed -= 1
    }
  }

  private func fill(_ elements: inout [Int16], _ range: Range<Int>, using random: inout SplitMix64) {
    for index in range { elements[index] = value(using: &random) }
  }

  private func value(using random: inout SplitMix64) -> Int16 {
    let largest = (1 << (bits - 1)) - 1
    let choice = random.uniform(below: 2 * largest) - largest
    return Int16(choice < 0 ? choice : choice + 1)
  }
}

/// A recipe that no operand can follow.
public enum SyntheticOperandError: Error, Hashable, Sendable, CustomStringConvertible {
  case bits(Int)
  case density(Double)
  /// An unstructured pattern does not say how many non-zeros there are.
  case noDensity(Pattern)
  case halfWidth(Int)

  public var description: String {
    switch self {
    case .bits(let bits): "bits of an operand: \(bits); allowed: 8 or 16"
    case .density(let density): "density of an operand: \(density); allowed: 0 to 1"
    case .noDensity(let pattern):
      "pattern '\(pattern)' of a random operand says nothing about its density; allowed: G:H rules, or a density"
    case .halfWidth(let halfWidth): "half width of a band: \(halfWidth); allowed: 0 or more"
    }
  }
}
