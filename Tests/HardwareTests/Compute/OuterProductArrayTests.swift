// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics
import Testing

@testable import Hardware

/// An outer-product array by itself: how long its steps take, what they sum, and what the ledger says.
struct OuterProductArrayTests {
  /// One k: positions of the non-zeros of A and of B; every word is its position + 1.
  private typealias Step = (a: [Int], b: [Int])

  private func specification(
    banks: (rows: Int, columns: Int) = (16, 16), queue: Int = 0, conflicts: Bool = true, isDoubleBuffered: Bool = false
  ) -> OuterProductArray.Specification {
    OuterProductArray.Specification(
      rows: 16, columns: 16, tileRows: 32, tileColumns: 32, wordBits: 8, sums: 2048, buffers: 1,
      isDoubleBuffered: isDoubleBuffered, bankRows: banks.rows, bankColumns: banks.columns, bankQueueEntries: queue,
      hasBankConflicts: conflicts, drainWordsPerCycle: 32, accumulateCycles: 1)
  }

  private func vector(_ positions: [Int], first: Bool, last: Bool, extent: Int) -> CondensedVector {
    var vector = CondensedVector(
      words: InlineArray(repeating: 0), mask: 0, first: 0, extent: Int32(extent), flags: [.lastTile],
      blame: Blame(.glb, component: 0))
    for (index, position) in positions.enumerated() {
      vector.words[index] = Int16(position + 1)
      vector.mask |= 1 << UInt64(position)
    }
    if first { vector.flags.insert(.first) }
    if last { vector.flags.insert(.last) }
    return vector
  }

  private func run(
    _ steps: [Step], _ specification: OuterProductArray.Specification, extent: Int = 32
  ) throws -> (sums: [[Int32]], ledger: [Cause: Int64], firstColumn: Cycle, cycles: Cycle) {
    let bench = Bench()
    let array = OuterProductArray(in: bench.clock, name: "array", specification)
    func vectors(_ positions: (Step) -> [Int]) -> [CondensedVector] {
      steps.enumerated().map {
        vector(positions($1), first: $0 == 0, last: $0 == steps.count - 1, extent: extent)
      }
    }
    bench.drive(array.rows, "rows", vectors(\.a), capacity: 4)
    bench.drive(array.columns, "columns", vectors(\.b), capacity: 4)
    let sink = bench.listen(to: array.sums, "sums", capacity: 4)
    try bench.run()
    let cycles = bench.clock.cycle + 1
    array.closeLedger(cycles: cycles)
    var ledger: [Cause: Int64] = [:]
    for entry in array.ledgerEntries(names: bench.simulation.components.map(\.name)) {
      ledger[entry.cause, default: 0] += entry.laneCycles
    }
    #expect(ledger.values.reduce(0, +) == 256 * cycles)
    let sums = sink.messages.map { column in (0..<extent).map { column.sums[$0] } }
    return (sums, ledger, sink.times[0], cycles)
  }

  @Test func `products are summed at the places that the masks name`() throws {
    let steps: [Step] = [([0, 5, 31], [2, 30]), ([5], [2, 3]), ([], [1]), ([7], [])]
    let (sums, ledger, _, _) = try run(steps, specification())
    for column in 0..<32 {
      for row in 0..<32 {
        let expected = steps.reduce(0) {
          $0 + ($1.a.contains(row) && $1.b.contains(column) ? (row + 1) * (column + 1) : 0)
        }
        #expect(sums[column][row] == Int32(expected))
      }
    }
    #expect(ledger[.effectual] == 8)
  }

  @Test(
    arguments: [(1, 1, 1), (16, 16, 1), (17, 1, 2), (17, 17, 4), (32, 32, 4), (0, 32, 0), (32, 0, 0), (16, 31, 2)])
  func `a k takes as many steps as its rounded-up vectors, none if one is empty`(a: Int, b: Int, steps: Int) throws {
    let ks: [Step] = [Step](repeating: (Array(0..<a), Array(0..<b)), count: 5) + [([0], [0])]
    let (_, ledger, firstColumn, _) = try run(ks, specification(conflicts: false))
    #expect(ledger[.effectual] == Int64(5 * a * b + 1))
    let rounding = Int64(5 * (256 * steps - a * b) + 255)
    #expect(ledger[.paddingPattern, default: 0] == rounding)
    // Vectors arrive at cycle 1, four at a time; the last step's sums are drained two cycles after it.
    #expect(firstColumn >= Cycle(5 * steps + 3))
    if steps > 0 { #expect(firstColumn == Cycle(5 * steps + 4)) }
  }

  @Test func `a dense vector of a ragged tile is padded by the shape, a sparse one by rounding`() throws {
    let dense = try run([(Array(0..<20), Array(0..<20))], specification(conflicts: false), extent: 20).ledger
    #expect(dense[.paddingShape, default: 0] == 4 * 256 - 400 && dense[.paddingPattern, default: 0] == 0)
    let sparse = try run([(Array(0..<3), Array(0..<20))], specification(conflicts: false), extent: 20).ledger
    #expect(sparse[.effectual, default: 0] == 60)
    // The last step of 16 columns has 12 that Z does not have, and each step 12 rows, of which the last 12 are ragged.
    #expect((sparse[.paddingShape] ?? 0) + (sparse[.paddingPattern] ?? 0) == 2 * 256 - 60)
    #expect(sparse[.paddingPattern, default: 0] == 20)
  }

  /// Rows 0 and 16 share a row of 16 banks: a step that has both puts two products before each of its banks.
  @Test(arguments: [0, 1, 4, 100])
  func `products that meet in a bank wait once its queue is full`(queue: Int) throws {
    let ks: [Step] = [Step](repeating: ([0, 16], [3]), count: 10)
    let free = try run(ks, specification(conflicts: false))
    let (sums, ledger, _, cycles) = try run(ks, specification(queue: queue))
    #expect(sums == free.sums)
    // Each k brings two products and a cycle works off one: a cycle's wait for every k but the first, less the queue.
    #expect(ledger[.outputBackpressure, default: 0] / 256 == Int64(max(0, 9 - queue)))
    #expect(cycles >= free.cycles)
  }

  @Test func `rows of different remainders never meet`() throws {
    let ks: [Step] = [Step](repeating: (Array(8..<24), Array(3..<19)), count: 10)
    let ledger = try run(ks, specification()).ledger
    #expect(ledger[.outputBackpressure] == nil)
  }
}
