// SPDX-License-Identifier: Apache-2.0

/// Products of 16-bit words that are formed two at a time and added, in the form in which the optimiser finds the processor's
/// instruction for it.
enum PairProducts {
  typealias Words = SIMD8<Int16>
  typealias Sums = SIMD4<Int32>

  /// A pair's values beside each other, the first in the low half, as often as there are pairs in a vector.
  @inline(__always)
  static func repeating(_ pair: UInt32) -> Words { unsafeBitCast(SIMD4(repeating: pair), to: Words.self) }

  /// For each pair the two products, added.
  @inline(__always)
  static func sums(_ words: Words, _ values: Words) -> Sums {
    let products = SIMD8<Int32>(truncatingIfNeeded: words) &* SIMD8<Int32>(truncatingIfNeeded: values)
    return products.evenHalf &+ products.oddHalf
  }
}
