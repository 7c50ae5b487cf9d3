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
    lines = try text.withUnsafeBufferPointer { (bytes) throws(DRAMTraceError) in
      try DRAMTraceScanner(bytes: bytes, file: file).lines(format)
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
}
