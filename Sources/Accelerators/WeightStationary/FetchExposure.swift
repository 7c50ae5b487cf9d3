// SPDX-License-Identifier: Apache-2.0
import Hardware

/// What a mapping is expected to lose because tiles cannot be fetched early enough: an estimate that only ranks
/// mappings, never a result.
///
/// A resident tile is freed during its last use. Its successor can be fetched early as far as the ring has room beside
/// it; the rest comes while the last use frees lines. What does not fit in that time, at memory's rate, beside the other
/// operand's stream and beside what the buffer's port reads meanwhile, is waited for. The layer's first tiles are waited
/// for in any case.
struct FetchExposure {
  let cycles: Int

  private struct Side {
    let tileLines: Int
    let blockLines: Int
    let ringLines: Int
    let isResident: Bool
  }

  /// The rates that limit a fetch, in bytes per cycle.
  struct Rates {
    let memory: Int
    /// Of the buffer's port, which reads and fills share.
    let port: Int
    /// What the port reads while the arrays are busy.
    let reads: Int
    /// Of the network that carries operand A to the arrays.
    let operandA: Int
  }

  init(_ program: LayerProgram, plan: BufferPlan, rates: Rates, rowBytes: Int) {
    let nest = program.nest
    let aIsOuter = nest.order == .rowsOuter
    let outerOperand = aIsOuter ? program.operandA : program.operandB
    let innerOperand = aIsOuter ? program.operandB : program.operandA
    let group = min(nest.groupSize, nest.outerBlocks)
    let parts = nest.k.parts
    let outer = Self.side(
      outerOperand, blocks: nest.outerBlocks * parts, tileBlocks: group, plan: plan, isResident: nest.outerIsResident)
    let inner = Self.side(
      innerOperand, blocks: nest.innerBlocks * parts, tileBlocks: 1, plan: plan, isResident: nest.innerIsResident)
    let columns = Int(program.columnStarts.last ?? 0)
    let blockCycles = max(1, columns * nest.k.windows / nest.columnBlocks / parts)
    func fetchCycles(_ lines: Int) -> Int { lines * Line.byteCount / rates.memory }
    func wait(_ lines: Int, during time: Int, beside other: Int) -> Int {
      let atPort = ((lines + other) * Line.byteCount + time * rates.reads) / rates.port
      return max(0, fetchCycles(lines + other) - time, atPort - time)
    }
    // The first block waits for its share of both operands; the rest of the first group for the outer operand.
    var exposed = wait(inner.blockLines + outer.blockLines, during: blockCycles, beside: 0)
    if outer.isResident {
      exposed += (group - 1) * wait(outer.blockLines, during: blockCycles, beside: 0)
      let late = max(0, outer.tileLines - max(0, outer.ringLines - outer.tileLines))
      exposed += (nest.groups * parts - 1) * wait(late, during: group * blockCycles, beside: inner.blockLines)
    }
    if inner.isResident {
      let late = max(0, inner.tileLines - max(0, inner.ringLines - inner.tileLines))
      let other = outer.isResident ? 0 : outer.blockLines
      exposed += (nest.groups * nest.innerBlocks * parts - 1) * wait(late, during: blockCycles, beside: other)
    }
    // The next window loads while this one streams: a block narrower than a load and its way to the arrays waits.
    let columnsPerBlock = columns / nest.columnBlocks
    let loadBytes = min(program.rowsPerBlock, program.rowCount) * rowBytes
    let loadCycles = (loadBytes + rates.operandA - 1) / rates.operandA + Self.loadLatency
    let steps = nest.rowBlocks * nest.columnBlocks * nest.k.windows
    exposed += steps * max(0, loadCycles - columnsPerBlock)
    // A spilled column leaves at memory's rate, and one that comes back takes a cycle for every array, where the
    // arrays could take a column a cycle.
    let spilledColumns = (parts - 1) * nest.rowBlocks * columns
    let spill = max(0, fetchCycles(program.arrays) - 1)
    cycles = exposed + spilledColumns * (spill + program.arrays - 1)
  }

  /// Cycles from a bank's release to its first row: command, bus, network.
  private static let loadLatency = 4

  private static func side(
    _ operand: OperandDirectory, blocks: Int, tileBlocks: Int, plan: BufferPlan, isResident: Bool
  ) -> Side {
    let block = operand.lines / max(1, blocks)
    let ring = operand.streams.reduce(0) { $0 + plan.region(of: $1.ring).count }
    return Side(tileLines: block * tileBlocks, blockLines: block, ringLines: ring, isResident: isResident)
  }
}
