// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Testing

@testable import Hardware

/// Who gets a bank of the global buffer when several want it.
struct BufferArbitrationTests {
  private typealias Arbitration = GlobalBuffer.Arbitration
  private typealias Client = GlobalBuffer.Client

  /// Four lines of each operand in one bank, read at the same time.
  private func contended(
    _ arbitration: GlobalBuffer.Arbitration, order: [GlobalBuffer.Client] = GlobalBuffer.Client.allCases,
    banks: Int = 1, rowBytes: Int = 64, ports: Int = 1
  ) throws -> (b: [Cycle], a: [Cycle], bench: BufferBench) {
    let fills = (0..<4).flatMap { slot in
      [BufferRing.operandB, .operandA].map { BufferBench.Fill(ring: $0, slot: slot, line: Line(number: slot)) }
    }
    let bench = BufferBench(
      dataBanks: banks, rowBytes: rowBytes, bankPorts: ports, arbitration: arbitration, order: order, fills: fills,
      reads: [
        .operandB: [BufferBench.Read(first: 0, rows: 4, time: 60)],
        .operandA: [BufferBench.Read(first: 0, rows: 4, time: 60)],
      ])
    try bench.run()
    return (bench.operandB.times.map { $0 - 62 }, bench.operandA.times.map { $0 - 62 }, bench)
  }

  @Test func `by priority the first of the order is served before the others`() throws {
    let bFirst = try contended(.priority)
    #expect(bFirst.b == [0, 1, 2, 3] && bFirst.a == [4, 5, 6, 7])
    let aFirst = try contended(.priority, order: [.operandA, .operandB, .sums, .fill])
    #expect(aFirst.a == [0, 1, 2, 3] && aFirst.b == [4, 5, 6, 7])
  }

  @Test func `round robin serves them in turn`() throws {
    let times = try contended(.roundRobin)
    #expect((times.a + times.b).sorted() == Array(0..<8))
    for (first, second) in zip(times.a, times.a.dropFirst()) { #expect(second - first == 2) }
  }

  @Test func `who lost a bank blames the buffer`() throws {
    let bench = try contended(.priority).bench
    let own = Blame(.glb, component: bench.buffer.index)
    #expect(bench.operandA.messages.allSatisfy { $0.blame == own })
  }

  /// Two banks of whole lines serve two clients at once, but for the first cycle, in which both begin in the same bank.
  @Test(arguments: [(1, 64, 1, 7), (2, 64, 1, 4), (1, 64, 2, 3), (2, 32, 1, 7), (1, 32, 1, 15), (4, 16, 2, 3)])
  func `banks, ports and row width decide how many lines a cycle brings`(
    banks: Int, rowBytes: Int, ports: Int, last: Int64
  ) throws {
    let times = try contended(.priority, banks: banks, rowBytes: rowBytes, ports: ports)
    // The first line takes as many cycles as its rows need; eight lines in all.
    #expect((times.a + times.b).max() == last)
    let reads = times.bench.buffer.actionCounts.first { $0.action == "data_read" }
    #expect(reads?.count == Int64(8 * 64 / rowBytes) && reads?.bits == Int64(rowBytes * 8))
  }

  /// Eight lines of each operand at 32 bytes a cycle, with and without eight words of metadata.
  @Test func `a port for each direction carries reads at its rate, metadata among them, and writes beside them`() throws
  {
    let first = BufferBench.fills(.operandB, 8) + BufferBench.fills(.maskB, 1)
    let late = BufferBench.fills(.operandA, 8, time: 60)
    func run(metadata: Bool) throws -> BufferBench {
      let bench = BufferBench(
        portBytesPerCycle: 32, hasPortPerDirection: true, fills: first + late, fillsPerCycle: 16,
        reads: [
          .operandB: [BufferBench.Read(first: 0, rows: 8, time: 60)],
          .maskB: metadata ? [BufferBench.Read(first: 0, rows: 8, time: 60)] : [],
          .operandA: [BufferBench.Read(first: 0, rows: 8, time: 90)],
        ])
      try bench.run()
      return bench
    }
    let plain = try run(metadata: false)
    // A line takes two cycles of the port, and the fills of operand A, which come meanwhile, none of them.
    #expect(plain.operandB.times == (0..<8).map { 62 + 2 * $0 })
    #expect(plain.operandA.times == (0..<8).map { 92 + 2 * $0 })
    // Eight words of 8 bytes take two cycles more in all; a word never waits for a line's bytes.
    let mixed = try run(metadata: true)
    #expect(mixed.maskB.times == (0..<8).map { 62 + $0 })
    let last: Cycle = 62 + 14 + 2
    #expect(mixed.operandB.times.max() ?? 0 == last)
  }

  @Test func `a fill can be put first`() throws {
    for (order, filled) in [(Client.allCases, 68), ([.fill, .operandB, .operandA, .sums], 61)] as [([Client], Int64)] {
      let bench = BufferBench(
        dataBanks: 1, order: order,
        fills: (0..<8).map { BufferBench.Fill(ring: .operandB, slot: $0, line: Line(number: $0)) }
          + [BufferBench.Fill(ring: .operandB, slot: 9, line: Line(number: 9), time: 60)],
        reads: [.operandB: [BufferBench.Read(first: 0, rows: 8, time: 59)]])
      try bench.run(through: filled)
      #expect(bench.buffer.actionCounts.first { $0.action == "data_write" }?.count == 9, "\(order)")
      let early = BufferBench(
        dataBanks: 1, order: order,
        fills: (0..<8).map { BufferBench.Fill(ring: .operandB, slot: $0, line: Line(number: $0)) }
          + [BufferBench.Fill(ring: .operandB, slot: 9, line: Line(number: 9), time: 60)],
        reads: [.operandB: [BufferBench.Read(first: 0, rows: 8, time: 59)]])
      try early.run(through: filled - 1)
      #expect(early.buffer.actionCounts.first { $0.action == "data_write" }?.count == 8, "\(order)")
    }
  }

  /// A line that arrives while others use its bank is the buffer's fault; one that arrives late is memory's.
  @Test func `a line kept at the door is blamed on the buffer, a late one on memory`() throws {
    func blame(arrival: Cycle) throws -> Blame {
      let bench = BufferBench(
        dataBanks: 1,
        fills: (0..<15).map { BufferBench.Fill(ring: .operandB, slot: $0, line: Line(number: $0)) }
          + [BufferBench.Fill(ring: .operandA, slot: 0, line: Line(number: 9), time: arrival)],
        reads: [
          .operandB: [BufferBench.Read(first: 0, rows: 15, time: 58)],
          .operandA: [BufferBench.Read(first: 0, rows: 1, time: 58)],
        ])
      try bench.run()
      return try #require(bench.operandA.messages.first).blame
    }
    // The stream takes the only bank in 59 to 73.
    #expect(try blame(arrival: 60).part == .glb)
    #expect(try blame(arrival: 100) == Blame(.dram, component: BufferBench.memoryIndex))
  }
}
