// SPDX-License-Identifier: Apache-2.0

/// A 64-bit hash that is the same in every process and on every machine, unlike `Hasher`. Not cryptographic.
///
/// Bytes go through FNV-1a; integers through the finaliser of splitmix64 (Steele et al., OOPSLA 2014), chained.
public struct StableHash: Equatable, Sendable {
  public private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  public init() {}

  /// Takes in an integer; order matters.
  public mutating func combine(_ word: UInt64) {
    var mixed = (value ^ word) &+ 0x9e37_79b9_7f4a_7c15
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    value = mixed ^ (mixed >> 31)
  }

  /// Takes in bytes and their number, so that ("ab", "c") and ("a", "bc") differ.
  public mutating func combine(_ bytes: [UInt8]) { combine(sequence: bytes) }

  private mutating func combine(sequence bytes: some Sequence<UInt8>) {
    var count: UInt64 = 0
    for byte in bytes {
      value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
      count += 1
    }
    combine(count)
  }

  /// Takes in a text's UTF-8.
  public mutating func combine(_ text: String) {
    combine(sequence: text.utf8)
  }
}

extension UInt64 {
  /// The hash as the database shows it: 16 hexadecimal digits.
  public var hashText: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// The hash that `hashText` shows.
  init?(hashText: String) {
    self.init(hashText, radix: 16)
  }
}
