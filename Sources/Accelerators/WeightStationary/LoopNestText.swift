// SPDX-License-Identifier: Apache-2.0
import Hardware
import Sparsity

/// A mapping as a loop nest, a line a level, outermost first.
struct LoopNestText: CustomStringConvertible {
  let program: LayerProgram
  let plan: BufferPlan
  let specification: WeightStationarySpecification
  /// Positions of K in a window, and the pattern of operand B's blocks where the design has one.
  private let positions: Int
  private let operandB: Pattern?

  init(
    _ mapping: WeightStationaryMapping, positions: Int, operandB: Pattern?,
    specification: WeightStationarySpecification
  ) {
    program = mapping.program
    plan = mapping.plan
    self.specification = specification
    self.positions = positions
    self.operandB = operandB
  }

  var description: String {
    let nest = program.nest
    let rows = "m (blocks of \(program.rowsPerBlock) rows)"
    let widest = (0..<nest.columnBlocks).map(program.columns(inBlock:)).max() ?? 0
    let columns = "n (blocks of up to \(widest) columns)"
    let (outer, inner) = nest.order == .rowsOuter ? (rows, columns) : (columns, rows)
    let (outerOperand, innerOperand) = nest.order == .rowsOuter ? ("A", "B") : ("B", "A")
    func tile(_ operand: String, isResident: Bool) -> String {
      isResident ? "\(operand)'s tile stays in the GLB" : "\(operand) is fetched for every use"
    }
    let parts = nest.k.parts
    let cut = parts == 1 ? "" : "DRAM      for k in parts: \(parts)   # sums are spilled between parts\n"
    let k = parts == 1 ? "\(nest.k.windows)" : "up to \(nest.k.windows(ofPart: parts - 1))"
    // Rings of metadata: operand A's ranks from the highest down, then operand B.
    let higher = specification.metadataRanks.ofA.filter { $0 > 1 }.map { plan.region(of: .metadataA(ofRank: $0)) }
    let metadata = (higher + [plan.rank1A, plan.rank0A, plan.maskB]).map { "\($0.count)" }.joined(separator: " + ")
    let row = specification.design.row
    let choices = row.kept.dropLast(2).map { " x \($0) choices" }.joined()
    return cut + """
      DRAM      for \(outer) in groups of \(nest.groupSize): \(nest.groups)   # \(tile(outerOperand, isResident: nest.outerIsResident))
      DRAM      for \(inner): \(nest.innerBlocks)   # \(tile(innerOperand, isResident: nest.innerIsResident))
      GLB       for \(outer): \(min(nest.groupSize, nest.outerBlocks))   # rings: A \(plan.operandA.count), B \(plan.operandB.count) lines; metadata \(metadata)
      RF        for k (windows of \(positions)): \(k)
      registers for n (columns): \(widest)
      spatial   for m: \(specification.arrays) arrays x \(WeightStationarySpecification.rowsPerArray) rows; for k: \(row.groups) groups\(choices) x \(row.blocksPerGroup) PEs x \(row.valuesPerBlock) MACs
      """ + (operandB.map { "\noperand B runs as \($0)" } ?? "")
  }
}
