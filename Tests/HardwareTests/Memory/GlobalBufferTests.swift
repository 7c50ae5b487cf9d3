// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Testing

@testable import Hardware

/// Data banks: what is read, when, and what one access costs the others. All sends are in cycle 0 unless said
/// otherwise, so that commands and lines are at the buffer in cycle 1.
struct GlobalBufferTests {
  private typealias Fill = BufferBench.Fill
  private typealias Read = BufferBench.Read

  @Test(arguments: [1, 2, 7])
  func `a row arrives the access latency after it is read, and one follows every cycle`(latency: Int) throws {
    // Two fills a cycle: rows 2i and 2i + 1 are written in cycle 1 + i and can be read from 2 + i on.
    let bench = BufferBench(
      latency: latency, fills: BufferBench.fills(.operandB, 8), fillsPerCycle: 2,
      reads: [.operandB: [Read(first: 0, rows: 8, time: 10)]])
    try bench.run()
    #expect(bench.operandB.times == (0..<8).map { 11 + Int64(latency) + $0 })
    #expect(bench.operandB.lines == (0..<8).map { Line(number: $0).bytes })
  }

  @Test func `a row whose line has not come makes its port wait, and goes on with the line`() throws {
    let fills = [
      Fill(ring: .operandB, slot: 0, line: Line(number: 0), time: 3),
      Fill(ring: .operandB, slot: 1, line: Line(number: 1), time: 20),
    ]
    let bench = BufferBench(fills: fills, reads: [.operandB: [Read(first: 0, rows: 2)]])
    try bench.run()
    // Sent in 3, written in 4, read in 5, there in 6.
    #expect(bench.operandB.times == [6, 23])
    let blame = Blame(.dram, component: BufferBench.memoryIndex)
    #expect(bench.operandB.messages.map(\.blame) == [blame, blame])
  }

  @Test func `a line that was there puts the blame on the buffer`() throws {
    let bench = BufferBench(
      fills: BufferBench.fills(.operandB, 2), reads: [.operandB: [Read(first: 0, rows: 2, time: 10)]])
    try bench.run()
    #expect(
      bench.operandB.messages.map(\.blame) == Array(repeating: Blame(.glb, component: bench.buffer.index), count: 2))
  }

  @Test func `rows of different banks are read at once, of the same bank one after the other, operand B first`() throws
  {
    // Operand A begins at line 0, operand B at line 16: with two banks, slots of equal parity share a bank.
    func times(firstA: Int, firstB: Int, banks: Int) throws -> (a: [Int64], b: [Int64]) {
      let bench = BufferBench(
        dataBanks: banks, fills: BufferBench.fills(.operandA, 8) + BufferBench.fills(.operandB, 8), fillsPerCycle: 16,
        reads: [
          .operandA: [Read(first: firstA, rows: 4, time: 20)], .operandB: [Read(first: firstB, rows: 4, time: 20)],
        ])
      try bench.run()
      return (bench.operandA.times, bench.operandB.times)
    }
    let apart = try times(firstA: 1, firstB: 0, banks: 2)
    #expect(apart.a == [22, 23, 24, 25] && apart.b == [22, 23, 24, 25])
    // A loses the first cycle and follows B a bank behind from then on.
    let together = try times(firstA: 0, firstB: 0, banks: 2)
    #expect(together.b == [22, 23, 24, 25] && together.a == [23, 24, 25, 26])
    let single = try times(firstA: 0, firstB: 0, banks: 1)
    #expect(single.b == [22, 23, 24, 25] && single.a == [26, 27, 28, 29])
  }

  @Test func `reloaded sums come after both operands`() throws {
    let bench = BufferBench(
      dataBanks: 1,
      fills: BufferBench.fills(.operandA, 2) + BufferBench.fills(.operandB, 2) + BufferBench.fills(.sums, 3),
      reads: [
        .operandA: [Read(first: 0, rows: 2, time: 20)], .operandB: [Read(first: 0, rows: 2, time: 20)],
        .sums: [Read(first: 0, rows: 3, isLastUse: true, time: 20)],
      ])
    try bench.run()
    #expect(bench.operandB.times == [22, 23] && bench.operandA.times == [24, 25] && bench.sums.times == [26, 27, 28])
    #expect(bench.sums.lines == (0..<3).map { Line(number: $0).bytes })
    #expect(bench.releases.messages.map(\.sums) == [1, 1, 1])
  }

  @Test func `a fill comes after both operands' reads`() throws {
    let fills = BufferBench.fills(.operandA, 4) + BufferBench.fills(.operandB, 4)
    let late = BufferBench.fills(.operandB, 1, first: 8, time: 20)
    let bench = BufferBench(
      dataBanks: 1, fills: fills + late, fillsPerCycle: 8,
      reads: [
        .operandB: [Read(first: 0, rows: 3, time: 20), Read(first: 8, rows: 1, time: 20)],
        .operandA: [Read(first: 0, rows: 2, time: 20)],
      ])
    try bench.run()
    // B reads in 21 to 23, then waits for its line; A in 24 and 25; the fill writes in 26, B reads in 27.
    #expect(bench.operandB.times == [22, 23, 24, 28])
    #expect(bench.operandA.times == [25, 26])
    // The line was at the door since 21: who kept it is the buffer.
    #expect(bench.operandB.messages.last?.blame.part == .glb)
  }

  /// A row takes 64 byte slots of the port; a cycle opens as many as the port is wide.
  @Test(arguments: [1, 42, 63, 64, 100, 127, 128, 200])
  func `the port's bandwidth holds over all clients and every stretch`(bytesPerCycle: Int) throws {
    let count = 12
    let bench = BufferBench(
      dataBanks: 64, portBytesPerCycle: bytesPerCycle,
      fills: BufferBench.fills(.operandA, count) + BufferBench.fills(.operandB, count), fillsPerCycle: 32,
      reads: [
        .operandA: [Read(first: 0, rows: count, time: 4000)], .operandB: [Read(first: 0, rows: count, time: 4000)],
      ])
    try bench.run()
    let times = (bench.operandA.times + bench.operandB.times).sorted()
    #expect(times.count == 2 * count)
    // The oracle, in whole bytes: row i starts in the cycle that holds byte 64·i, and at most two start in a cycle.
    var free: Int64 = 0
    var expected: [Int64] = []
    var cycle: Int64 = 0
    var inCycle = 0
    while expected.count < 2 * count {
      if free < (cycle + 1) * Int64(bytesPerCycle), inCycle < 2 {
        free = max(free, cycle * Int64(bytesPerCycle)) + 64
        expected.append(4002 + cycle)
        inCycle += 1
      } else {
        cycle += 1
        inCycle = 0
      }
    }
    // Once a client has all its rows the other is on its own, with a row a cycle.
    let last = min(try #require(bench.operandA.times.last), try #require(bench.operandB.times.last))
    let contended = times.count { $0 <= last }
    #expect(times.prefix(contended) == expected.prefix(contended))
    let stretch = try #require(times.last) - times[0]
    #expect(stretch * Int64(bytesPerCycle) >= Int64(64 * (2 * count - 1) - bytesPerCycle))
  }

  @Test func `a window wraps around the end of its ring`() throws {
    let plan = BufferPlan(operandA: 3, operandB: 5, rank1A: 0, rank0A: 0, maskB: 0)
    let bench = BufferBench(
      plan: plan, fills: BufferBench.fills(.operandB, 5) + BufferBench.fills(.operandA, 3), fillsPerCycle: 8,
      reads: [.operandB: [Read(first: 3, rows: 4, time: 20)], .operandA: [Read(first: 2, rows: 3, time: 30)]])
    try bench.run()
    #expect(bench.operandB.lines == [3, 4, 0, 1].map { Line(number: $0).bytes })
    #expect(bench.operandA.lines == [2, 0, 1].map { Line(number: $0).bytes })
  }

  @Test func `a line is freed at its last use, as it is read, and its slot can be filled again`() throws {
    var refill = BufferBench.fills(.operandB, 1, first: 0, time: 40)
    refill[0].line = Line(number: 99)
    let bench = BufferBench(
      fills: BufferBench.fills(.operandB, 3) + refill, fillsPerCycle: 4,
      reads: [
        .operandB: [
          Read(first: 0, rows: 3, time: 10), Read(first: 0, rows: 2, isLastUse: true, time: 20),
          Read(first: 0, rows: 1, time: 30),
        ]
      ])
    try bench.run()
    #expect(bench.operandB.lines == [0, 1, 2, 0, 1, 99].map { Line(number: $0).bytes })
    #expect(bench.releases.messages.map(\.operandB) == [1, 1])
    // Read in 21 and 22, released in the same cycle, there one later.
    #expect(bench.releases.times == [22, 23])
  }

  @Test func `a receiver without room stops its port and nobody else`() throws {
    let bench = BufferBench(
      fills: BufferBench.fills(.operandA, 8) + BufferBench.fills(.operandB, 8), fillsPerCycle: 16,
      reads: [.operandA: [Read(first: 1, rows: 6, time: 20)], .operandB: [Read(first: 0, rows: 6, time: 20)]],
      operandBFrom: 50, operandBCapacity: 2)
    try bench.run()
    #expect(bench.operandA.times == [22, 23, 24, 25, 26, 27])
    #expect(bench.operandB.times.count == 6)
    #expect(bench.operandB.times[0] == 50)
    #expect(bench.operandB.lines == (0..<6).map { Line(number: $0).bytes })
  }

  @Test func `an empty window takes no row`() throws {
    let bench = BufferBench(
      fills: BufferBench.fills(.operandB, 1),
      reads: [.operandB: [Read(first: 0, rows: 0), Read(first: 0, rows: 0), Read(first: 0, rows: 1, time: 10)]])
    try bench.run()
    #expect(bench.operandB.times == [12])
  }
}
