// SPDX-License-Identifier: Apache-2.0

/// The unit that moves between DRAM and buffer, and the row of the buffer: 64 bytes.
@frozen
public struct Line: BitwiseCopyable, Sendable {
  /// Bytes of a line.
  public static let byteCount = 64

  public var bytes: SIMD64<UInt8>

  @inlinable
  public init() { bytes = SIMD64() }

  /// Word `index` of `wordBytes` (1 or 2) bytes, sign-extended, little-endian.
  @inlinable
  public func word(_ index: Int, wordBytes: Int) -> Int16 {
    withUnsafeBytes(of: bytes) { raw in
      wordBytes == 1
        ? Int16(Int8(bitPattern: raw[index]))
        : raw.loadUnaligned(fromByteOffset: 2 * index, as: Int16.self)
    }
  }

  /// Copies the words of `range`, of `wordBytes` (1 or 2) bytes each, sign-extended, to `place`.
  ///
  /// - Precondition: the line has them.
  @inlinable
  @inline(__always)
  func copyWords(_ range: Range<Int>, wordBytes: Int, to place: UnsafeMutablePointer<Int16>) {
    precondition(range.lowerBound >= 0 && range.upperBound * wordBytes <= Self.byteCount, "a line has 64 bytes")
    withUnsafeBytes(of: bytes) { raw in
      let source = raw.baseAddress.unsafelyUnwrapped + range.lowerBound * wordBytes
      if wordBytes == 1 {
        var word = 0
        // In this form the optimiser widens 16 at a time.
        while word &+ 16 <= range.count {
          let bytes = source.loadUnaligned(fromByteOffset: word, as: SIMD16<Int8>.self)
          UnsafeMutableRawPointer(place + word).storeBytes(
            of: SIMD16<Int16>(truncatingIfNeeded: bytes), as: SIMD16<Int16>.self)
          word &+= 16
        }
        let bytes = source.assumingMemoryBound(to: Int8.self)
        while word < range.count {
          place[word] = Int16(bytes[word])
          word &+= 1
        }
      } else {
        UnsafeMutableRawPointer(place).copyMemory(from: source, byteCount: range.count * 2)
      }
    }
  }

  /// The 64-bit word `index`, little-endian.
  @inlinable
  public func doubleword(_ index: Int) -> UInt64 {
    withUnsafeBytes(of: bytes) { $0.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self) }
  }
}
