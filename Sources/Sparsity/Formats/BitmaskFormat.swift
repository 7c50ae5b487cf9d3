// SPDX-License-Identifier: Apache-2.0

/// One bit for each position, set where the value is not zero; then the non-zeros alone.
public struct BitmaskFormat: SparseFormat, Hashable {
  public let valueBits: Int

  /// - Precondition: `1 <= valueBits <= 16`.
  public init(valueBits: Int) {
    self.valueBits = valueBits
    checkValueBits()
  }

  public func encode(_ matrix: Tensor<Int16>) throws(FormatError) -> EncodedMatrix {
    let (rows, columns) = extents(of: matrix)
    var (data, metadata) = (BitWriter(), BitWriter())
    for row in 0..<rows {
      for column in 0..<columns {
        let value = matrix.elements[row * columns + column]
        metadata.append(value == 0 ? 0 : 1, bits: 1)
        if value != 0 { try append(value, at: row, column, to: &data) }
      }
    }
    return EncodedMatrix(rows: rows, columns: columns, data: data.buffer, metadata: metadata.buffer)
  }

  public func decode(_ encoded: EncodedMatrix) throws(FormatError) -> Tensor<Int16> {
    var (data, metadata) = (BitReader(encoded.data), BitReader(encoded.metadata))
    var matrix = Tensor<Int16>(shape: [encoded.rows, encoded.columns], repeating: 0)
    for index in matrix.elements.indices where try metadata.read(bits: 1) == 1 {
      matrix.elements[index] = try readValue(&data)
    }
    try finish(data, metadata)
    return matrix
  }

  public func size(of matrix: Tensor<Int16>) -> EncodedSize {
    EncodedSize(dataBits: matrix.nonZeroCount * valueBits, metadataBits: matrix.elements.count)
  }
}
