// SPDX-License-Identifier: Apache-2.0

/// The checksum of a zip member: CRC-32 of IEEE 802.3, reflected, polynomial 0xEDB88320 (ZIP APPNOTE 4.4.7).
enum CRC32 {
  /// What each value of a byte contributes.
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
  }

  static func checksum(of bytes: [UInt8]) -> UInt32 {
    let table = table
    var value = UInt32.max
    for byte in bytes { value = value >> 8 ^ table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] }
    return ~value
  }
}
