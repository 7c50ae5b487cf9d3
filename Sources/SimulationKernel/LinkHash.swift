// SPDX-License-Identifier: Apache-2.0

/// A link's part in the event hash.
///
/// The event hash is the sum over all messages of mix(gap) * factor^ordinal modulo 2^64, where gap is the number of
/// cycles since the link's previous send, and both the mix and the factor are drawn per link. A sum does not depend on
/// the order of sends within an edge. For one link it is a polynomial in the factor, with coefficients that are well
/// mixed, so that two schedules share a hash by accident only. A stretch of k messages that repeats is a geometric
/// series in factor^k, so it can be added without stepping through it.
@frozen
@usableFromInline
struct LinkHash: Sendable {
  @usableFromInline let key: UInt64
  /// Congruent 5 modulo 8, so that its powers repeat as late as they can.
  @usableFromInline let factor: UInt64

  /// Draws the coefficients from the link's name, so that they do not depend on the order of wiring.
  init(name: String) {
    var state: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    state &+= 0x9e37_79b9_7f4a_7c15
    key = Self.mix(state)
    factor = Self.mix(state &+ 0x9e37_79b9_7f4a_7c15) & ~7 | 5
  }

  /// The finaliser of splitmix64.
  @inlinable
  @inline(__always)
  static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// What a message adds that was sent `gap` cycles after the one before it; `power` is factor^ordinal.
  @inlinable
  @inline(__always)
  func contribution(gap: Cycle, power: UInt64) -> UInt64 {
    Self.mix(key &+ UInt64(bitPattern: gap)) &* power
  }
}
