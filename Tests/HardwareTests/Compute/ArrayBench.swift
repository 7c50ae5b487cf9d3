// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

@testable import Hardware

/// An array with its inputs driven and its sums taken.
struct ArrayBench {
  let bench = Bench()
  let array: PEArray
  let windows: Source<OperandWindow>
  let rows: Source<StationaryRow>
  let sums: Sink<SumColumn>

  /// Index that the array blames when its sums cannot leave.
  static let collectorIndex = 33

  init(
    _ specification: PEArray.Specification, _ blocks: [StepBlock], windowTimes: [Cycle] = [], rowTimes: [Cycle] = [],
    reloads: [SumColumn] = [], sumsFrom start: Cycle = 0, sumsEvery every: Cycle = 1, sumCapacity: Int = 2
  ) {
    array = PEArray(in: bench.clock, name: "array", specification)
    array.collectorIndex = Self.collectorIndex
    windows = bench.drive(array.windows, "windows", blocks.flatMap(\.windows), at: windowTimes, capacity: 2)
    rows = bench.drive(array.stationary, "rows", blocks.flatMap(\.rows), at: rowTimes, capacity: 2)
    bench.drive(array.reloads, "reloads", reloads, capacity: 2)
    sums = bench.listen(to: array.sums, "sums", from: start, every: every, perCycle: 1, capacity: sumCapacity)
  }

  /// Runs to the end; returns the ledger as lane-cycles by cause and number of the part at fault, and the cycles.
  func run() throws -> (ledger: [String: Int64], cycles: Int64) {
    try bench.run()
    let cycles = bench.clock.cycle + 1
    array.closeLedger(cycles: cycles)
    let names = (0..<64).map(String.init)
    var ledger: [String: Int64] = [:]
    for entry in array.ledgerEntries(names: names) {
      ledger["\(entry.cause.rawValue) \(entry.blamed)", default: 0] += entry.laneCycles
    }
    return (ledger, cycles)
  }
}
