// SPDX-License-Identifier: Apache-2.0

/// An exact non-negative fraction in lowest terms: a density such as 1/3, or a speed-up such as 3.
///
/// Densities are products of G/H; as fractions, two degrees of equal density compare equal, which `Double` would leave
/// to rounding.
public struct Ratio: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let numerator: Int
  /// At least 1.
  public let denominator: Int

  public static let one = Ratio(1, 1)

  /// - Precondition: `numerator >= 0` and `denominator >= 1`.
  public init(_ numerator: Int, _ denominator: Int) {
    precondition(numerator >= 0 && denominator >= 1, "a ratio is non-negative, over a positive denominator")
    let divisor = greatestCommonDivisor(numerator, denominator)
    self.numerator = numerator / divisor
    self.denominator = denominator / divisor
  }

  /// The nearest `Double`.
  public var value: Double { Double(numerator) / Double(denominator) }

  /// `denominator / numerator`. - Precondition: the ratio is not zero.
  public var reciprocal: Ratio { Ratio(denominator, numerator) }

  /// `1/3`, or `3` if it is whole.
  public var description: String { denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)" }

  public static func * (left: Ratio, right: Ratio) -> Ratio {
    Ratio(left.numerator * right.numerator, left.denominator * right.denominator)
  }

  public static func < (left: Ratio, right: Ratio) -> Bool {
    left.numerator * right.denominator < right.numerator * left.denominator
  }
}

/// Euclid's algorithm; `greatestCommonDivisor(0, n)` is n.
func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
  var (larger, smaller) = (first, second)
  while smaller != 0 {
    (larger, smaller) = (smaller, larger % smaller)
  }
  return larger
}
