// SPDX-License-Identifier: Apache-2.0

/// Coordinates and payloads (CP) on every rank of an HSS pattern, with a fixed number of slots.
///
/// Each group of rank i becomes exactly Gi slots. For each slot the metadata holds its offset in the group, in
/// ascending order, followed by what the metadata of its payload is; the data holds the values of rank 0 in the same
/// order. Slots that no non-zero needs take the smallest offsets not in use, and hold zeros. A rank with G = H stores no
/// offsets. Rows are padded with zeros to whole groups of the highest rank. Because occupancy is fixed, nothing says
/// where a group ends. With two ranks the slots are those of `CompressedFiber`.
public struct HSSFormat: SparseFormat, Hashable {
  public let pattern: Pattern
  public let valueBits: Int
  /// Width of an offset for each rank from the highest to rank 0; 0 where G = H.
  public let offsetBits: [Int]

  /// A format for hardware with `rule`, whose offsets are wide enough for the largest H of the rule; without a rule, for
  /// the pattern's own.
  ///
  /// - Precondition: `1 <= valueBits <= 16`; the pattern is a degree of the rule.
  public init(_ pattern: Pattern, on rule: HardwareRule? = nil, valueBits: Int) {
    let ranks = pattern.structuredRanks
    if let rule {
      precondition(
        rule.degrees.contains { $0.pattern.structuredRanks == ranks }, "the format's pattern is a degree of its rule")
    }
    self.pattern = pattern
    self.valueBits = valueBits
    offsetBits = ranks.indices.map { index in
      ranks[index].isDense ? 0 : rule?.ranks[index].offsetBits ?? bitsNeeded(forValuesBelow: ranks[index].h)
    }
    checkValueBits()
  }

  public func encode(_ matrix: Tensor<Int16>) throws(FormatError) -> EncodedMatrix {
    let (rows, columns) = extents(of: matrix)
    if let violation = pattern.firstViolation(in: matrix, along: 1) { throw .pattern(violation) }
    var (data, metadata) = (BitWriter(), BitWriter())
    for row in 0..<rows {
      for group in stride(from: 0, to: columns, by: pattern.period) {
        try encode(matrix, row: row, at: group, rank: 0, &data, &metadata)
      }
    }
    return EncodedMatrix(rows: rows, columns: columns, data: data.buffer, metadata: metadata.buffer)
  }

  /// Encodes the group of the rank with index `rank` (0 = highest) that starts at `start`.
  private func encode(
    _ matrix: Tensor<Int16>, row: Int, at start: Int, rank: Int, _ data: inout BitWriter, _ metadata: inout BitWriter
  ) throws(FormatError) {
    let columns = matrix.shape[1]
    guard rank < offsetBits.count else {
      let value = start < columns ? matrix.elements[row * columns + start] : 0
      return try append(value, at: row, start, to: &data)
    }
    let rule = pattern.structuredRanks[rank]
    let size = pattern.blockSize(ofRank: offsetBits.count - 1 - rank)
    var fillers = rule.g
    var isUsed = [Bool](repeating: false, count: rule.h)
    for child in 0..<rule.h {
      let from = min(start + child * size, columns)
      let part = matrix.elements[row * columns + from..<row * columns + min(from + size, columns)]
      isUsed[child] = part.contains { $0 != 0 }
      if isUsed[child] { fillers -= 1 }
    }
    for child in 0..<rule.h {
      guard isUsed[child] || fillers > 0 else { continue }
      if !isUsed[child] { fillers -= 1 }
      metadata.append(offsetBits[rank] == 0 ? 0 : UInt64(child), bits: offsetBits[rank])
      try encode(matrix, row: row, at: start + child * size, rank: rank + 1, &data, &metadata)
    }
  }

  public func decode(_ encoded: EncodedMatrix) throws(FormatError) -> Tensor<Int16> {
    var (data, metadata) = (BitReader(encoded.data), BitReader(encoded.metadata))
    var matrix = Tensor<Int16>(shape: [encoded.rows, encoded.columns], repeating: 0)
    for row in 0..<encoded.rows {
      for group in stride(from: 0, to: encoded.columns, by: pattern.period) {
        try decode(&matrix, row: row, at: group, rank: 0, &data, &metadata)
      }
    }
    try finish(data, metadata)
    return matrix
  }

  private func decode(
    _ matrix: inout Tensor<Int16>, row: Int, at start: Int, rank: Int, _ data: inout BitReader,
    _ metadata: inout BitReader
  ) throws(FormatError) {
    let columns = matrix.shape[1]
    guard rank < offsetBits.count else {
      let value = try readValue(&data)
      guard start < columns || value == 0 else { throw .position(start, row: row, columns: columns) }
      if start < columns { matrix.elements[row * columns + start] = value }
      return
    }
    let rule = pattern.structuredRanks[rank]
    let size = pattern.blockSize(ofRank: offsetBits.count - 1 - rank)
    var previous = -1
    for slot in 0..<rule.g {
      let offset = offsetBits[rank] == 0 ? slot : Int(try metadata.read(bits: offsetBits[rank]))
      guard offset > previous, offset < rule.h else {
        throw .position(start + offset * size, row: row, columns: columns)
      }
      previous = offset
      try decode(&matrix, row: row, at: start + offset * size, rank: rank + 1, &data, &metadata)
    }
  }

  public func size(of matrix: Tensor<Int16>) -> EncodedSize {
    let (rows, columns) = extents(of: matrix)
    let groups = rows * ((columns + pattern.period - 1) / pattern.period)
    // Slots of each rank: every slot of the rank above has G of them.
    var (slots, metadataBits) = (groups, 0)
    for (rule, bits) in zip(pattern.structuredRanks, offsetBits) {
      slots *= rule.g
      metadataBits += slots * bits
    }
    return EncodedSize(dataBits: slots * valueBits, metadataBits: metadataBits)
  }
}
