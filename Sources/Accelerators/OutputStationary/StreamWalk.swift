// SPDX-License-Identifier: Apache-2.0
import Hardware

extension LoopNest {
  /// Every order, group size (by doubling) and residence in which blocks of Z can be walked.
  static func candidates(rowBlocks: Int, columnBlocks: Int, _ k: KSplit) -> [LoopNest] {
    var nests: [LoopNest] = []
    for order in [Order.columnsOuter, .rowsOuter] {
      let outerBlocks = order == .rowsOuter ? rowBlocks : columnBlocks
      var sizes: [Int] = []
      var size = 1
      while size < outerBlocks {
        sizes.append(size)
        size *= 2
      }
      sizes.append(outerBlocks)
      for groupSize in sizes {
        for (outer, inner) in [(true, true), (true, false), (false, true), (false, false)] {
          nests.append(
            LoopNest(
              order: order, rowBlocks: rowBlocks, columnBlocks: columnBlocks, k: k, groupSize: groupSize,
              outerIsResident: outer, innerIsResident: inner))
        }
      }
    }
    return nests
  }
}

extension LayerProgram {
  /// Blocks of Z in the order in which they are finished.
  var tileBlocks: [TileBlock] {
    var blocks: [TileBlock] = []
    for group in 0..<nest.groups {
      for inner in 0..<nest.innerBlocks {
        for outer in group * nest.groupSize..<min((group + 1) * nest.groupSize, nest.outerBlocks) {
          let (row, column) = nest.order == .rowsOuter ? (outer, inner) : (inner, outer)
          blocks.append(
            TileBlock(
              firstRow: row * rowsPerBlock, rows: rows(inBlock: row), firstColumn: Int(columnStarts[column]),
              columns: columns(inBlock: column)))
        }
      }
    }
    return blocks
  }
}
