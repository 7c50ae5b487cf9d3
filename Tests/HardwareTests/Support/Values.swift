// SPDX-License-Identifier: Apache-2.0
import Sparsity

@testable import Hardware

extension Line {
  /// A line of the given bytes, zeros behind them.
  init(_ values: some Sequence<UInt8>) {
    self.init()
    for (index, value) in values.prefix(64).enumerated() { bytes[index] = value }
  }

  /// A line that can be told from others.
  init(number: Int) {
    self.init((0..<64).map { UInt8(truncatingIfNeeded: number &* 67 &+ $0 &* 3 &+ number / 256) })
  }

  /// A line of eight 64-bit words.
  init(doublewords: [UInt64]) {
    self.init(doublewords.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) } })
  }
}

extension MemoryImage {
  /// An image whose line `i` is `Line(number: i)`.
  convenience init(numberedLines count: Int) {
    self.init(byteCount: count * 64)
    for index in 0..<count { store(Line(number: index), byteCount: 64, at: index * 64) }
  }
}

extension SplitMix64 {
  /// A uniform number of the range.
  mutating func uniform(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + uniform(below: range.count)
  }
}
