// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Testing

@testable import Hardware

struct CollectorTests {
  private func collect(
    arrays: Int, wordsPerCycle: Int, delays: [[Cycle]] = [], spilled: Set<Int> = []
  ) throws -> (columns: Sink<BlockColumn>, spills: Sink<BlockColumn>, words: Int64?) {
    let bench = Bench()
    let collector = Collector(in: bench.clock, arrays: arrays, wordsPerCycle: wordsPerCycle)
    for array in 0..<arrays {
      let parts = (0..<4).map { column in
        var sums = SIMD16<Int32>()
        for row in 0..<16 { sums[row] = Int32(column * 1000 + row * arrays + array) }
        return SumColumn(
          sums: sums, column: Int32(column), rowBlock: 3, isSpilled: spilled.contains(column),
          blame: Blame(.registers, component: 0))
      }
      bench.drive(
        collector.arrays[array], "array\(array)", parts, at: array < delays.count ? delays[array] : [], capacity: 2)
    }
    let columns = bench.listen(to: collector.columns, "columns", capacity: 2)
    let spills = bench.listen(to: collector.spills, "spills", capacity: 2)
    try bench.run()
    return (columns, spills, collector.actionCounts.first?.count)
  }

  @Test(arguments: 1...4)
  func `the arrays' rows are put back in the block's order`(arrays: Int) throws {
    let (columns, spills, words) = try collect(arrays: arrays, wordsPerCycle: 64)
    #expect(columns.times == [2, 3, 4, 5])
    #expect(spills.messages.isEmpty)
    #expect(words == Int64(4 * 16 * arrays))
    for (index, column) in columns.messages.enumerated() {
      #expect(column.column == Int32(index) && column.rowBlock == 3)
      for row in 0..<16 * arrays { #expect(column.sums[row] == Int32(index * 1000 + row)) }
    }
  }

  @Test(arguments: [(64, 1), (63, 2), (32, 2), (16, 4), (1, 64)])
  func `a column occupies the network for its sums`(wordsPerCycle: Int, cycles: Int64) throws {
    let (columns, _, _) = try collect(arrays: 4, wordsPerCycle: wordsPerCycle)
    #expect(columns.times == (1...4).map { 1 + cycles * $0 })
  }

  @Test func `partial sums leave by their own way, in the same order`() throws {
    let (columns, spills, _) = try collect(arrays: 2, wordsPerCycle: 64, spilled: [0, 2])
    #expect(columns.messages.map(\.column) == [1, 3] && columns.times == [3, 5])
    #expect(spills.messages.map(\.column) == [0, 2] && spills.times == [2, 4])
  }

  @Test func `a column leaves when the last array has delivered its part`() throws {
    let (columns, _, _) = try collect(
      arrays: 3, wordsPerCycle: 64, delays: [[0, 0, 9, 0], [5, 0, 0, 0], [0, 7, 0, 0]])
    #expect(columns.times == [7, 9, 11, 12])
  }
}
