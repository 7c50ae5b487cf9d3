// SPDX-License-Identifier: Apache-2.0
import Hardware

/// A mapping that the user pinned, as DSTC's loops.
///
/// The grid of arrays splits M and N at SMEM, an array's MACs split both at LRF, where the temporal loops make up the tile;
/// all of K is at RF. What is free is the tile, the order of blocks at DRAM and SMEM, and what stays in the buffer.
struct DSTCPinnedMapping {
  let tile: DSTCSpecification.TileShape
  private let order: LoopNest

  /// - Throws: `LoopMappingError` naming the level, the loop and what is allowed.
  init(_ mapping: LoopMapping, rows: Int, columns: Int, on specification: DSTCSpecification) throws {
    for (dimension, level, allowed) in [
      (LoopMapping.Dimension.m, LoopMapping.Level.smem, specification.gridRows),
      (.n, .smem, specification.gridColumns), (.m, .lrf, specification.arrayRows),
      (.n, .lrf, specification.arrayColumns),
    ] {
      let stated = mapping.extent(of: dimension, at: level, isSpatial: true)
      guard stated != allowed else { continue }
      throw LoopMappingError(
        level: level, loop: LoopMapping.Loop(dimension, stated, isSpatial: true),
        problem: "the machine has as many arrays, or MACs in an array",
        allowed: "\(LoopMapping.Loop(dimension, allowed, isSpatial: true))")
    }
    for level in LoopMapping.Level.allCases {
      for loop in mapping.loops(of: level) where loop.extent > 1 && !Self.isKnown(loop, at: level) {
        throw LoopMappingError(
          level: level, loop: loop, problem: "the machine has no such loop here",
          allowed: "M and N at DRAM, SMEM and LRF, and K at RF")
      }
    }
    tile = DSTCSpecification.TileShape(
      rows: mapping.extent(of: .m, at: .lrf) * specification.arrayRows,
      columns: mapping.extent(of: .n, at: .lrf) * specification.arrayColumns)
    guard specification.holds(tile) else {
      throw LoopMappingError(
        level: .lrf, loop: LoopMapping.Loop(.m, mapping.extent(of: .m, at: .lrf)),
        problem: "a tile of \(tile.rows) x \(tile.columns) does not fit",
        allowed: "at most 64 rows, 64 columns and \(specification.values.integer("rf.sums")) sums")
    }
    func blocks(_ extent: Int, by size: Int) -> Int { (extent + size - 1) / size }
    let rowBlocks = blocks(rows, by: tile.rows * specification.gridRows)
    let columnBlocks = blocks(columns, by: tile.columns * specification.gridColumns)
    try PinnedMapping.requireProduct(.m, in: mapping, is: rowBlocks, "M = \(rows) has \(rowBlocks) blocks of tiles")
    try PinnedMapping.requireProduct(
      .n, in: mapping, is: columnBlocks, "N = \(columns) has \(columnBlocks) blocks of tiles")
    let loops = PinnedMapping.blockLoops(mapping)
    var nest: LoopNest
    if PinnedMapping.fetches(of: .m, loops) == 1 && PinnedMapping.fetches(of: .n, loops) == 1 {
      // Every block of Z reads both operands from the buffer, so the order of blocks shows only in what is fetched: with A
      // in the buffer as a whole, and B block by block, both are fetched once.
      nest = LoopNest(
        order: .rowsOuter, rowBlocks: rowBlocks, columnBlocks: columnBlocks, k: KSplit(windows: 1),
        groupSize: rowBlocks, outerIsResident: true, innerIsResident: true)
    } else {
      nest = try PinnedMapping.nest(mapping, rowBlocks: rowBlocks, columnBlocks: columnBlocks, KSplit(windows: 1))
    }
    // A block that is used once need not stay.
    if nest.innerBlocks == 1 { nest.outerIsResident = false }
    if nest.groupSize == 1 { nest.innerIsResident = false }
    order = nest
  }

  /// The nest for windows of K.
  func nest(_ k: KSplit) -> LoopNest {
    var nest = order
    nest.k = k
    return nest
  }

  private static func isKnown(_ loop: LoopMapping.Loop, at level: LoopMapping.Level) -> Bool {
    switch (level, loop.dimension) {
    case (.dram, .m), (.dram, .n): !loop.isSpatial
    case (.smem, .m), (.smem, .n), (.lrf, .m), (.lrf, .n): true
    case (.rf, .k): !loop.isSpatial
    default: false
    }
  }
}

extension DSTCMapping {
  /// The mapping as a loop nest, a line a level, outermost first.
  func loopNestText(_ specification: DSTCSpecification) -> String {
    let nest = program.nest
    let rows = "m (blocks of \(operandA.positionsPerBlock) rows)"
    let columns = "n (blocks of \(operandB.positionsPerBlock) columns)"
    let (outer, inner) = nest.order == .rowsOuter ? (rows, columns) : (columns, rows)
    let (outerOperand, innerOperand) = nest.order == .rowsOuter ? ("A", "B") : ("B", "A")
    func tile(_ operand: String, isResident: Bool) -> String {
      isResident ? "\(operand)'s tile stays in the GLB" : "\(operand) is fetched for every use"
    }
    return """
      DRAM      for \(outer) in groups of \(nest.groupSize): \(nest.groups)   # \(tile(outerOperand, isResident: nest.outerIsResident))
      DRAM      for \(inner): \(nest.innerBlocks)   # \(tile(innerOperand, isResident: nest.innerIsResident))
      GLB       for \(outer): \(min(nest.groupSize, nest.outerBlocks))   # rings: A \(plan.operandA.count), B \(plan.operandB.count) lines; bitmasks \(plan.rank0A.count) + \(plan.maskB.count)
      RF        for k: \(operandA.length)   # windows of \(kPerWindow)
      registers for the non-zeros of m (tiles of \(self.tile.rows) rows) and n (tiles of \(self.tile.columns) columns)
      spatial   for m: \(specification.gridRows) arrays x \(specification.arrayRows) MACs; for n: \(specification.gridColumns) arrays x \(specification.arrayColumns) MACs
      """
  }
}
