// SPDX-License-Identifier: Apache-2.0

/// Many numbers in one value of a row: a JSON array, which SQLite's `json_each` takes apart again.
///
/// A run records numbers by the million. A row of its own costs one some hundred nanoseconds, a place in an array some ten.
enum PackedNumbers {
  private static let longestNumber = 20

  /// The array of `count` numbers, in UTF-8.
  @inline(__always)
  static func json(count: Int, number: (Int) -> UInt64) -> [UInt8] {
    Array(unsafeUninitializedCapacity: count * (longestNumber + 1) + 2) { buffer, length in
      guard let start = buffer.baseAddress else { return }
      var next = start
      for position in 0..<count {
        next.initialize(to: position == 0 ? UInt8(ascii: "[") : UInt8(ascii: ","))
        next = write(number(position), at: next + 1)
      }
      if count == 0 {
        next.initialize(to: UInt8(ascii: "["))
        next += 1
      }
      next.initialize(to: UInt8(ascii: "]"))
      length = next + 1 - start
    }
  }

  /// Writes the digits of a number; returns the place behind them.
  @inline(__always)
  private static func write(_ number: UInt64, at start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    var digits = 1
    var limit: UInt64 = 10
    while digits < longestNumber, number >= limit {
      digits += 1
      limit &*= 10
    }
    var rest = number
    for place in stride(from: digits - 1, through: 0, by: -1) {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      (start + place).initialize(to: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
      rest = quotient
    }
    return start + digits
  }
}
