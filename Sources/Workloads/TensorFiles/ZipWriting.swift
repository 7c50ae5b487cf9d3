// SPDX-License-Identifier: Apache-2.0

extension TensorFile {
  /// The bytes of an `.npz` file: a zip archive of stored `.npy` members, with zip64 sizes throughout.
  ///
  /// Like NumPy, every local header has a zip64 field, so that no size needs a special case. Dates are the zip epoch
  /// (1 January 1980), so that equal tensors make equal files.
  static func npzBytes(_ tensors: [(name: String, tensor: WritableTensor)]) -> [UInt8] {
    var bytes: [UInt8] = []
    var directory: [UInt8] = []
    for (name, tensor) in tensors {
      let contents = npyBytes(tensor)
      let member = ZipMember(
        name: Array("\(name).npy".utf8), checksum: CRC32.checksum(of: contents), count: UInt64(contents.count),
        offset: UInt64(bytes.count))
      bytes += member.localHeader + contents
      directory += member.directoryEntry
    }
    return bytes + directory
      + ZipMember.endRecords(members: tensors.count, directory: directory.count, offset: bytes.count)
  }
}

/// The headers of one stored member (APPNOTE 4.3.7, 4.3.12, 4.3.14 to 4.3.16).
private struct ZipMember {
  let name: [UInt8]
  let checksum: UInt32
  let count: UInt64
  let offset: UInt64

  private static let version: UInt16 = 45
  /// Names are UTF-8.
  private static let flags: UInt16 = 0x0800
  /// Day 1 of month 1 of year 1980.
  private static let date: UInt16 = 1 << 5 | 1

  var localHeader: [UInt8] {
    var bytes: [UInt8] = []
    appendLittleEndian(UInt32(0x0403_4B50), to: &bytes)
    appendCommon(extraCount: 20, to: &bytes)
    bytes += name
    appendLittleEndian([UInt16(1), 16], to: &bytes)
    appendLittleEndian([count, count], to: &bytes)
    return bytes
  }

  var directoryEntry: [UInt8] {
    var bytes: [UInt8] = []
    appendLittleEndian(UInt32(0x0201_4B50), to: &bytes)
    appendLittleEndian(Self.version, to: &bytes)
    appendCommon(extraCount: 28, to: &bytes)
    // Comment length, disk, internal attributes; then external attributes and the offset's zip64 marker.
    appendLittleEndian([UInt16(0), 0, 0], to: &bytes)
    appendLittleEndian([UInt32(0), .max], to: &bytes)
    bytes += name
    appendLittleEndian([UInt16(1), 24], to: &bytes)
    appendLittleEndian([count, count, offset], to: &bytes)
    return bytes
  }

  /// The fields that both headers share, from the version needed to the length of the extra fields.
  private func appendCommon(extraCount: UInt16, to bytes: inout [UInt8]) {
    appendLittleEndian([Self.version, Self.flags, 0, 0, Self.date], to: &bytes)
    appendLittleEndian([checksum, .max, .max], to: &bytes)
    appendLittleEndian([UInt16(name.count), extraCount], to: &bytes)
  }

  static func endRecords(members: Int, directory: Int, offset: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    appendLittleEndian(UInt32(0x0606_4B50), to: &bytes)
    appendLittleEndian(UInt64(44), to: &bytes)
    appendLittleEndian([version, version], to: &bytes)
    appendLittleEndian([UInt32(0), 0], to: &bytes)
    appendLittleEndian([UInt64(members), UInt64(members), UInt64(directory), UInt64(offset)], to: &bytes)
    appendLittleEndian([UInt32(0x0706_4B50), 0], to: &bytes)
    appendLittleEndian(UInt64(offset + directory), to: &bytes)
    appendLittleEndian(UInt32(1), to: &bytes)
    appendLittleEndian(UInt32(0x0605_4B50), to: &bytes)
    appendLittleEndian([UInt16(0), 0, .max, .max], to: &bytes)
    appendLittleEndian([UInt32.max, .max], to: &bytes)
    appendLittleEndian(UInt16(0), to: &bytes)
    return bytes
  }
}
