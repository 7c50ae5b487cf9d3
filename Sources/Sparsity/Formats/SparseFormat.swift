// SPDX-License-Identifier: Apache-2.0

/// A way to store the rows of a matrix so that zeros cost less: values in one stream of bits, what says where they
/// belong in another.
///
///     let format = BitmaskFormat(valueBits: 8)
///     let encoded = try format.encode(matrix)      // bit-exact
///     encoded.size                                 // EncodedSize(dataBits: ..., metadataBits: ...)
///     try format.decode(encoded) == matrix         // true
///
/// The names are those of Sparseloop (MICRO 2022): uncompressed, bitmask, run-length, coordinate-payload (CP),
/// uncompressed offset pairs (UOP). A decoder is given the matrix's shape, as hardware is by its configuration; nothing
/// else comes from outside the streams.
public protocol SparseFormat: Sendable {
  /// Width of a stored value in two's complement, 1 to 16 bits.
  var valueBits: Int { get }

  /// Stores a matrix [rows, columns].
  ///
  /// - Throws: `FormatError.value` if a value is too wide, `FormatError.pattern` if the format needs a pattern and the
  ///   matrix breaks it, `FormatError.offset` if an offset outgrows its field.
  func encode(_ matrix: Tensor<Int16>) throws(FormatError) -> EncodedMatrix

  /// Restores the matrix.
  ///
  /// - Throws: `FormatError` if the streams cannot have come from `encode`.
  func decode(_ encoded: EncodedMatrix) throws(FormatError) -> Tensor<Int16>

  /// The size that `encode` would produce, computed without packing. The matrix must be one that `encode` accepts.
  func size(of matrix: Tensor<Int16>) -> EncodedSize
}

/// The two streams of an encoded matrix, and its shape.
public struct EncodedMatrix: Hashable, Sendable {
  public let rows: Int
  public let columns: Int
  public let data: BitBuffer
  public let metadata: BitBuffer

  public init(rows: Int, columns: Int, data: BitBuffer, metadata: BitBuffer) {
    self.rows = rows
    self.columns = columns
    self.data = data
    self.metadata = metadata
  }

  /// Exact size, without padding to bytes or rows of a memory.
  public var size: EncodedSize { EncodedSize(dataBits: data.count, metadataBits: metadata.count) }
}

/// Why a matrix cannot be stored, or stored bits cannot be read.
public enum FormatError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A value does not fit its field.
  case value(Int16, row: Int, column: Int, bits: Int)
  /// An offset or count does not fit its field.
  case offset(Int, bits: Int)
  /// The matrix breaks the pattern that the format counts on.
  case pattern(PatternViolation)
  /// A stream ends before the matrix is complete.
  case truncated(position: Int, needed: Int, available: Int)
  /// A stream goes on after the matrix is complete, by so many bits.
  case excess(bits: Int)
  /// Metadata names a position that the row does not have, or not in ascending order.
  case position(Int, row: Int, columns: Int)

  public var description: String {
    switch self {
    case .value(let value, let row, let column, let bits):
      "value \(value) at [\(row), \(column)]; allowed: what fits \(bits) bits in two's complement"
    case .offset(let offset, let bits): "offset or count \(offset); allowed: what fits \(bits) bits"
    case .pattern(let violation): "\(violation)"
    case .truncated(let position, let needed, let available):
      "encoded stream ends early: \(needed) bits needed at bit \(position), \(available) left"
    case .excess(let bits): "encoded stream has \(bits) bits after the end of the matrix"
    case .position(let position, let row, let columns):
      "metadata of row \(row) names position \(position); allowed: ascending, below \(columns)"
    }
  }
}

extension SparseFormat {
  /// Appends a value, or says which one is too wide.
  func append(_ value: Int16, at row: Int, _ column: Int, to data: inout BitWriter) throws(FormatError) {
    let unused = Int16(16 - valueBits)
    guard (value << unused) >> unused == value else {
      throw .value(value, row: row, column: column, bits: valueBits)
    }
    data.append(signed: Int(value), bits: valueBits)
  }

  func readValue(_ data: inout BitReader) throws(FormatError) -> Int16 {
    Int16(truncatingIfNeeded: try data.readSigned(bits: valueBits))
  }

  /// Fails if a stream was not read to its end.
  func finish(_ readers: BitReader...) throws(FormatError) {
    for reader in readers where reader.remaining > 0 { throw .excess(bits: reader.remaining) }
  }

  /// - Precondition: `matrix` has two dimensions.
  func extents(of matrix: Tensor<Int16>) -> (rows: Int, columns: Int) {
    precondition(matrix.shape.count == 2, "a format stores the rows of a matrix")
    return (matrix.shape[0], matrix.shape[1])
  }

  func checkValueBits() {
    precondition((1...16).contains(valueBits), "a value has 1 to 16 bits")
  }
}

extension Tensor where Element == Int16 {
  /// Number of elements that are not zero.
  public var nonZeroCount: Int {
    var count = 0
    for element in elements { count += element != 0 ? 1 : 0 }
    return count
  }
}
