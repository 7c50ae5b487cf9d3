// SPDX-License-Identifier: Apache-2.0

/// Before each stored value, the number of zeros that it follows.
///
/// An entry is a run of 0 to 2^runBits - 1 zeros, then a value: it covers run + 1 positions. A longer run is split by
/// explicit zeros, stored as values; so is a run at the end of a row, whose last zero is explicit. Every row thus ends
/// with an entry, and a decoder that knows the row's length needs no count.
public struct RunLengthFormat: SparseFormat, Hashable {
  public let valueBits: Int
  /// Width of a run, in bits.
  public let runBits: Int

  /// - Precondition: `1 <= valueBits <= 16` and `1 <= runBits <= 32`.
  public init(valueBits: Int, runBits: Int) {
    precondition((1...32).contains(runBits), "a run has 1 to 32 bits")
    self.valueBits = valueBits
    self.runBits = runBits
    checkValueBits()
  }

  /// Zeros that one entry can skip.
  public var longestRun: Int { (1 << runBits) - 1 }

  public func encode(_ matrix: Tensor<Int16>) throws(FormatError) -> EncodedMatrix {
    let (rows, columns) = extents(of: matrix)
    var (data, metadata) = (BitWriter(), BitWriter())
    for row in 0..<rows {
      var run = 0
      for column in 0..<columns {
        let value = matrix.elements[row * columns + column]
        guard value != 0 || run == longestRun || column == columns - 1 else {
          run += 1
          continue
        }
        metadata.append(UInt64(run), bits: runBits)
        try append(value, at: row, column, to: &data)
        run = 0
      }
    }
    return EncodedMatrix(rows: rows, columns: columns, data: data.buffer, metadata: metadata.buffer)
  }

  public func decode(_ encoded: EncodedMatrix) throws(FormatError) -> Tensor<Int16> {
    var (data, metadata) = (BitReader(encoded.data), BitReader(encoded.metadata))
    var matrix = Tensor<Int16>(shape: [encoded.rows, encoded.columns], repeating: 0)
    for row in 0..<encoded.rows {
      var column = 0
      while column < encoded.columns {
        column += Int(try metadata.read(bits: runBits))
        guard column < encoded.columns else { throw .position(column, row: row, columns: encoded.columns) }
        matrix.elements[row * encoded.columns + column] = try readValue(&data)
        column += 1
      }
    }
    try finish(data, metadata)
    return matrix
  }

  /// Counts a run of z zeros before a value as z / 2^runBits explicit zeros, and one at a row's end rounded up.
  public func size(of matrix: Tensor<Int16>) -> EncodedSize {
    let (rows, columns) = extents(of: matrix)
    var entries = 0
    for row in 0..<rows {
      var zeros = 0
      for value in matrix.elements[row * columns..<(row + 1) * columns] {
        if value == 0 {
          zeros += 1
        } else {
          entries += (zeros >> runBits) + 1
          zeros = 0
        }
      }
      entries += (zeros + longestRun) >> runBits
    }
    return EncodedSize(dataBits: entries * valueBits, metadataBits: entries * runBits)
  }
}
