// SPDX-License-Identifier: Apache-2.0

/// The header of a NumPy `.npy` file: a magic string, a version, and a Python dictionary as text.
///
/// Format: numpy.lib.format, versions 1.0 (2-byte header length, Latin-1), 2.0 (4-byte length) and 3.0 (UTF-8). The
/// dictionary has exactly the keys `descr`, `fortran_order` and `shape`.
struct NPYHeader: Equatable {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Version 1 cannot say more; a longer header is some structured type, which is not read anyway.
  static let largestHeader = 65_536

  /// NumPy refuses more dimensions than this.
  static let mostDimensions = 64

  let type: ElementType
  let isFortranOrder: Bool
  let shape: [Int]
  /// Where the elements begin, in bytes from the start.
  let dataOffset: Int

  /// Reads the header, without the elements.
  ///
  /// - Throws: `WorkloadError` of kind `content` if it is no header, or if the elements are not exactly as many bytes as
  ///   type and shape say.
  init(reading input: InputBytes) throws(WorkloadError) {
    let (text, dataOffset) = try Self.headerText(of: input)
    var dictionary: Dictionary
    do {
      dictionary = try Dictionary(parsing: text)
    } catch {
      throw input.malformed("the npy header \(error.problem)")
    }
    guard dictionary.shape.count <= Self.mostDimensions else {
      throw input.malformed(
        "the npy header gives \(dictionary.shape.count) dimensions", allowed: "at most \(Self.mostDimensions)")
    }
    type = Self.elementType(of: dictionary.descriptor)
    isFortranOrder = dictionary.isFortranOrder
    shape = dictionary.shape
    self.dataOffset = dataOffset
    try checkSize(of: input)
  }

  private func checkSize(of input: InputBytes) throws(WorkloadError) {
    guard let width = type.bytes else { return }
    guard let elements = elementCount(of: shape), !elements.multipliedReportingOverflow(by: width).overflow else {
      throw input.malformed("the shape \(shape) has more elements than can be counted")
    }
    let expected = elements * width
    let found = input.count - dataOffset
    guard found == expected else {
      let state = found < expected ? "is truncated" : "has bytes after its end"
      throw input.malformed("the data \(state): shape \(shape) of \(type) is \(expected) bytes, found \(found)")
    }
  }

  private static func headerText(of input: InputBytes) throws(WorkloadError) -> (text: [UInt8], dataOffset: Int) {
    guard input.count >= 10 else { throw input.malformed("is truncated: \(input.count) bytes hold no npy header") }
    let prefix = try input.read(0..<min(12, input.count))
    guard Array(prefix[0..<6]) == magic else { throw input.malformed("is no npy data: the magic string is missing") }
    let version = prefix[6]
    guard (1...3).contains(version), prefix[7] == 0 else {
      throw input.malformed("npy version \(version).\(prefix[7])", allowed: "1.0, 2.0 and 3.0")
    }
    let lengthBytes = version == 1 ? 2 : 4
    let start = 8 + lengthBytes
    guard input.count >= start else { throw input.malformed("is truncated inside the npy header's length") }
    let length = Int(littleEndian(prefix, at: 8, width: lengthBytes))
    guard length <= largestHeader else {
      throw input.malformed("an npy header of \(length) bytes", allowed: "at most \(largestHeader)")
    }
    guard length <= input.count - start else {
      throw input.malformed("is truncated: the npy header is \(length) bytes long, \(input.count - start) are left")
    }
    return (try input.read(start..<start + length), start + length)
  }

  /// One-byte types have no byte order, which NumPy writes as `|`; the others must be little-endian.
  private static func elementType(of descriptor: String) -> ElementType {
    switch descriptor {
    case "|i1", "<i1": .int8
    case "<i2": .int16
    case "<i4": .int32
    default: .other(descriptor)
    }
  }
}

extension NPYHeader {
  /// The Python dictionary literal of a header, such as `{'descr': '<i2', 'fortran_order': False, 'shape': (3, 4), }`.
  private struct Dictionary {
    var descriptor: String
    var isFortranOrder: Bool
    var shape: [Int]

    init(parsing text: [UInt8]) throws(ByteScanner.Failure) {
      var scanner = ByteScanner(text)
      var descriptor: String?
      var isFortranOrder: Bool?
      var shape: [Int]?
      scanner.skipWhitespace()
      try scanner.expect("{")
      scanner.skipWhitespace()
      while !scanner.take(if: "}") {
        let key = try Self.string(&scanner)
        scanner.skipWhitespace()
        try scanner.expect(":")
        scanner.skipWhitespace()
        switch key {
        case "descr" where descriptor == nil: descriptor = try Self.descriptor(&scanner)
        case "fortran_order" where isFortranOrder == nil: isFortranOrder = try Self.boolean(&scanner)
        case "shape" where shape == nil: shape = try Self.tuple(&scanner)
        default: throw ByteScanner.Failure(problem: "has an unknown or repeated key \(quoted(key))")
        }
        scanner.skipWhitespace()
        guard scanner.take(if: ",") || scanner.next == UInt8(ascii: "}") else {
          throw scanner.unexpected(wanted: "',' or '}'")
        }
        scanner.skipWhitespace()
      }
      scanner.skipWhitespace()
      guard scanner.isAtEnd else { throw scanner.unexpected(wanted: "the end") }
      guard let descriptor, let isFortranOrder, let shape else {
        throw ByteScanner.Failure(problem: "lacks one of the keys 'descr', 'fortran_order', 'shape'")
      }
      self.descriptor = descriptor
      self.isFortranOrder = isFortranOrder
      self.shape = shape
    }

    private static func string(_ scanner: inout ByteScanner) throws(ByteScanner.Failure) -> String {
      let quote: Unicode.Scalar = scanner.next == UInt8(ascii: "\"") ? "\"" : "'"
      try scanner.expect(quote)
      var content: [UInt8] = []
      while !scanner.take(if: quote) {
        let byte = try scanner.take()
        guard byte != UInt8(ascii: "\\") else {
          throw ByteScanner.Failure(problem: "has an escape in a string, at byte \(scanner.position - 1)")
        }
        content.append(byte)
      }
      return String(decoding: content, as: UTF8.self)
    }

    private static func descriptor(_ scanner: inout ByteScanner) throws(ByteScanner.Failure) -> String {
      guard scanner.next != UInt8(ascii: "[") else {
        throw ByteScanner.Failure(problem: "describes a structured type; only plain integers are read")
      }
      return try string(&scanner)
    }

    private static func boolean(_ scanner: inout ByteScanner) throws(ByteScanner.Failure) -> Bool {
      let start = scanner
      switch scanner.takeWord() {
      case "True": return true
      case "False": return false
      default: throw start.unexpected(wanted: "True or False")
      }
    }

    /// `()`, `(3,)` or `(3, 4)`; a single number in brackets would be a number in Python, not a tuple.
    private static func tuple(_ scanner: inout ByteScanner) throws(ByteScanner.Failure) -> [Int] {
      try scanner.expect("(")
      scanner.skipWhitespace()
      var extents: [Int] = []
      var endsWithComma = true
      while !scanner.take(if: ")") {
        guard endsWithComma else { throw scanner.unexpected(wanted: "',' or ')'") }
        extents.append(try scanner.takeNaturalNumber())
        scanner.skipWhitespace()
        endsWithComma = scanner.take(if: ",")
        scanner.skipWhitespace()
      }
      guard extents.count != 1 || endsWithComma else {
        throw ByteScanner.Failure(problem: "has a shape that is a number, not a tuple")
      }
      return extents
    }
  }
}
