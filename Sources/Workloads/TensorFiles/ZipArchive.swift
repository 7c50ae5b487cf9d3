// SPDX-License-Identifier: Apache-2.0

/// The directory of a zip archive, as far as `numpy.savez` uses the format: members stored as they are.
///
/// Format: PKWARE APPNOTE 6.3. The central directory at the end is what counts; each member's local header is checked
/// against it. Zip64 fields are understood, since NumPy may write them for files of any size. Compressed or encrypted
/// members and archives in several parts are refused.
struct ZipArchive {
  /// One file in the archive.
  struct Member {
    let name: String
    let method: Int
    let isEncrypted: Bool
    let checksum: UInt32
    /// Bytes in the archive.
    let storedCount: UInt64
    /// Bytes once decompressed.
    let count: UInt64
    let localHeader: UInt64
  }

  /// Half a million members; far more than any archive of tensors.
  static let largestDirectory = 64 << 20

  let input: InputBytes
  /// The members in directory order; names are unique.
  let members: [Member]

  /// Reads the directory, without the members.
  ///
  /// - Throws: `WorkloadError` of kind `content` if it is no zip archive, or a malformed one.
  init(reading input: InputBytes) throws(WorkloadError) {
    self.input = input
    let place = try ZipDirectoryPlace(reading: input)
    let directory = try input.read(place.range)
    var members: [Member] = []
    var names: Set<String> = []
    var position = 0
    for _ in 0..<place.memberCount {
      let (member, next) = try Self.member(in: directory, at: position, input: input)
      guard names.insert(member.name).inserted else {
        throw input.malformed("has the member \(quoted(member.name)) twice")
      }
      members.append(member)
      position = next
    }
    guard position == directory.count else {
      throw input.malformed("has \(directory.count - position) bytes after the last entry of its zip directory")
    }
    self.members = members
  }

  /// The bytes of a member, unchecked against their checksum.
  ///
  /// - Throws: `WorkloadError` of kind `content` if the member is not stored as it is, or does not lie in the archive.
  func contents(of member: Member) throws(WorkloadError) -> InputBytes {
    let title = "member \(quoted(member.name))"
    guard !member.isEncrypted else { throw input.malformed("\(title) is encrypted", allowed: "plain members") }
    guard member.method == 0 else {
      let method = member.method == 8 ? "deflated" : "compressed (zip method \(member.method))"
      throw input.malformed(
        "\(title) is \(method)", allowed: "stored members, as numpy.savez writes them (not savez_compressed)")
    }
    guard member.count == member.storedCount else {
      throw input.malformed("\(title) is stored, but its two sizes differ: \(member.storedCount), \(member.count)")
    }
    guard let header = Int(exactly: member.localHeader), header <= input.count, input.count - header >= 30 else {
      throw input.malformed("\(title) begins outside the archive")
    }
    let local = try input.read(header..<header + 30)
    guard littleEndian(local, at: 0, width: 4) == 0x0403_4B50 else {
      throw input.malformed("\(title) has no local header where the directory says")
    }
    let nameCount = Int(littleEndian(local, at: 26, width: 2))
    let start = header + 30 + nameCount + Int(littleEndian(local, at: 28, width: 2))
    guard start <= input.count, member.count <= UInt64(input.count - start) else {
      throw input.malformed("\(title) does not fit in the archive: it has \(member.count) bytes")
    }
    let localName = try input.read(header + 30..<header + 30 + nameCount)
    guard littleEndian(local, at: 8, width: 2) == 0, localName == Array(member.name.utf8) else {
      throw input.malformed("\(title) has a local header that contradicts the directory")
    }
    return input.window(start..<start + Int(member.count), part: title)
  }

  private static func member(
    in directory: [UInt8], at position: Int, input: InputBytes
  ) throws(WorkloadError) -> (Member, next: Int) {
    guard directory.count - position >= 46, littleEndian(directory, at: position, width: 4) == 0x0201_4B50 else {
      throw input.malformed("has a malformed zip directory, at its byte \(position)")
    }
    func field(_ offset: Int, _ width: Int) -> UInt64 { littleEndian(directory, at: position + offset, width: width) }
    let nameEnd = position + 46 + Int(field(28, 2))
    let extraEnd = nameEnd + Int(field(30, 2))
    let next = extraEnd + Int(field(32, 2))
    guard next <= directory.count else { throw input.malformed("has a truncated zip directory") }
    guard let name = String(validating: directory[position + 46..<nameEnd], as: UTF8.self) else {
      throw input.malformed("has a member whose name is not UTF-8")
    }
    var sizes = Zip64Sizes(count: field(24, 4), storedCount: field(20, 4), localHeader: field(42, 4))
    guard sizes.resolve(extra: Array(directory[nameEnd..<extraEnd])) else {
      throw input.malformed("member \(quoted(name)) has malformed zip64 sizes")
    }
    let member = Member(
      name: name, method: Int(field(10, 2)), isEncrypted: field(8, 2) & 1 == 1, checksum: UInt32(field(16, 4)),
      storedCount: sizes.storedCount, count: sizes.count, localHeader: sizes.localHeader)
    return (member, next)
  }
}

/// The three numbers of a directory entry that a zip64 extra field replaces where they do not fit in 32 bits.
private struct Zip64Sizes {
  var count: UInt64
  var storedCount: UInt64
  var localHeader: UInt64

  /// Replaces what is marked as too large; false if the extra field does not have it (APPNOTE 4.5.3).
  mutating func resolve(extra: [UInt8]) -> Bool {
    let marker = UInt64(UInt32.max)
    guard count == marker || storedCount == marker || localHeader == marker else { return true }
    guard var fields = zip64Field(in: extra)?[...] else { return false }
    func replacement(for value: UInt64) -> UInt64? {
      guard value == marker else { return value }
      guard fields.count >= 8 else { return nil }
      let replaced = littleEndian(Array(fields.prefix(8)), at: 0, width: 8)
      fields = fields.dropFirst(8)
      return replaced
    }
    guard let wideCount = replacement(for: count), let wideStored = replacement(for: storedCount),
      let wideHeader = replacement(for: localHeader)
    else { return false }
    (count, storedCount, localHeader) = (wideCount, wideStored, wideHeader)
    return true
  }

  private func zip64Field(in extra: [UInt8]) -> [UInt8]? {
    var position = 0
    while extra.count - position >= 4 {
      let size = Int(littleEndian(extra, at: position + 2, width: 2))
      guard extra.count - position - 4 >= size else { return nil }
      if littleEndian(extra, at: position, width: 2) == 1 { return Array(extra[position + 4..<position + 4 + size]) }
      position += 4 + size
    }
    return nil
  }
}
