// SPDX-License-Identifier: Apache-2.0

/// A sequence of bits, packed: bit i is bit i % 8, counted from the lowest, of byte i / 8.
public struct BitBuffer: Hashable, Sendable {
  /// The bits; unused ones of the last byte are 0.
  public fileprivate(set) var bytes: [UInt8] = []
  /// Number of bits.
  public fileprivate(set) var count = 0

  public init() {}
}

/// Appends fields of any width to a `BitBuffer`, lowest bit first.
public struct BitWriter: Sendable {
  public private(set) var buffer = BitBuffer()

  public init() {}

  /// Appends the lowest `bits` bits of `value`.
  ///
  /// - Precondition: `0 <= bits <= 64`, and `value` fits them.
  public mutating func append(_ value: UInt64, bits: Int) {
    precondition(0 <= bits && bits <= 64, "a field has 0 to 64 bits")
    precondition(bits == 64 || value >> UInt64(bits) == 0, "a value fits its field")
    var (value, left) = (value, bits)
    while left > 0 {
      let used = buffer.count % 8
      if used == 0 { buffer.bytes.append(0) }
      let taken = min(8 - used, left)
      let part = UInt8(truncatingIfNeeded: value & ((1 << UInt64(taken)) - 1))
      buffer.bytes[buffer.bytes.count - 1] |= part << UInt8(used)
      value >>= UInt64(taken)
      buffer.count += taken
      left -= taken
    }
  }

  /// Appends a number in two's complement.
  ///
  /// - Precondition: `1 <= bits <= 64`, and `value` fits them.
  public mutating func append(signed value: Int, bits: Int) {
    precondition(1 <= bits && bits <= 64, "a signed field has 1 to 64 bits")
    let unused = Int64(64 - bits)
    precondition((Int64(value) << unused) >> unused == Int64(value), "a value fits its field")
    append(UInt64(bitPattern: Int64(value)) & (UInt64.max >> UInt64(64 - bits)), bits: bits)
  }
}

/// Reads fields from a `BitBuffer` in the order they were written.
public struct BitReader: Sendable {
  private let buffer: BitBuffer
  private var position = 0

  public init(_ buffer: BitBuffer) {
    self.buffer = buffer
  }

  /// Bits not yet read.
  public var remaining: Int { buffer.count - position }

  /// The next `bits` bits.
  ///
  /// - Throws: `FormatError.truncated` if there are fewer.
  /// - Precondition: `0 <= bits <= 64`.
  public mutating func read(bits: Int) throws(FormatError) -> UInt64 {
    precondition(0 <= bits && bits <= 64, "a field has 0 to 64 bits")
    guard bits <= remaining else { throw .truncated(position: position, needed: bits, available: remaining) }
    var (value, got): (UInt64, Int) = (0, 0)
    while got < bits {
      let used = position % 8
      let taken = min(8 - used, bits - got)
      let part = UInt64(buffer.bytes[position / 8] >> UInt8(used)) & ((1 << UInt64(taken)) - 1)
      value |= part << UInt64(got)
      got += taken
      position += taken
    }
    return value
  }

  /// The next `bits` bits as a number in two's complement.
  public mutating func readSigned(bits: Int) throws(FormatError) -> Int {
    precondition(1 <= bits, "a signed field has at least one bit")
    let value = try read(bits: bits)
    let unused = UInt64(64 - bits)
    return Int(Int64(bitPattern: value << unused) >> Int64(unused))
  }
}
