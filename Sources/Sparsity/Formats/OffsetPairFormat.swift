// SPDX-License-Identifier: Apache-2.0

/// Uncompressed offset pairs (UOP) on the rows over coordinates and payloads (CP) on the columns; also known as CSR.
///
/// For each row the metadata holds where its non-zeros start and end in the data: rows + 1 offsets, of which neighbours
/// are the pairs. Then, for each non-zero, its column.
public struct OffsetPairFormat: SparseFormat, Hashable {
  public let valueBits: Int
  /// Width of an offset, in bits: large enough for the number of non-zeros.
  public let offsetBits: Int

  /// - Precondition: `1 <= valueBits <= 16` and `1 <= offsetBits <= 64`.
  public init(valueBits: Int, offsetBits: Int = 32) {
    precondition((1...64).contains(offsetBits), "an offset has 1 to 64 bits")
    self.valueBits = valueBits
    self.offsetBits = offsetBits
    checkValueBits()
  }

  public func encode(_ matrix: Tensor<Int16>) throws(FormatError) -> EncodedMatrix {
    let (rows, columns) = extents(of: matrix)
    let coordinateBits = bitsNeeded(forValuesBelow: max(columns, 1))
    var (data, metadata) = (BitWriter(), BitWriter())
    var offset = 0
    try appendOffset(offset, to: &metadata)
    for row in 0..<rows {
      for column in 0..<columns where matrix.elements[row * columns + column] != 0 { offset += 1 }
      try appendOffset(offset, to: &metadata)
    }
    for row in 0..<rows {
      for column in 0..<columns {
        let value = matrix.elements[row * columns + column]
        guard value != 0 else { continue }
        metadata.append(UInt64(column), bits: coordinateBits)
        try append(value, at: row, column, to: &data)
      }
    }
    return EncodedMatrix(rows: rows, columns: columns, data: data.buffer, metadata: metadata.buffer)
  }

  public func decode(_ encoded: EncodedMatrix) throws(FormatError) -> Tensor<Int16> {
    let (rows, columns) = (encoded.rows, encoded.columns)
    let coordinateBits = bitsNeeded(forValuesBelow: max(columns, 1))
    var (data, metadata) = (BitReader(encoded.data), BitReader(encoded.metadata))
    var matrix = Tensor<Int16>(shape: [rows, columns], repeating: 0)
    var offsets: [UInt64] = []
    for _ in 0...rows { offsets.append(try metadata.read(bits: offsetBits)) }
    guard offsets[0] == 0 else { throw .offset(Int(truncatingIfNeeded: offsets[0]), bits: 0) }
    for row in 0..<rows {
      guard offsets[row] <= offsets[row + 1], offsets[row + 1] - offsets[row] <= columns else {
        throw .position(Int(truncatingIfNeeded: offsets[row + 1]), row: row, columns: columns)
      }
      var previous = -1
      for _ in offsets[row]..<offsets[row + 1] {
        let column = Int(try metadata.read(bits: coordinateBits))
        guard column > previous, column < columns else { throw .position(column, row: row, columns: columns) }
        matrix.elements[row * columns + column] = try readValue(&data)
        previous = column
      }
    }
    try finish(data, metadata)
    return matrix
  }

  public func size(of matrix: Tensor<Int16>) -> EncodedSize {
    let (rows, columns) = extents(of: matrix)
    let nonZeros = matrix.nonZeroCount
    return EncodedSize(
      dataBits: nonZeros * valueBits,
      metadataBits: (rows + 1) * offsetBits + nonZeros * bitsNeeded(forValuesBelow: max(columns, 1)))
  }

  private func appendOffset(_ offset: Int, to metadata: inout BitWriter) throws(FormatError) {
    guard offsetBits == 64 || offset >> offsetBits == 0 else { throw .offset(offset, bits: offsetBits) }
    metadata.append(UInt64(offset), bits: offsetBits)
  }
}
