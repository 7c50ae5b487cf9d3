// SPDX-License-Identifier: Apache-2.0
import Hardware
import Statistics

/// What the arrays have to do for a layer, whatever the loop nest is.
struct StreamWork {
  /// Steps of the array that has most.
  let steps: Int
  /// Cycles of the busiest bus of operand A, per pass over B's blocks, and of operand B, per pass over A's blocks.
  let busCyclesA: Int
  let busCyclesB: Int
  /// Cycles in which a block's sums leave, and whether the next block hides them.
  let drainCycles: Int
  let hidesDrains: Bool
}

/// What a machine whose outputs stay is to the cost of a mapping.
struct StreamResources {
  let buffer: GlobalBuffer.Specification
  let memory: MemoryModel
  let clockGHz: Double
  let outputBits: Int
}

/// What a mapping costs at least: traffic at every level, and the cycles that no run of it can beat.
struct StreamMappingEstimate {
  /// Lines fetched from DRAM, data and metadata, and lines certainly written to it.
  let readLines: Int
  let writeLines: Int
  let bounds: [Bound]
  /// Cycles that the arrays are expected to wait for drains and for tiles that could not be fetched early enough.
  let exposedCycles: Int64

  /// The largest bound.
  var boundCycles: Int64 { bounds.map(\.cycles).max() ?? 0 }

  /// Orders mappings: expected cycles first, then bytes moved.
  var rank: (cycles: Int64, lines: Int) { (boundCycles + exposedCycles, readLines + writeLines) }

  /// - Parameter writesAreKnown: whether the result takes a whole line wherever it has values; compressed, it may take
  ///   none, and does not count towards a bound.
  init(
    _ program: LayerProgram, plan: BufferPlan, work: StreamWork, on machine: StreamResources, writesAreKnown: Bool
  ) {
    let nest = program.nest
    let aIsOuter = nest.order == .rowsOuter
    let outerFetches = nest.outerIsResident ? 1 : nest.innerBlocks
    let innerFetches = nest.innerIsResident ? nest.groups : nest.outerBlocks
    let (fetchesA, fetchesB) = aIsOuter ? (outerFetches, innerFetches) : (innerFetches, outerFetches)
    readLines = program.operandA.lines * fetchesA + program.operandB.lines * fetchesB
    let columns = Int(program.columnStarts.last ?? 0)
    writeLines =
      writesAreKnown ? lineCount(bytes: columns * program.rowCount * machine.outputBits / 8) : 0
    let dataReads =
      Self.dataLines(program.operandA) * nest.columnBlocks + Self.dataLines(program.operandB) * nest.rowBlocks
    let dataFills = Self.dataLines(program.operandA) * fetchesA + Self.dataLines(program.operandB) * fetchesB
    let rate = machine.memory.rate(clockGHz: machine.clockGHz)
    let memoryCycles = rate.cycles(readLines: readLines, writtenLines: writeLines)
    bounds = [
      Bound(kind: "compute", cycles: Int64(work.steps)),
      Bound(kind: "glb_port", cycles: machine.buffer.portCycles(readLines: dataReads, filledLines: dataFills)),
      Bound(
        kind: "noc", cycles: Int64(max(work.busCyclesA * nest.columnBlocks, work.busCyclesB * nest.rowBlocks))),
      Bound(kind: "dram_bandwidth", cycles: memoryCycles),
      Bound(
        kind: "compulsory_traffic",
        cycles: rate.cycles(
          readLines: program.operandA.lines + program.operandB.lines,
          writtenLines: machine.memory.isTimed ? 0 : writeLines)),
    ]
    let blocks = nest.rowBlocks * nest.columnBlocks
    let exposedDrains = (work.hidesDrains ? 1 : blocks) * work.drainCycles
    let late =
      Self.lateLines(program.operandA, isOuter: aIsOuter, region: plan.operandA.count, nest: nest)
      + Self.lateLines(program.operandB, isOuter: !aIsOuter, region: plan.operandB.count, nest: nest)
    let busy = max(Int64(work.steps), memoryCycles) / Int64(blocks)
    let tileCycles = rate.cycles(readLines: late.lines, writtenLines: 0)
    exposedCycles = Int64(exposedDrains) + Int64(late.times) * max(0, tileCycles - busy)
  }

  private static func dataLines(_ operand: OperandDirectory) -> Int {
    operand.streams.reduce(0) { $1.ring.isData ? $0 + Int($1.lineStarts.last ?? 0) : $0 }
  }

  /// Lines of a resident tile that cannot be fetched before the last one is freed, and how often that happens.
  private static func lateLines(
    _ operand: OperandDirectory, isOuter: Bool, region: Int, nest: LoopNest
  ) -> Late {
    guard isOuter ? nest.outerIsResident : nest.innerIsResident else { return Late(lines: 0, times: 0) }
    let blocks = isOuter ? nest.outerBlocks : nest.innerBlocks
    let tile = dataLines(operand) * (isOuter ? min(nest.groupSize, blocks) : 1) / blocks
    return Late(
      lines: max(0, 2 * tile - region), times: isOuter ? nest.groups - 1 : nest.groups * nest.innerBlocks - 1)
  }

  private struct Late {
    let lines: Int
    let times: Int

    static func + (first: Late, second: Late) -> Late {
      Late(lines: first.lines + second.lines, times: max(first.times, second.times))
    }
  }
}

extension GlobalBuffer.Specification {
  /// Cycles in which the port reads and fills so many lines of data at least.
  func portCycles(readLines: Int, filledLines: Int) -> Int64 {
    // The buffer passes a row on as it begins to cross the port: the last one begins after all others.
    func crossing(_ lines: Int) -> Int { max(0, lines - 1) * Line.byteCount / portBytesPerCycle + 1 }
    let lines = readLines + filledLines
    let atBanks = hasBankConflicts ? (lines * Line.byteCount + bankBytesPerCycle - 1) / bankBytesPerCycle : 0
    let atPort = hasPortPerDirection ? max(crossing(readLines), crossing(filledLines)) : crossing(lines)
    return Int64(max(atPort, atBanks))
  }
}
