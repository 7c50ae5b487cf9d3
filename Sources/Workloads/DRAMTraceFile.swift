// SPDX-License-Identifier: Apache-2.0

/// One access of a memory trace file.
public struct DRAMTraceLine: Equatable, Sendable {
  /// The first DRAM clock at which it may be offered; 0 in formats without clocks.
  public var clock: Int64
  public var address: UInt64
  public var isWrite: Bool

  public init(clock: Int64, address: UInt64, isWrite: Bool) {
    self.clock = clock
    self.address = address
    self.isWrite = isWrite
  }
}

/// The text formats of memory traces.
public enum DRAMTraceFormat: String, CaseIterable, Sendable {
  /// `cycle address R|W`.
  case cycleAddress = "cycle-address"
  /// `LD address` or `ST address` (Ramulator); no clocks: every access may be offered at once.
  case loadStore = "load-store"
  /// `address READ|WRITE cycle` (DRAMsim3).
  case addressCommand = "address-command"

  var example: String {
    switch self {
    case .cycleAddress: "cycle address R|W, e.g. 100 0x1f40 R"
    case .loadStore: "LD|ST address, e.g. LD 0x1f40"
    case .addressCommand: "address READ|WRITE cycle, e.g. 0x1f40 READ 100"
    }
  }
}

/// A line of a memory trace file that cannot be read.
public struct DRAMTraceError: Error, Equatable, Sendable, CustomStringConvertible {
  public var file: String
  /// From 1.
  public var line: Int
  public var message: String

  public var description: String { "\(file):\(line): \(message)" }
}

/// A memory trace as a text file holds it, a line an access.
///
/// Addresses are decimal, or hexadecimal after `0x`; cycles are decimal. Lines that are empty or begin with `#` are
/// skipped; anything else that is not exactly one access is an error.
public struct DRAMTraceFile: Equatable, Sendable {
  public var lines: [DRAMTraceLine]

  public init(lines: [DRAMTraceLine]) { self.lines = lines }

  /// Reads a trace.
  ///
  /// - Parameters:
  ///   - text: the file's bytes.
  ///   - file: its name, for errors.
  ///   - format: nil for the one that the first access is in.
  /// - Throws: `DRAMTraceError` with the line.
  public init(text: [UInt8], file: String, format: DRAMTraceFormat? = nil) throws(DRAMTraceError) {
    lines = []
    var format = format
    var number = 0
    for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
      guard let first = words.first, first.first != UInt8(ascii: "#") else { continue }
      if format == nil { format = DRAMTraceFormat.allCases.first { Self.parse(words, $0) != nil } }
      guard let format else {
        let known = DRAMTraceFormat.allCases.map(\.example).joined(separator: "; ")
        throw DRAMTraceError(file: file, line: number, message: "no known trace format; known: \(known)")
      }
      guard let access = Self.parse(words, format) else {
        let found = String(decoding: line.prefix(80), as: UTF8.self)
        throw DRAMTraceError(file: file, line: number, message: "\"\(found)\" is not \(format.example)")
      }
      lines.append(access)
    }
  }

  /// The trace in a format; `loadStore` loses the clocks.
  public func text(_ format: DRAMTraceFormat) -> String {
    var text = ""
    for line in lines {
      let address = "0x" + String(line.address, radix: 16)
      switch format {
      case .cycleAddress: text += "\(line.clock) \(address) \(line.isWrite ? "W" : "R")\n"
      case .loadStore: text += "\(line.isWrite ? "ST" : "LD") \(address)\n"
      case .addressCommand: text += "\(address) \(line.isWrite ? "WRITE" : "READ") \(line.clock)\n"
      }
    }
    return text
  }

  private static func parse(_ words: [ArraySlice<UInt8>], _ format: DRAMTraceFormat) -> DRAMTraceLine? {
    switch format {
    case .cycleAddress:
      guard words.count == 3, let clock = number(words[0]), let address = address(words[1]),
        let isWrite = flag(words[2], "R", "W")
      else { return nil }
      return DRAMTraceLine(clock: clock, address: address, isWrite: isWrite)
    case .loadStore:
      guard words.count == 2, let isWrite = flag(words[0], "LD", "ST"), let address = address(words[1]) else {
        return nil
      }
      return DRAMTraceLine(clock: 0, address: address, isWrite: isWrite)
    case .addressCommand:
      guard words.count == 3, let address = address(words[0]), let isWrite = flag(words[1], "READ", "WRITE"),
        let clock = number(words[2])
      else { return nil }
      return DRAMTraceLine(clock: clock, address: address, isWrite: isWrite)
    }
  }

  private static func flag(_ word: ArraySlice<UInt8>, _ read: StaticString, _ write: StaticString) -> Bool? {
    if word.elementsEqual(UnsafeBufferPointer(start: read.utf8Start, count: read.utf8CodeUnitCount)) { return false }
    if word.elementsEqual(UnsafeBufferPointer(start: write.utf8Start, count: write.utf8CodeUnitCount)) { return true }
    return nil
  }

  private static func number(_ word: ArraySlice<UInt8>) -> Int64? {
    guard let value = digits(word, radix: 10) else { return nil }
    return Int64(exactly: value)
  }

  private static func address(_ word: ArraySlice<UInt8>) -> UInt64? {
    guard word.count > 2, word[word.startIndex] == UInt8(ascii: "0"),
      word[word.startIndex + 1] | 0x20 == UInt8(ascii: "x")
    else { return digits(word, radix: 10) }
    return digits(word.dropFirst(2), radix: 16)
  }

  private static func digits(_ word: ArraySlice<UInt8>, radix: UInt64) -> UInt64? {
    guard !word.isEmpty else { return nil }
    var value: UInt64 = 0
    for byte in word {
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
