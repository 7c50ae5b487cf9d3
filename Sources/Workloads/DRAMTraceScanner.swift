// SPDX-License-Identifier: Apache-2.0

/// Reads the lines of a memory trace where they lie: a trace has a line per access, so nothing is allocated for one.
struct DRAMTraceScanner {
  let bytes: UnsafeBufferPointer<UInt8>
  /// The file's name, for errors.
  let file: String

  /// The words of a line, as ranges of `bytes`; an access has three at most.
  private struct Words {
    var first = 0..<0
    var second = 0..<0
    var third = 0..<0
    var count = 0

    mutating func append(_ word: Range<Int>) {
      switch count {
      case 0: first = word
      case 1: second = word
      default: third = word
      }
      count += 1
    }
  }

  /// - Parameter format: nil for the one that the first access is in.
  func lines(_ given: DRAMTraceFormat?) throws(DRAMTraceError) -> [DRAMTraceLine] {
    var lines: [DRAMTraceLine] = []
    var format = given
    var number = 0
    var start = 0
    while start <= bytes.count {
      number += 1
      let (words, end) = words(from: start)
      defer { start = end + 1 }
      guard words.count > 0, bytes[words.first.lowerBound] != UInt8(ascii: "#") else { continue }
      if format == nil { format = DRAMTraceFormat.allCases.first { access(words, $0) != nil } }
      guard let format else {
        let known = DRAMTraceFormat.allCases.map(\.example).joined(separator: "; ")
        throw DRAMTraceError(file: file, line: number, message: "no known trace format; known: \(known)")
      }
      guard let access = access(words, format) else {
        let found = String(decoding: bytes[start..<min(end, start + 80)], as: UTF8.self)
        throw DRAMTraceError(file: file, line: number, message: "\"\(found)\" is not \(format.example)")
      }
      lines.append(access)
    }
    return lines
  }

  /// The words of the line that begins at `start`, and where it ends.
  private func words(from start: Int) -> (Words, end: Int) {
    var words = Words()
    var place = start
    while place < bytes.count, bytes[place] != UInt8(ascii: "\n") {
      let first = place
      while place < bytes.count, !isSpace(bytes[place]), bytes[place] != UInt8(ascii: "\n") { place += 1 }
      if place > first {
        words.append(first..<place)
      } else {
        place += 1
      }
    }
    return (words, place)
  }

  private func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }

  private func access(_ words: Words, _ format: DRAMTraceFormat) -> DRAMTraceLine? {
    switch format {
    case .cycleAddress:
      guard words.count == 3, let clock = number(words.first), let address = address(words.second),
        let isWrite = flag(words.third, "R", "W")
      else { return nil }
      return DRAMTraceLine(clock: clock, address: address, isWrite: isWrite)
    case .loadStore:
      guard words.count == 2, let isWrite = flag(words.first, "LD", "ST"), let address = address(words.second) else {
        return nil
      }
      return DRAMTraceLine(clock: 0, address: address, isWrite: isWrite)
    case .addressCommand:
      guard words.count == 3, let address = address(words.first), let isWrite = flag(words.second, "READ", "WRITE"),
        let clock = number(words.third)
      else { return nil }
      return DRAMTraceLine(clock: clock, address: address, isWrite: isWrite)
    }
  }

  private func flag(_ word: Range<Int>, _ read: StaticString, _ write: StaticString) -> Bool? {
    if matches(word, read) { return false }
    return matches(word, write) ? true : nil
  }

  private func matches(_ word: Range<Int>, _ text: StaticString) -> Bool {
    guard word.count == text.utf8CodeUnitCount else { return false }
    for index in 0..<word.count where bytes[word.lowerBound + index] != text.utf8Start[index] { return false }
    return true
  }

  private func number(_ word: Range<Int>) -> Int64? {
    guard let value = digits(word, radix: 10) else { return nil }
    return Int64(exactly: value)
  }

  private func address(_ word: Range<Int>) -> UInt64? {
    guard word.count > 2, bytes[word.lowerBound] == UInt8(ascii: "0"),
      bytes[word.lowerBound + 1] | 0x20 == UInt8(ascii: "x")
    else { return digits(word, radix: 10) }
    return digits(word.dropFirst(2), radix: 16)
  }

  private func digits(_ word: Range<Int>, radix: UInt64) -> UInt64? {
    guard !word.isEmpty else { return nil }
    var value: UInt64 = 0
    for place in word {
      let byte = bytes[place]
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      guard UInt64(digit) < radix else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: radix)
      let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
      guard !overflow, !carry else { return nil }
      value = sum
    }
    return value
  }
}
