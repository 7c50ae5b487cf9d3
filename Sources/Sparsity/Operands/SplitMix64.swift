// SPDX-License-Identifier: Apache-2.0

/// The splitmix64 generator: small, fast, and the same on every machine and in every version of the standard library.
///
/// Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014; the output function is
/// Stafford's variant 13. Its state is a counter, so a stream is a starting point; `init(seed:stream:)` hashes the
/// stream's identity into it, so that streams of the same seed are unrelated.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  /// Which operand of a layer a stream fills.
  public enum Operand: UInt64, Sendable {
    case a = 0
    case b = 1
  }

  private var state: UInt64

  private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// The plain generator, which agrees with published test vectors.
  public init(seed: UInt64) {
    state = seed
  }

  /// One stream of many: equal for equal arguments only.
  public init(seed: UInt64, stream: UInt64...) {
    state = Self.mixed(seed &+ Self.increment)
    for (index, part) in stream.enumerated() {
      // The factor, odd and different for each place, keeps (1, 2) and (2, 1) apart.
      state = Self.mixed(state ^ Self.mixed(part &+ Self.increment &* UInt64(2 * index + 3)))
    }
  }

  /// The stream of one operand of one layer, `layer` being its index in the trace.
  public init(seed: UInt64, layer: Int, operand: Operand) {
    self.init(seed: seed, stream: UInt64(bitPattern: Int64(layer)), operand.rawValue)
  }

  public mutating func next() -> UInt64 {
    state &+= Self.increment
    return Self.mixed(state)
  }

  /// A uniform number in `0..<bound`, without bias: Lemire's multiplication with rejection.
  ///
  /// Own code rather than `Int.random(in:using:)`, whose algorithm the standard library may change.
  ///
  /// - Precondition: `bound >= 1`.
  public mutating func uniform(below bound: Int) -> Int {
    precondition(bound >= 1, "a uniform number needs at least one value to choose from")
    let bound = UInt64(bound)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold {
        product = next().multipliedFullWidth(by: bound)
      }
    }
    return Int(product.high)
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var value = value
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
