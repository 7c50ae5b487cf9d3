// SPDX-License-Identifier: Apache-2.0

/// The storage of a V:N:M matrix: one list of columns for the rows that share it, then values and where each is in it.
///
/// For each block the metadata holds the offsets of the chosen columns, once, ascending; then, for each of its rows and
/// values, which of the chosen columns it is in, ascending. The data holds the values in the same order. Slots that nothing
/// needs take the smallest offsets not in use, and hold zeros. A choice of all has no offsets. Source: VENOM (SC 2023),
/// whose three arrays are these: column indices, 2-bit metadata, values.
public struct VNMFormat: SparseFormat, Hashable {
  public let pattern: VNMPattern
  public let valueBits: Int

  /// - Precondition: `1 <= valueBits <= 16`.
  public init(_ pattern: VNMPattern, valueBits: Int) {
    self.pattern = pattern
    self.valueBits = valueBits
    checkValueBits()
  }

  /// Width of a column's offset in its group.
  public var columnBits: Int { pattern.columns.isDense ? 0 : bitsNeeded(forValuesBelow: pattern.columns.h) }
  /// Width of a value's offset among the chosen columns.
  public var offsetBits: Int { pattern.values.isDense ? 0 : bitsNeeded(forValuesBelow: pattern.values.h) }

  public func encode(_ matrix: Tensor<Int16>) throws(FormatError) -> EncodedMatrix {
    let (rows, columns) = extents(of: matrix)
    var (data, metadata) = (BitWriter(), BitWriter())
    func value(_ row: Int, _ column: Int) -> Int16 {
      column < columns ? matrix.elements[row * columns + column] : 0
    }
    for block in pattern.blocks(of: matrix.shape) {
      let start = block.columns.lowerBound
      let chosen = Self.slots(pattern.columns) { offset in
        block.rows.contains { value($0, start + offset) != 0 }
      }
      guard let chosen else { throw violation(block, found: pattern.columns.g + 1) }
      for column in chosen { metadata.append(UInt64(columnBits == 0 ? 0 : column), bits: columnBits) }
      for row in block.rows {
        guard let kept = Self.slots(pattern.values, { value(row, start + chosen[$0]) != 0 }) else {
          throw violation((row..<row + 1, block.columns), found: pattern.values.g + 1)
        }
        for slot in kept {
          metadata.append(UInt64(offsetBits == 0 ? 0 : slot), bits: offsetBits)
          try append(value(row, start + chosen[slot]), at: row, start + chosen[slot], to: &data)
        }
      }
    }
    return EncodedMatrix(rows: rows, columns: columns, data: data.buffer, metadata: metadata.buffer)
  }

  /// The coordinates that take the slots of a group: the used ones, then the smallest others; nil if there are too many.
  private static func slots(_ rule: GH, _ isUsed: (Int) -> Bool) -> [Int]? {
    let used = (0..<rule.h).filter(isUsed)
    guard used.count <= rule.g else { return nil }
    let fillers = (0..<rule.h).filter { !isUsed($0) }.prefix(rule.g - used.count)
    return (used + fillers).sorted()
  }

  /// As every format says it: by the pattern of a row, at the place where it is broken.
  private func violation(_ block: (rows: Range<Int>, columns: Range<Int>), found: Int) -> FormatError {
    .pattern(
      PatternViolation(
        pattern: pattern.rowPattern, rank: 0, dimension: 1, index: [block.rows.lowerBound, block.columns.lowerBound],
        found: found))
  }

  public func decode(_ encoded: EncodedMatrix) throws(FormatError) -> Tensor<Int16> {
    var (data, metadata) = (BitReader(encoded.data), BitReader(encoded.metadata))
    var matrix = Tensor<Int16>(shape: [encoded.rows, encoded.columns], repeating: 0)
    for block in pattern.blocks(of: matrix.shape) {
      let chosen = try offsets(pattern.columns, bits: columnBits, row: block.rows.lowerBound, from: &metadata)
      for row in block.rows {
        for slot in try offsets(pattern.values, bits: offsetBits, row: row, from: &metadata) {
          let (value, column) = (try readValue(&data), block.columns.lowerBound + chosen[slot])
          guard column < encoded.columns || value == 0 else {
            throw .position(column, row: row, columns: encoded.columns)
          }
          if column < encoded.columns { matrix.elements[row * encoded.columns + column] = value }
        }
      }
    }
    try finish(data, metadata)
    return matrix
  }

  private func offsets(
    _ rule: GH, bits: Int, row: Int, from metadata: inout BitReader
  ) throws(FormatError) -> [Int] {
    var offsets: [Int] = []
    for slot in 0..<rule.g {
      let offset = bits == 0 ? slot : Int(try metadata.read(bits: bits))
      guard offset > offsets.last ?? -1, offset < rule.h else {
        throw .position(offset, row: row, columns: rule.h)
      }
      offsets.append(offset)
    }
    return offsets
  }

  public func size(of matrix: Tensor<Int16>) -> EncodedSize {
    let (rows, columns) = extents(of: matrix)
    let groups = (columns + pattern.columns.h - 1) / pattern.columns.h
    let blocks = (rows + pattern.rows - 1) / pattern.rows * groups
    let slots = rows * groups * pattern.values.g
    return EncodedSize(
      dataBits: slots * valueBits, metadataBits: blocks * pattern.columns.g * columnBits + slots * offsetBits)
  }
}
