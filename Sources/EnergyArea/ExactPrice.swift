// SPDX-License-Identifier: Apache-2.0

/// A price as an exact fraction, so that composing one from many parts rounds only once.
///
/// The unit is that of its parts: attojoules, or 1e-6 um^2.
struct ExactPrice: Equatable {
  private(set) var numerator: Int128
  private(set) var denominator: Int128

  static let zero = ExactPrice(0)

  init(_ value: Int64) {
    numerator = Int128(value)
    denominator = 1
  }

  private init(_ numerator: Int128, over denominator: Int128) {
    let divisor = Self.greatestCommonDivisor(numerator, denominator)
    self.numerator = numerator / divisor
    self.denominator = denominator / divisor
  }

  static func + (left: ExactPrice, right: ExactPrice) -> ExactPrice {
    ExactPrice(
      left.numerator * right.denominator + right.numerator * left.denominator,
      over: left.denominator * right.denominator)
  }

  static func += (left: inout ExactPrice, right: ExactPrice) { left = left + right }

  /// This price times `factor / divisor`.
  func scaled(by factor: Int64, over divisor: Int64 = 1) -> ExactPrice {
    precondition(divisor > 0, "a price is divided by a positive number")
    return ExactPrice(numerator * Int128(factor), over: denominator * Int128(divisor))
  }

  /// The nearest integer, halves to even; nil if it does not fit 64 bits. Prices are not negative.
  var rounded: Int64? {
    var quotient = numerator / denominator
    let twice = (numerator - quotient * denominator) * 2
    if twice > denominator || (twice == denominator && quotient & 1 == 1) { quotient += 1 }
    return Int64(exactly: quotient)
  }

  private static func greatestCommonDivisor(_ left: Int128, _ right: Int128) -> Int128 {
    var (larger, smaller) = (left.magnitude, right.magnitude)
    while smaller != 0 { (larger, smaller) = (smaller, larger % smaller) }
    return Int128(max(larger, 1))
  }
}
