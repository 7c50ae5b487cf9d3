// SPDX-License-Identifier: Apache-2.0

/// Where a zip archive's central directory lies, from the record at the archive's end.
struct ZipDirectoryPlace {
  let range: Range<Int>
  let memberCount: Int

  private static let endCount = 22
  private static let longestComment = 65_535

  init(reading input: InputBytes) throws(WorkloadError) {
    let tailStart = max(0, input.count - Self.endCount - Self.longestComment)
    let tail = try input.read(tailStart..<input.count)
    guard let end = Self.endRecord(in: tail) else {
      throw input.malformed("is no zip archive, or a truncated one: the end record is missing")
    }
    func field(_ offset: Int, _ width: Int) -> UInt64 { littleEndian(tail, at: end + offset, width: width) }
    var members = field(10, 2)
    var size = field(12, 4)
    var offset = field(16, 4)
    var isWhole = field(4, 2) == 0 && field(6, 2) == 0 && field(8, 2) == members
    if members == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF {
      let record = try Self.zip64Record(in: tail, tailStart: tailStart, before: end, input: input)
      members = littleEndian(record, at: 32, width: 8)
      size = littleEndian(record, at: 40, width: 8)
      offset = littleEndian(record, at: 48, width: 8)
      isWhole = littleEndian(record, at: 16, width: 8) == 0 && littleEndian(record, at: 24, width: 8) == members
    }
    guard isWhole else { throw input.malformed("is one part of a zip archive in several parts") }
    guard size <= UInt64(ZipArchive.largestDirectory) else {
      throw input.malformed("has a zip directory of \(size) bytes", allowed: "at most \(ZipArchive.largestDirectory)")
    }
    guard offset <= UInt64(tailStart + end), size <= UInt64(tailStart + end) - offset else {
      throw input.malformed("has a zip directory that lies outside the archive")
    }
    guard members <= size / 46 else {
      throw input.malformed("has a zip directory too small for its \(members) members")
    }
    range = Int(offset)..<Int(offset + size)
    memberCount = Int(members)
  }

  /// The last position whose comment reaches exactly to the end.
  private static func endRecord(in tail: [UInt8]) -> Int? {
    guard tail.count >= endCount else { return nil }
    return stride(from: tail.count - endCount, through: 0, by: -1).first { position in
      littleEndian(tail, at: position, width: 4) == 0x0605_4B50
        && position + endCount + Int(littleEndian(tail, at: position + 20, width: 2)) == tail.count
    }
  }

  /// The 56-byte zip64 end record, found through the 20-byte locator in front of the end record.
  private static func zip64Record(
    in tail: [UInt8], tailStart: Int, before end: Int, input: InputBytes
  ) throws(WorkloadError) -> [UInt8] {
    guard end >= 20, littleEndian(tail, at: end - 20, width: 4) == 0x0706_4B50 else {
      throw input.malformed("is a zip64 archive without the locator of its end record")
    }
    let offset = littleEndian(tail, at: end - 12, width: 8)
    let limit = tailStart + end - 20
    guard limit >= 56, offset <= UInt64(limit - 56) else {
      throw input.malformed("has a zip64 end record outside the archive")
    }
    let record = try input.read(Int(offset)..<Int(offset) + 56)
    guard littleEndian(record, at: 0, width: 4) == 0x0606_4B50 else {
      throw input.malformed("has no zip64 end record where its locator says")
    }
    return record
  }
}
