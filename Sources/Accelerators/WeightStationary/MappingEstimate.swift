// SPDX-License-Identifier: Apache-2.0
import Hardware
import Sparsity
import Statistics

/// What a mapping costs at least: traffic at every level, and the cycles that no run of it can beat.
struct MappingEstimate {
  /// Lines fetched from DRAM, data and metadata, and lines certainly written to it.
  let readLines: Int
  let writeLines: Int
  let bounds: [Bound]
  /// Cycles that the arrays are expected to wait for tiles that could not be fetched early enough; 0 until the buffer is
  /// divided (`expose`).
  private(set) var exposedCycles: Int64 = 0
  private let rates: FetchExposure.Rates
  private let rowBytes: Int

  /// The largest bound.
  var boundCycles: Int64 { bounds.map(\.cycles).max() ?? 0 }

  /// Orders mappings: expected cycles first, then bytes moved.
  var rank: (cycles: Int64, lines: Int) { (boundCycles + exposedCycles, readLines + writeLines) }

  /// Cycles that the buffer's port takes at least.
  private static func portCycles(
    _ traffic: MappingTraffic, bufferLines: Int, _ buffer: GlobalBuffer.Specification
  ) -> Int {
    // The buffer passes a row on as it begins to cross the port: the last one begins after all others. Where metadata
    // shares the port, its words slip in between the bytes of a row.
    let slack = (buffer.hasPortPerDirection ? 2 : 1) * Line.byteCount
    func crossing(_ bytes: Int) -> Int { max(0, bytes - slack) / buffer.portBytesPerCycle + 1 }
    let atBanks = buffer.hasBankConflicts ? cycles(bufferLines * Line.byteCount, per: buffer.bankBytesPerCycle) : 0
    guard buffer.hasPortPerDirection else { return max(crossing(bufferLines * Line.byteCount), atBanks) }
    return max(
      crossing(traffic.bufferReadLines * Line.byteCount + traffic.metadataReadBytes),
      crossing(traffic.bufferFillLines * Line.byteCount + traffic.metadataFillBytes), atBanks)
  }

  /// - Parameters:
  ///   - rowBytes: bytes of operand A that a row's registers load for a window.
  ///   - writesAreKnown: whether the result takes a whole line wherever it has values; compressed, it may take
  ///     none, and does not count towards a bound.
  init(
    _ program: LayerProgram, specification: WeightStationarySpecification, rowBytes: Int, wordBytes: Int,
    writesAreKnown: Bool
  ) {
    self.rowBytes = rowBytes
    let traffic = MappingTraffic(program)
    let nest = program.nest
    readLines = traffic.linesA + traffic.linesB + traffic.spilledLines
    let columns = Int(program.columnStarts.last ?? 0)
    let resultLines =
      writesAreKnown
      ? columns
        * (0..<nest.rowBlocks).reduce(0) {
          $0 + lineCount(bytes: program.rows(inBlock: $1) * specification.outputBits / 8)
        } : 0
    writeLines = resultLines + traffic.spilledLines
    let streamed = columns * nest.k.windows * nest.rowBlocks
    let loadedRows = program.rowCount * nest.k.windows * nest.columnBlocks
    let rate = specification.memory.rate(clockGHz: specification.clockGHz)
    rates = FetchExposure.Rates(
      memory: max(1, Int(rate.readBytesPerCycle)), port: specification.buffer.portBytesPerCycle,
      reads: traffic.bufferReadLines * Line.byteCount / max(1, streamed),
      operandA: specification.network.operandABytesPerCycle)
    let bufferLines = traffic.bufferReadLines + traffic.bufferFillLines
    bounds = [
      Bound(kind: "compute", cycles: Int64(streamed)),
      Bound(
        kind: "hss_closed_form",
        // Of a window's positions, the densities of both patterns leave each lane of a row one product.
        cycles: Int64(
          cycles(
            program.rowCount * columns * nest.k.windows * WeightStationarySpecification.lanesPerRow,
            per: specification.lanes))),
      Bound(
        kind: "glb_port",
        cycles: Int64(
          Self.portCycles(traffic, bufferLines: bufferLines, specification.buffer))),
      Bound(
        kind: "noc",
        cycles: Int64(
          specification.network.leastCycles(
            windows: streamed, windowBytes: program.windowWords * wordBytes, rows: loadedRows, rowBytes: rowBytes))),
      Bound(
        kind: "dram_bandwidth",
        cycles: rate.cycles(readLines: readLines, writtenLines: writeLines)),
      Bound(
        kind: "compulsory_traffic",
        cycles: rate.cycles(
          readLines: program.operandA.lines + program.operandB.lines,
          writtenLines: specification.memory.isTimed ? 0 : resultLines)),
    ]
  }
}

extension MappingEstimate {
  /// Adds what the arrays are expected to wait where the buffer is divided by `plan`.
  mutating func expose(_ program: LayerProgram, plan: BufferPlan) {
    exposedCycles = Int64(FetchExposure(program, plan: plan, rates: rates, rowBytes: rowBytes).cycles)
  }
}

/// Cycles that `amount` takes at `rate` a cycle.
private func cycles(_ amount: Int, per rate: Int) -> Int { (amount + rate - 1) / rate }

/// How often a mapping moves what.
private struct MappingTraffic {
  /// Lines of each operand, data and metadata, fetched over the layer.
  let linesA: Int
  let linesB: Int
  /// Lines of the data banks that are written and read.
  let bufferFillLines: Int
  let bufferReadLines: Int
  /// Bytes of the metadata banks that are read at least, and written.
  let metadataReadBytes: Int
  let metadataFillBytes: Int
  /// Lines of sums that are written, and read back, between the parts of K.
  let spilledLines: Int

  init(_ program: LayerProgram) {
    let nest = program.nest
    // An outer tile that is not resident is fetched for every inner block; an inner one for every outer block, or
    // where it is resident for every group.
    let outerFetches = nest.outerIsResident ? 1 : nest.innerBlocks
    let innerFetches = nest.innerIsResident ? nest.groups : nest.outerBlocks
    let aIsOuter = nest.order == .rowsOuter
    let fetchesA = aIsOuter ? outerFetches : innerFetches
    let fetchesB = aIsOuter ? innerFetches : outerFetches
    let (rows, columns) = (0..<nest.rowBlocks, 0..<nest.columnBlocks)
    let fieldsA = rows.map { program.rows(inBlock: $0) }
    let fieldsB = columns.map { program.columns(inBlock: $0) }
    metadataReadBytes =
      nest.k.windows
      * (program.operandA.metadataBytes(fields: fieldsA) * nest.columnBlocks
        + program.operandB.metadataBytes(fields: fieldsB) * nest.rowBlocks)
    metadataFillBytes =
      Line.byteCount * (program.operandA.metadataLines * fetchesA + program.operandB.metadataLines * fetchesB)
    linesA = program.operandA.lines * fetchesA
    linesB = program.operandB.lines * fetchesB
    spilledLines = program.spilledLines * (nest.k.parts - 1)
    bufferFillLines =
      spilledLines + program.operandA.dataLines * fetchesA + program.operandB.dataLines * fetchesB
    bufferReadLines =
      spilledLines + program.operandA.dataLines * nest.columnBlocks + program.operandB.dataLines * nest.rowBlocks
  }
}

extension OperandDirectory {
  /// Lines of all streams, once.
  var lines: Int { streams.reduce(0) { $0 + Int($1.lineStarts.last ?? 0) } }
  /// Lines of metadata, once.
  fileprivate var metadataLines: Int { lines - dataLines }
  /// Bytes, in words of 64 bits, of a window's metadata over all blocks, which have `fields` each.
  fileprivate func metadataBytes(fields: [Int]) -> Int {
    streams.reduce(0) { sum, stream in
      stream.ring.isData ? sum : fields.reduce(sum) { $0 + ($1 * stream.fieldBits + 63) / 64 * 8 }
    }
  }
  /// Lines of the values alone, once.
  fileprivate var dataLines: Int { streams.reduce(0) { $1.ring.isData ? $0 + Int($1.lineStarts.last ?? 0) : $0 } }
}
