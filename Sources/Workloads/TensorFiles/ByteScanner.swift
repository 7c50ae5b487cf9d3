// SPDX-License-Identifier: Apache-2.0

/// A position in a small text header, with the few steps that parsing one takes.
struct ByteScanner {
  /// What a header breaks, in words that complete "the header …".
  struct Failure: Error {
    let problem: String
  }

  let bytes: [UInt8]
  private(set) var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  var isAtEnd: Bool { position == bytes.count }

  /// The next byte, without taking it; nil at the end.
  var next: UInt8? { isAtEnd ? nil : bytes[position] }

  mutating func take() throws(Failure) -> UInt8 {
    guard let byte = next else { throw Failure(problem: "ends too early, at byte \(position)") }
    position += 1
    return byte
  }

  /// Takes the next byte if it is `character`, and says whether it was.
  mutating func take(if character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func expect(_ character: Unicode.Scalar) throws(Failure) {
    guard take(if: character) else { throw unexpected(wanted: "'\(character)'") }
  }

  mutating func skipWhitespace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
  }

  /// Takes the longest run of ASCII letters, digits and underscores.
  mutating func takeWord() -> String {
    let start = position
    while let byte = next, isWordByte(byte) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// Takes an integer of decimal digits: no sign, no leading zero, at most `Int.max`.
  mutating func takeNaturalNumber() throws(Failure) -> Int {
    let start = position
    var value = 0
    while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
      let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = scaled.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
      guard !overflow, !carry else { throw Failure(problem: "has a number that is too large, at byte \(start)") }
      value = sum
      position += 1
    }
    guard position > start else { throw unexpected(wanted: "a natural number") }
    guard position == start + 1 || bytes[start] != UInt8(ascii: "0") else {
      throw Failure(problem: "has a number with a leading zero, at byte \(start)")
    }
    return value
  }

  func unexpected(wanted: String) -> Failure {
    guard let byte = next else { return Failure(problem: "ends too early, at byte \(position), before \(wanted)") }
    let found = byte > 0x20 && byte < 0x7F ? "'\(Unicode.Scalar(byte))'" : "byte \(byte)"
    return Failure(problem: "has \(found) at byte \(position), where \(wanted) is expected")
  }

  private func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
