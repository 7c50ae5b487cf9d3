// SPDX-License-Identifier: Apache-2.0

extension TableNode {
  /// A whole number in plain decimal digits.
  func integer(_ range: ClosedRange<Int>) throws(PriceTableError) -> Int {
    let (text, isQuoted) = try scalar()
    let allowed = "an integer from \(range.lowerBound) to \(range.upperBound)"
    guard !isQuoted, let value = Self.digits(text) else {
      throw error("\(quoted(text)) is not an integer", allowed: allowed)
    }
    guard let value, range.contains(value) else { throw error("\(quoted(text)) is out of range", allowed: allowed) }
    return value
  }

  /// A decimal number in steps of a millionth, as an integer number of millionths: halves round to even.
  ///
  /// - Parameter unit: what messages call the unit.
  func millionths(unit: String, atMost limit: Int64 = PriceTable.largestValue) throws(PriceTableError) -> Int64 {
    let (text, isQuoted) = try scalar()
    let allowed = "a decimal number from 0 to \(limit / 1_000_000), in \(unit)"
    guard !isQuoted, let value = Self.decimal(text, scale: 6) else {
      throw error("\(quoted(text)) is not a decimal number", allowed: allowed)
    }
    guard let value, value <= limit else { throw error("\(quoted(text)) is out of range", allowed: allowed) }
    return value
  }

  /// nil if `text` is no whole number, .some(nil) if it is too large.
  private static func digits(_ text: String) -> Int?? {
    let bytes = text.utf8
    guard !bytes.isEmpty, bytes.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
    guard bytes.count == 1 || bytes.first != 48 else { return nil }
    return .some(Int(text))
  }

  /// `text` times ten to the `scale`, rounded half to even from its exact decimal value; nil if it is no number such as
  /// `12`, `0.5` or `2.5e-3` (no sign, no `.5`, no base 60), .some(nil) if it is too large.
  static func decimal(_ text: String, scale: Int) -> Int64?? {
    var rest = Substring(text).utf8
    func takeDigits() -> [UInt8] {
      let digits = rest.prefix { $0 >= 48 && $0 <= 57 }
      rest = rest.dropFirst(digits.count)
      return digits.map { $0 - 48 }
    }
    func take(_ letters: String) -> UInt8? {
      guard let first = rest.first, letters.utf8.contains(first) else { return nil }
      rest = rest.dropFirst()
      return first
    }
    let whole = takeDigits()
    guard !whole.isEmpty, whole.count == 1 || whole[0] != 0 else { return nil }
    var fraction: [UInt8] = []
    if take(".") != nil {
      fraction = takeDigits()
      guard !fraction.isEmpty else { return nil }
    }
    var exponent = 0
    if take("eE") != nil {
      let isNegative = take("+-") == UInt8(ascii: "-")
      let digits = takeDigits()
      guard !digits.isEmpty else { return nil }
      exponent = digits.reduce(0) { min($0 * 10 + Int($1), 10_000) } * (isNegative ? -1 : 1)
    }
    guard rest.isEmpty else { return nil }
    return .some(round(whole + fraction, pointAt: whole.count + exponent + scale))
  }

  /// The number with these digits and the decimal point after `point` of them, to the nearest integer.
  private static func round(_ digits: [UInt8], pointAt point: Int) -> Int64? {
    var value: Int64 = 0
    for index in 0..<max(0, min(point, 10_000)) {
      if value == 0 && index >= digits.count { break }
      let digit = index < digits.count ? Int64(digits[index]) : 0
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(digit)
      guard !overflow, !carry else { return nil }
      value = sum
    }
    guard point >= 0, point < digits.count else { return value }
    let isAboveHalf = digits[point] > 5 || (digits[point] == 5 && digits[(point + 1)...].contains { $0 != 0 })
    let isHalf = digits[point] == 5 && !isAboveHalf
    return value + (isAboveHalf || (isHalf && value & 1 == 1) ? 1 : 0)
  }
}
