// SPDX-License-Identifier: Apache-2.0

import Sparsity

/// How the values of a synthetic operand are drawn.
struct RandomOperand: Sendable, Hashable {
  /// Which positions are not zero.
  enum Occupancy: Sendable, Hashable {
    /// Exactly round(density · size), anywhere.
    case uniform(density: Double)
    /// Those at most `bandwidth` columns of K away from the diagonal.
    case banded(bandwidth: Int)
    /// Exactly G of H at each rank.
    case pattern(Pattern)
  }

  let occupancy: Occupancy
  /// The seed; nil for the run's.
  let seed: UInt64?

  /// The pattern that the values have, as far as anything may rely on it.
  var pattern: Pattern? {
    if case .pattern(let pattern) = occupancy { pattern } else { nil }
  }

  /// Draws a matrix: A as [M, K], or B transposed, [N, K].
  ///
  /// - Parameters:
  ///   - bits: width of a value, 8 or 16.
  ///   - runSeed: the seed of an operand that has none of its own.
  ///   - layer: index of the layer in its trace; each operand of each layer has its own stream.
  /// - Precondition: the recipe was checked when it was read.
  func matrix(
    rows: Int, columns: Int, bits: Int, runSeed: UInt64, layer: Int, operand: SplitMix64.Operand
  ) -> [Int16] {
    let distribution: SyntheticOperand.Distribution =
      switch occupancy {
      // At density 1 both draw the same positions, but only this one takes no number to choose them.
      case .uniform(let density): density == 1 ? .dense : .unstructured(density: density)
      case .banded(let bandwidth): .banded(halfWidth: bandwidth)
      case .pattern(let pattern): .structured(pattern)
      }
    var random = SplitMix64(seed: seed ?? runSeed, layer: layer, operand: operand)
    do {
      return try SyntheticOperand(distribution, bits: bits).matrix(rows: rows, columns: columns, using: &random)
        .elements
    } catch {
      preconditionFailure("random operands are checked when they are read: \(error)")
    }
  }
}
