// SPDX-License-Identifier: Apache-2.0
import Hardware
import Statistics

/// What the arrays have to do for a layer and a tile shape, whatever the loop nest is.
struct DSTCWork {
  /// Steps of the array that has most.
  let steps: Int
  /// Cycles of the busiest bus of operand A, per pass over B's blocks, and of operand B, per pass over A's blocks.
  let busCyclesA: Int
  let busCyclesB: Int

  /// A sum over pairs of tiles is a product of sums over tiles, k by k.
  init(_ operandA: CondensedLayout, _ operandB: CondensedLayout, specification: DSTCSpecification) {
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
    steps = most
    let width = specification.values.integer("noc.bytes_per_cycle")
    busCyclesA =
      (0..<operandA.tiles).map { operandA.busCycles(ofGridPlace: $0, bytesPerCycle: width) }.max() ?? 0
    busCyclesB =
      (0..<operandB.tiles).map { operandB.busCycles(ofGridPlace: $0, bytesPerCycle: width) }.max() ?? 0
  }
}

/// What a mapping costs at least: traffic at every level, and the cycles that no run of it can beat.
struct DSTCMappingEstimate {
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

  init(
    _ program: LayerProgram, plan: BufferPlan, work: DSTCWork, specification: DSTCSpecification,
    tile: DSTCSpecification.TileShape, writesAreKnown: Bool
  ) {
    let nest = program.nest
    let aIsOuter = nest.order == .rowsOuter
    let outerFetches = nest.outerIsResident ? 1 : nest.innerBlocks
    let innerFetches = nest.innerIsResident ? nest.groups : nest.outerBlocks
    let (fetchesA, fetchesB) = aIsOuter ? (outerFetches, innerFetches) : (innerFetches, outerFetches)
    readLines = program.operandA.lines * fetchesA + program.operandB.lines * fetchesB
    let columns = Int(program.columnStarts.last ?? 0)
    let tileLines = lineCount(bytes: tile.rows * specification.outputBits / 8)
    writeLines = writesAreKnown ? columns * (program.rowCount + tile.rows - 1) / tile.rows * tileLines : 0
    let resultLines =
      writesAreKnown ? lineCount(bytes: columns * program.rowCount * specification.outputBits / 8) : 0
    let dataReads = Self.dataLines(program.operandA) * nest.columnBlocks + Self.dataLines(program.operandB) * nest.rowBlocks
    let dataFills = Self.dataLines(program.operandA) * fetchesA + Self.dataLines(program.operandB) * fetchesB
    let rate = specification.memory.rate(clockGHz: specification.clockGHz)
    let memoryCycles = rate.cycles(readLines: readLines, writtenLines: resultLines)
    bounds = [
      Bound(kind: "compute", cycles: Int64(work.steps)),
      Bound(kind: "glb_port", cycles: specification.buffer.portCycles(readLines: dataReads, filledLines: dataFills)),
      Bound(
        kind: "noc", cycles: Int64(max(work.busCyclesA * nest.columnBlocks, work.busCyclesB * nest.rowBlocks))),
      Bound(kind: "dram_bandwidth", cycles: memoryCycles),
      Bound(
        kind: "compulsory_traffic",
        cycles: rate.cycles(
          readLines: program.operandA.lines + program.operandB.lines,
          writtenLines: specification.memory.isTimed ? 0 : resultLines)),
    ]
    let blocks = nest.rowBlocks * nest.columnBlocks
    let drain = tile.columns * (tile.rows + specification.drainWordsPerCycle - 1) / specification.drainWordsPerCycle
    let exposedDrains = specification.isDoubleBuffered(tile) ? drain : blocks * drain
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
