// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// Rows of operand B that the buffer has read ahead, one in each cycle of a leap; in the past where it is not ahead.
struct LeaptRows {
  var from: Cycle = 0
  var until: Cycle = 0
  /// Where in operand B's ring the first of them lies.
  var firstSlot = 0
}

// Operand B comes first at every bank and port, so nothing keeps its rows from leaving one a cycle while their lines are
// there and stay. The other clients go on cycle by cycle, and find the banks taken that B has in theirs.
extension GlobalBuffer {
  /// How many of the next `most` rows of operand B are read one a cycle for certain.
  ///
  /// - Precondition: one was read in each of the last cycles.
  func leapableRows(_ most: Int) -> Int {
    let progress = operandB.progress
    guard hasDefaultOrder, rowsPerLine == 1, specification.portBytesPerCycle % Line.byteCount == 0,
      !specification.hasPortPerDirection, !progress.command.isLastUse, progress.waited == .nothing
    else { return 0 }
    let rows = min(most, Int(progress.command.rowCount - progress.done))
    for row in 0..<max(0, rows) where dataPresence[lineOfB(Int(progress.command.firstSlot + progress.done) + row)] == 0
    {
      return row
    }
    return max(0, rows)
  }

  /// The row that is read `index` rows after the next.
  func leapRow(_ index: Int) -> BufferRow {
    let slot = Int(operandB.progress.command.firstSlot + operandB.progress.done) + index
    return BufferRow(line: dataRows[lineOfB(slot)], blame: Blame(.glb, component: self.index))
  }

  /// Reads `count` rows of operand B, one a cycle from `cycle` on.
  func leap(_ count: Int, from cycle: Cycle) {
    leaptRows.pointee = LeaptRows(
      from: cycle, until: cycle + Cycle(count),
      firstSlot: Int(operandB.progress.command.firstSlot + operandB.progress.done))
    operandB.rows.stream(count, bytes: Line.byteCount, from: cycle)
    operandB.progress.done += Int32(count)
    state.dataReads += Int64(count)
  }

  /// Takes the bank and the bandwidth of the row that was read ahead in this cycle.
  func claimLeaptRow() {
    let line = lineOfB(leaptRows.pointee.firstSlot + Int(now - leaptRows.pointee.from))
    let isFree = claimRows(of: line, after: 0, isWrite: false) == 1
    precondition(isFree, "operand B comes first")
  }

  /// What a cycle of a leap came to: operand B was read, whatever the others did.
  func whileAhead(_ others: Activity) -> Activity {
    // The last cycle is ticked in any case, so that what it leaves of the port and the banks is right.
    let last = leaptRows.pointee.until - 1
    return others == .worked ? .worked : .working(until: now < last ? last : last + 1)
  }

  private func lineOfB(_ slot: Int) -> Int { plan.line(of: .operandB, slot: slot) }
}
