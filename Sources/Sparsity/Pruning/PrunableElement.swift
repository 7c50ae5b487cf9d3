// SPDX-License-Identifier: Apache-2.0

/// An element that pruning can weigh: its square, in a type that sums many of them.
public protocol PrunableElement: AdditiveArithmetic, BitwiseCopyable, Sendable {
  /// Sums of squares. Exact for integers: 2^33 elements of 16 bits fit.
  associatedtype Energy: Comparable & AdditiveArithmetic & Sendable
  /// The element squared. Pruning by magnitude and by square agree, also where magnitudes would not be representable.
  var energy: Energy { get }
  /// `part / whole`, or 1 if `whole` is zero: nothing was there, so nothing was lost.
  static func share(_ part: Energy, of whole: Energy) -> Double
}

extension Int8: PrunableElement {
  public var energy: Int64 { Int64(self) * Int64(self) }
  public static func share(_ part: Int64, of whole: Int64) -> Double { whole == 0 ? 1 : Double(part) / Double(whole) }
}

extension Int16: PrunableElement {
  public var energy: Int64 { Int64(self) * Int64(self) }
  public static func share(_ part: Int64, of whole: Int64) -> Double { whole == 0 ? 1 : Double(part) / Double(whole) }
}

extension Float: PrunableElement {
  /// Exact: the square of a 24-bit significand fits a `Double`. Sums are rounded, always in the same order.
  public var energy: Double { Double(self) * Double(self) }
  public static func share(_ part: Double, of whole: Double) -> Double { whole == 0 ? 1 : part / whole }
}
