// SPDX-License-Identifier: Apache-2.0

/// A link's part in the event hash.
///
/// The event hash is the sum over all links of a polynomial in the link's factor, modulo 2^64, whose coefficients are the
/// gaps in cycles between the link's sends, each offset by the link's key; both are drawn per link. A sum over links
/// does not depend on the order of sends within an edge; two schedules of a link share a hash by accident only. A
/// stretch of k messages that repeats is a geometric series in factor^k, so it can be added without stepping through it.
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
  static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// The hash of a schedule, one message longer: sent `gap` cycles after the one before it.
  @inlinable
  @inline(__always)
  func appending(gap: Cycle, to schedule: UInt64) -> UInt64 {
    schedule &* factor &+ (key &+ UInt64(bitPattern: gap))
  }
}
