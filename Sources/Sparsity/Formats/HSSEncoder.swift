// SPDX-License-Identifier: Apache-2.0

/// Compresses rows of A for the HighLight machine.
///
///     let encoder = try HSSEncoder(executed: Pattern("4:6->2:4"), on: rule)
///     let compressed = try encoder.encode(a, groupsMultipleOf: 2)  // a: Tensor<Int16> [M, K]
///     compressed.decoded() == a                                    // true
///
/// Rows are padded with zeros to whole groups. See `CompressedFiber` for what comes out, `HSSLayout` for its shape.
public struct HSSEncoder: Sendable {
  public let pattern: Pattern
  public let layout: HSSLayout

  /// - Throws: `HSSLayoutError` if the machine's format cannot hold the pattern.
  public init(executed pattern: Pattern, on rule: HardwareRule? = nil) throws(HSSLayoutError) {
    self.pattern = pattern
    layout = try HSSLayout(executed: pattern, on: rule)
  }

  /// Compresses every row of a matrix [rows, K], each padded to a multiple of `multiple` groups.
  ///
  /// - Throws: `PatternViolation` at the first group that has more non-zeros or non-empty blocks than slots.
  /// - Complexity: O(rows · K); three allocations in all.
  public func encode(
    _ matrix: Tensor<Int16>, groupsMultipleOf multiple: Int = 1
  ) throws(PatternViolation) -> CompressedFiber {
    precondition(matrix.shape.count == 2, "the encoder compresses the rows of a matrix")
    let (rows, length) = (matrix.shape[0], matrix.shape[1])
    let groups = layout.groups(covering: length, multipleOf: multiple)
    let (blockSlots, valueSlots) = (groups * layout.blockSlotsPerGroup, groups * layout.valueSlotsPerGroup)
    var values = [Int16](repeating: 0, count: rows * valueSlots)
    var blockOffsets = [UInt8](repeating: 0, count: rows * blockSlots)
    var valueOffsets = [UInt8](repeating: 0, count: rows * valueSlots)
    var place = Place(ranks: layout.ranks.count)
    let source = matrix.elements.span
    var valueSpan = values.mutableSpan
    var blockOffsetSpan = blockOffsets.mutableSpan
    var valueOffsetSpan = valueOffsets.mutableSpan
    // A layout that leaves nothing out holds the rows as they are, and the same offsets in each.
    let copies = layout.ranks.count == 2 && layout.ranks.allSatisfy { $0.g == $0.h }
    for row in 0..<rows {
      if copies && row > 0 {
        for position in 0..<length { valueSpan[row * valueSlots + position] = source[row * length + position] }
        for slot in 0..<blockSlots { blockOffsetSpan[row * blockSlots + slot] = blockOffsetSpan[slot] }
        for slot in 0..<valueSlots { valueOffsetSpan[row * valueSlots + slot] = valueOffsetSpan[slot] }
        continue
      }
      let excess = encode(
        source.extracting(row * length..<(row + 1) * length), groups: groups,
        values: &valueSpan, blockOffsets: &blockOffsetSpan, valueOffsets: &valueOffsetSpan, at: &place)
      if let excess { throw violation(excess, at: [row, excess.position]) }
    }
    return CompressedFiber(
      layout: layout, rows: rows, length: length, groupsPerRow: groups, values: values,
      offsets: [valueOffsets, blockOffsets] + place.higherOffsets)
  }

  /// Compresses one row into caller-owned memory, padded to as many groups as the memory holds.
  ///
  /// - Throws: `PatternViolation`, with the position of the group as its index; the memory is then partly written.
  /// - Precondition: the pattern has two ranks; the spans hold the slots of one and the same whole number of groups, which
  ///   cover the row.
  public func encode(
    row: Span<Int16>, values: inout MutableSpan<Int16>, blockOffsets: inout MutableSpan<UInt8>,
    valueOffsets: inout MutableSpan<UInt8>
  ) throws(PatternViolation) {
    precondition(layout.ranks.count == 2, "two spans hold the offsets of two ranks")
    let groups = blockOffsets.count / layout.blockSlotsPerGroup
    precondition(
      blockOffsets.count == groups * layout.blockSlotsPerGroup
        && values.count == groups * layout.valueSlotsPerGroup && valueOffsets.count == values.count
        && row.count <= groups * layout.positionsPerGroup,
      "the output spans hold whole groups that cover the row")
    var place = Place(ranks: 2)
    let excess = encode(
      row, groups: groups, values: &values, blockOffsets: &blockOffsets, valueOffsets: &valueOffsets, at: &place)
    if let excess { throw violation(excess, at: [excess.position]) }
  }

  /// Which slots come next, and the offsets of the ranks above 1, from rank 2 on.
  private struct Place {
    var blockSlot = 0
    var valueSlot = 0
    var higherOffsets: [[UInt8]]

    init(ranks: Int) { higherOffsets = Array(repeating: [], count: ranks - 2) }
  }

  /// A broken rule: its rank, the position of its group in the row, and the count found.
  private struct Excess {
    let rank: Int
    let position: Int
    let found: Int
  }

  private func violation(_ excess: Excess, at index: [Int]) -> PatternViolation {
    PatternViolation(
      pattern: pattern, rank: excess.rank, dimension: index.count - 1, index: index, found: excess.found)
  }

  private func encode(
    _ row: Span<Int16>, groups: Int, values: inout MutableSpan<Int16>, blockOffsets: inout MutableSpan<UInt8>,
    valueOffsets: inout MutableSpan<UInt8>, at place: inout Place
  ) -> Excess? {
    let (rank, size) = (layout.ranks.count - 1, layout.positionsPerGroup)
    for group in 0..<groups {
      let excess = encodeGroup(
        of: rank, row, at: group * size, values: &values, blockOffsets: &blockOffsets, valueOffsets: &valueOffsets,
        at: &place)
      if let excess { return excess }
    }
    return nil
  }

  /// Compresses the group of `rank` that starts at `start`.
  private func encodeGroup(
    of rank: Int, _ row: Span<Int16>, at start: Int, values: inout MutableSpan<Int16>,
    blockOffsets: inout MutableSpan<UInt8>, valueOffsets: inout MutableSpan<UInt8>, at place: inout Place
  ) -> Excess? {
    guard rank > 1 else {
      return encodeBlocks(
        row, at: start, values: &values, blockOffsets: &blockOffsets, valueOffsets: &valueOffsets, at: &place)
    }
    let rule = layout.ranks[layout.ranks.count - 1 - rank]
    let size = pattern.blockSize(ofRank: rank)
    var nonEmpty: UInt64 = 0
    for child in 0..<rule.h where !isZero(row, from: start + child * size, count: size) {
      nonEmpty |= 1 << UInt64(child)
    }
    guard nonEmpty.nonzeroBitCount <= rule.g else {
      return Excess(rank: rank, position: start, found: nonEmpty.nonzeroBitCount)
    }
    var children = Self.filled(nonEmpty, to: rule.g)
    while children != 0 {
      let child = children.trailingZeroBitCount
      children &= children - 1
      place.higherOffsets[rank - 2].append(UInt8(truncatingIfNeeded: child))
      let excess = encodeGroup(
        of: rank - 1, row, at: start + child * size, values: &values, blockOffsets: &blockOffsets,
        valueOffsets: &valueOffsets, at: &place)
      if let excess { return excess }
    }
    return nil
  }

  /// Whether `count` positions from `start` on are zero, as those beyond the row are.
  private func isZero(_ row: Span<Int16>, from start: Int, count: Int) -> Bool {
    var index = start
    let end = min(start + count, row.count)
    while index < end {
      if row[index] != 0 { return false }
      index += 1
    }
    return true
  }

  /// Compresses the group of rank 1 that starts at `groupStart`: its blocks, and their values.
  @inline(__always)
  private func encodeBlocks(
    _ row: Span<Int16>, at groupStart: Int, values: inout MutableSpan<Int16>, blockOffsets: inout MutableSpan<UInt8>,
    valueOffsets: inout MutableSpan<UInt8>, at place: inout Place
  ) -> Excess? {
    let (h1, h0) = (layout.rank1.h, layout.rank0.h)
    var nonEmpty: UInt64 = 0
    for block in 0..<h1 {
      let mask = nonZeros(of: row, at: groupStart + block * h0)
      guard mask != 0 else { continue }
      guard mask.nonzeroBitCount <= layout.rank0.g else {
        return Excess(rank: 0, position: groupStart + block * h0, found: mask.nonzeroBitCount)
      }
      nonEmpty |= 1 << UInt64(block)
    }
    guard nonEmpty.nonzeroBitCount <= layout.rank1.g else {
      return Excess(rank: 1, position: groupStart, found: nonEmpty.nonzeroBitCount)
    }
    var (blockSlot, valueSlot) = (place.blockSlot, place.valueSlot)
    var blocks = Self.filled(nonEmpty, to: layout.rank1.g)
    while blocks != 0 {
      let block = blocks.trailingZeroBitCount
      blocks &= blocks - 1
      blockOffsets[blockSlot] = UInt8(truncatingIfNeeded: block)
      blockSlot += 1
      let start = groupStart + block * h0
      var offsets = Self.filled(nonZeros(of: row, at: start), to: layout.rank0.g)
      while offsets != 0 {
        let offset = offsets.trailingZeroBitCount
        offsets &= offsets - 1
        valueOffsets[valueSlot] = UInt8(truncatingIfNeeded: offset)
        values[valueSlot] = start + offset < row.count ? row[start + offset] : 0
        valueSlot += 1
      }
    }
    (place.blockSlot, place.valueSlot) = (blockSlot, valueSlot)
    return nil
  }

  /// Which of the H0 positions from `start` on are non-zero, bit by bit; positions beyond the row are zero.
  @inline(__always)
  private func nonZeros(of row: Span<Int16>, at start: Int) -> UInt64 {
    var mask: UInt64 = 0
    var index = min(start + layout.rank0.h, row.count) - 1
    while index >= start {
      mask = mask << 1 | (row[index] != 0 ? 1 : 0)
      index -= 1
    }
    return mask
  }

  /// `mask` with its lowest clear bits set until `count` bits are set.
  @inline(__always)
  static func filled(_ mask: UInt64, to count: Int) -> UInt64 {
    var mask = mask
    var missing = count - mask.nonzeroBitCount
    while missing > 0 {
      mask |= mask + 1
      missing -= 1
    }
    return mask
  }
}
