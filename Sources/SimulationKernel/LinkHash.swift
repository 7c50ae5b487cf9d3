// SPDX-License-Identifier: Apache-2.0

/// A link's part in the event hash.
///
/// The event hash is the sum over all messages of a quadratic polynomial in send cycle and ordinal with coefficients
/// drawn per link, modulo 2^64. A sum does not depend on the order of sends within an edge, and a polynomial over an
/// arithmetic progression has a closed form, so a repeated stretch can be added without stepping through it.
@frozen
@usableFromInline
struct LinkHash: Sendable {
  @usableFromInline let timeFactor: UInt64
  @usableFromInline let ordinalFactor: UInt64
  @usableFromInline let offset: UInt64

  /// Draws the coefficients from the link's name, so that they do not depend on the order of wiring.
  init(name: String) {
    var state: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    func draw() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
      return mixed ^ (mixed >> 31)
    }
    timeFactor = draw() | 1
    ordinalFactor = draw() | 1
    offset = draw()
  }

  @inlinable
  @inline(__always)
  func contribution(sendCycle: Cycle, ordinal: Int64) -> UInt64 {
    let point =
      UInt64(bitPattern: sendCycle) &* timeFactor &+ UInt64(bitPattern: ordinal) &* ordinalFactor &+ offset
    return point &* point
  }
}
