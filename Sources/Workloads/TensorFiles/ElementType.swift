// SPDX-License-Identifier: Apache-2.0

/// How the elements of a stored tensor are represented: the integers that hssim reads, or the name of anything else.
public enum ElementType: Sendable, Equatable {
  case int8
  case int16
  case int32
  /// A type that hssim does not compute with, by the name that its file format gives it.
  case other(String)

  /// Bits of one element; nil for a type that hssim does not read.
  public var bits: Int? {
    switch self {
    case .int8: 8
    case .int16: 16
    case .int32: 32
    case .other: nil
    }
  }

  /// Bytes of one element; nil for a type that hssim does not read.
  var bytes: Int? { bits.map { $0 / 8 } }
}

extension ElementType: CustomStringConvertible {
  public var description: String {
    switch self {
    case .int8: "int8"
    case .int16: "int16"
    case .int32: "int32"
    case .other(let name): name
    }
  }
}

/// An integer that tensor files are read into and written from: `Int8`, `Int16` or `Int32`.
public protocol TensorElement: FixedWidthInteger, SignedInteger, BitwiseCopyable, Sendable {
  /// The stored type of the same width.
  static var elementType: ElementType { get }
}

extension Int8: TensorElement {
  public static var elementType: ElementType { .int8 }
}

extension Int16: TensorElement {
  public static var elementType: ElementType { .int16 }
}

extension Int32: TensorElement {
  public static var elementType: ElementType { .int32 }
}

/// The little-endian integers in `bytes`, widened to `Element`.
///
/// - Precondition: `bytes` is a whole number of stored elements, and `Element` is at least as wide as they are.
func decodeLittleEndian<Element: TensorElement>(
  _ bytes: [UInt8], stored type: ElementType, as element: Element.Type = Element.self
) -> [Element] {
  guard let width = type.bytes, width * 8 <= Element.bitWidth, bytes.count % width == 0 else {
    preconditionFailure("stored elements are decoded into an integer at least as wide, and only whole ones")
  }
  let count = bytes.count / width
  return [Element](unsafeUninitializedCapacity: count) { elements, initialized in
    switch width {
    case 1:
      for index in 0..<count { elements[index] = Element(truncatingIfNeeded: Int8(bitPattern: bytes[index])) }
    case 2:
      for index in 0..<count {
        let raw = UInt16(bytes[2 * index]) | UInt16(bytes[2 * index + 1]) << 8
        elements[index] = Element(truncatingIfNeeded: Int16(bitPattern: raw))
      }
    default:
      for index in 0..<count {
        let low = UInt32(bytes[4 * index]) | UInt32(bytes[4 * index + 1]) << 8
        let high = UInt32(bytes[4 * index + 2]) << 16 | UInt32(bytes[4 * index + 3]) << 24
        elements[index] = Element(truncatingIfNeeded: Int32(bitPattern: low | high))
      }
    }
    initialized = count
  }
}

/// Appends integers to a byte buffer, least significant byte first.
func appendLittleEndian(_ values: [some FixedWidthInteger], to bytes: inout [UInt8]) {
  guard let first = values.first else { return }
  let width = first.bitWidth / 8
  bytes.reserveCapacity(bytes.count + values.count * width)
  for value in values { appendLittleEndian(value, to: &bytes) }
}

func appendLittleEndian(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
  for byte in 0..<value.bitWidth / 8 { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
}
