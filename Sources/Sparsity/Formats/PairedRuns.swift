// SPDX-License-Identifier: Apache-2.0

/// Run-length metadata of a block that keeps two values of H: the zeros in front of each.
///
///     let runs = PairedRuns(h: 8, bits: 3)
///     runs.codes(first: 1, second: 6)  // (1, 4)
///     runs.offsets(1, 4)               // (1, 6)
///
/// A run has at most H - 2 zeros. Where the bits hold one less (2:6 in 2 bits, as in the Sparseloop artifact), the two
/// pairs with a run of H - 2 take codes that no other pair has: 15 pairs fit 16 codes. *Assumption:* which codes.
public struct PairedRuns: Equatable, Hashable, Sendable {
  /// Positions of a block.
  public let h: Int
  /// Bits of a run.
  public let bits: Int

  /// - Precondition: the longest run, H - 2, is at most 2^bits.
  public init(h: Int, bits: Int) {
    precondition(h >= 2 && bits >= 1 && h - 2 <= 1 << bits, "\(bits) bits hold the runs of a block of \(h)")
    self.h = h
    self.bits = bits
  }

  private var longest: Int { h - 2 }
  private var highest: Int { 1 << bits - 1 }
  private var escapes: Bool { longest > highest }

  /// The codes of the values at two offsets.
  ///
  /// - Precondition: `0 <= first < second < h`.
  public func codes(first: Int, second: Int) -> (Int, Int) {
    precondition(first >= 0 && first < second && second < h, "two values lie in a block in order")
    let runs = (first, second - first - 1)
    if escapes && runs.0 == longest { return (highest, highest) }
    if escapes && runs.1 == longest { return (highest, highest - 1) }
    return runs
  }

  /// The offsets that two codes stand for.
  public func offsets(_ first: Int, _ second: Int) -> (Int, Int) {
    if escapes && first == highest && second == highest { return (longest, longest + 1) }
    if escapes && first == highest && second == highest - 1 { return (0, longest + 1) }
    return (first, first + 1 + second)
  }
}
