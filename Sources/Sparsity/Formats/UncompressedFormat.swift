// SPDX-License-Identifier: Apache-2.0

/// Every value in its place, zeros too; no metadata.
public struct UncompressedFormat: SparseFormat, Hashable {
  public let valueBits: Int

  /// - Precondition: `1 <= valueBits <= 16`.
  public init(valueBits: Int) {
    self.valueBits = valueBits
    checkValueBits()
  }

  public func encode(_ matrix: Tensor<Int16>) throws(FormatError) -> EncodedMatrix {
    let (rows, columns) = extents(of: matrix)
    var data = BitWriter()
    for row in 0..<rows {
      for column in 0..<columns {
        try append(matrix.elements[row * columns + column], at: row, column, to: &data)
      }
    }
    return EncodedMatrix(rows: rows, columns: columns, data: data.buffer, metadata: BitBuffer())
  }

  public func decode(_ encoded: EncodedMatrix) throws(FormatError) -> Tensor<Int16> {
    var data = BitReader(encoded.data)
    var matrix = Tensor<Int16>(shape: [encoded.rows, encoded.columns], repeating: 0)
    for index in matrix.elements.indices { matrix.elements[index] = try readValue(&data) }
    try finish(data, BitReader(encoded.metadata))
    return matrix
  }

  public func size(of matrix: Tensor<Int16>) -> EncodedSize {
    EncodedSize(dataBits: matrix.elements.count * valueBits, metadataBits: 0)
  }
}
