// SPDX-License-Identifier: Apache-2.0

/// Many numbers in one value of a row: a JSON array, which SQLite's `json_each` takes apart again.
///
/// A run records numbers by the million. A row of its own costs one some hundred nanoseconds, a place in an array some ten.
enum PackedNumbers {
  private static let longestNumber = 20
  /// What the last number may overwrite behind its digits.
  private static let slack = 8

  /// The array of `count` numbers, in UTF-8.
  @inline(__always)
  static func json(count: Int, number: (Int) -> UInt64) -> [UInt8] {
    Array(unsafeUninitializedCapacity: count * (longestNumber + 1) + 2 + slack) { buffer, length in
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

  /// Writes the digits of a number; returns the place behind them. Up to seven bytes behind those are overwritten, too.
  @inline(__always)
  private static func write(_ number: UInt64, at start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    number < limit ? writeFirst(number, at: start) : writeLong(number, at: start)
  }

  /// The same for a number of nine digits or more.
  private static func writeLong(
    _ number: UInt64, at start: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    let next = write(number / limit, at: start)
    store(digits(number % limit), at: next)
    return next + 8
  }

  /// The first number that takes nine digits.
  private static let limit: UInt64 = 100_000_000

  /// Writes a number of up to eight digits without its leading zeros.
  @inline(__always)
  private static func writeFirst(
    _ number: UInt64, at start: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    let digits = digits(number)
    // The last digit is written in any case.
    let zeros = min(digits.trailingZeroBitCount / 8, 7)
    store(digits, at: start, from: zeros)
    return start + (8 - zeros)
  }

  @inline(__always)
  private static func store(_ digits: UInt64, at start: UnsafeMutablePointer<UInt8>, from first: Int = 0) {
    let text = (digits | 0x3030_3030_3030_3030) &>> UInt64(8 * first)
    UnsafeMutableRawPointer(start).storeBytes(of: text.littleEndian, as: UInt64.self)
  }

  /// The eight digits of a number below 10^8, a byte each, the first in the lowest: halved three times, all parts at once.
  @inline(__always)
  private static func digits(_ number: UInt64) -> UInt64 {
    let halves = number / 10_000 | (number % 10_000) &<< 32
    // n / 100 for n < 10,000, and n / 10 for n < 100, by multiplication.
    let hundreds = (halves &* 10_486) &>> 20 & 0x0000_007f_0000_007f
    let pairs = hundreds | (halves &- 100 &* hundreds) &<< 16
    let tens = (pairs &* 103) &>> 10 & 0x000f_000f_000f_000f
    return tens | (pairs &- 10 &* tens) &<< 8
  }
}
