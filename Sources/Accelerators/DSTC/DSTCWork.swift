// SPDX-License-Identifier: Apache-2.0

extension StreamWork {
  /// What DSTC's arrays do with tiles of these operands; a sum over pairs of tiles is a product of sums, k by k.
  init(_ operandA: CondensedLayout, _ operandB: CondensedLayout, on specification: DSTCSpecification) {
    let rows = (0..<operandA.tiles).map { operandA.chunks(ofGridPlace: $0, width: specification.arrayRows) }
    let columns = (0..<operandB.tiles).map { operandB.chunks(ofGridPlace: $0, width: specification.arrayColumns) }
    var most = 0
    for row in rows {
      for column in columns {
        var steps = 0
        for k in 0..<operandA.length { steps += Int(row[k]) * Int(column[k]) }
        most = max(most, steps)
      }
    }
    let width = specification.values.integer("noc.bytes_per_cycle")
    func busCycles(_ operand: CondensedLayout) -> Int {
      (0..<operand.tiles).map { operand.busCycles(ofGridPlace: $0, bytesPerCycle: width) }.max() ?? 0
    }
    let tile = DSTCSpecification.TileShape(rows: operandA.tileSize, columns: operandB.tileSize)
    let words = specification.drainWordsPerCycle
    self.init(
      steps: most, busCyclesA: busCycles(operandA), busCyclesB: busCycles(operandB),
      drainCycles: tile.columns * ((tile.rows + words - 1) / words), hidesDrains: specification.isDoubleBuffered(tile))
  }
}
