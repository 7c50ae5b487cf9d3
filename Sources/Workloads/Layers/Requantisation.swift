// SPDX-License-Identifier: Apache-2.0

/// Scales an exact sum to an output of 8 or 16 bits: `clamp(round-half-even(Z · multiplier / 2^shift))`.
///
///     Requantisation(multiplier: 3, shift: 1).apply(to: 5)    // 7.5 rounds to 8
///     Requantisation(multiplier: 1, shift: 1).apply(to: -5)   // -2.5 rounds to -2
///
/// Integer arithmetic throughout, so that the result is the same everywhere. The product is formed in 128 bits; no sum
/// and no allowed multiplier overflow it.
public struct Requantisation: Hashable, Sendable {
  /// What an output may be: the type of the next layer's operand.
  public enum OutputWidth: Int, Hashable, Sendable, CaseIterable {
    case bits8 = 8
    case bits16 = 16

    /// Results are clamped to this range, -128…127 or -32768…32767.
    public var range: ClosedRange<Int> { -(1 << (rawValue - 1))...(1 << (rawValue - 1)) - 1 }
  }

  /// A positive 32-bit factor.
  public static let multipliers = 1...(1 << 31) - 1
  /// Enough to take the widest product (63 + 31 bits) to zero.
  public static let shifts = 0...96

  public let multiplier: Int
  public let shift: Int

  /// - Precondition: `multiplier` is in `multipliers`, `shift` in `shifts`.
  public init(multiplier: Int, shift: Int) {
    precondition(Self.multipliers.contains(multiplier), "a requantisation multiplier is a positive 32-bit integer")
    precondition(Self.shifts.contains(shift), "a requantisation shift is 0 to 96")
    self.multiplier = multiplier
    self.shift = shift
  }

  /// The output for one sum.
  public func apply(to sum: Int, width: OutputWidth = .bits8) -> Int {
    let (short, overflows) = sum.multipliedReportingOverflow(by: multiplier)
    guard overflows || shift > 62 else { return clamp(Self.rounded(short, shift: shift), to: width) }
    let product = Int128(sum) * Int128(multiplier)
    var quotient = product >> Int128(shift)
    if shift > 0 {
      // The shift rounds towards minus infinity, so the remainder is not negative.
      let remainder = product - quotient << Int128(shift)
      let half = Int128(1) << Int128(shift - 1)
      if remainder > half || (remainder == half && quotient & 1 == 1) { quotient += 1 }
    }
    return Int(min(max(quotient, Int128(width.range.lowerBound)), Int128(width.range.upperBound)))
  }

  private func clamp(_ value: Int, to width: OutputWidth) -> Int {
    min(max(value, width.range.lowerBound), width.range.upperBound)
  }

  /// `product / 2^shift` in 64 bits, halves to the even neighbour.
  private static func rounded(_ product: Int, shift: Int) -> Int {
    let quotient = product >> shift
    guard shift > 0 else { return quotient }
    let remainder = product & (1 << shift - 1)
    let half = 1 << (shift - 1)
    return remainder > half || (remainder == half && quotient & 1 == 1) ? quotient + 1 : quotient
  }

  /// The scale for sums of a given range when the trace gives none: the largest magnitude maps to 127 (or 32767).
  ///
  /// The multiplier is the most precise one, `round(127 · 2^shift / magnitude)` with the largest shift for which it has
  /// 31 bits. An all-zero range gets the identity.
  ///
  /// - Parameter range: the smallest and the largest sum, after the activation function.
  public static func chosen(forRange range: ClosedRange<Int>, width: OutputWidth = .bits8) -> Requantisation {
    let magnitude = UInt128(max(range.lowerBound.magnitude, range.upperBound.magnitude))
    guard magnitude > 0 else { return Requantisation(multiplier: 1, shift: 0) }
    let target = UInt128(width.range.upperBound)
    func multiplier(_ shift: Int) -> UInt128 { (target << UInt128(shift) + magnitude / 2) / magnitude }
    let shift = shifts.last { multiplier($0) <= UInt128(multipliers.upperBound) } ?? 0
    return Requantisation(multiplier: Int(max(1, multiplier(shift))), shift: shift)
  }

  /// The smallest and the largest of some sums, for `chosen(forRange:width:)`; nil if there are none.
  public static func range(of sums: some Sequence<Int>) -> ClosedRange<Int>? {
    var result: ClosedRange<Int>?
    for sum in sums {
      result = min(sum, result?.lowerBound ?? sum)...max(sum, result?.upperBound ?? sum)
    }
    return result
  }
}
