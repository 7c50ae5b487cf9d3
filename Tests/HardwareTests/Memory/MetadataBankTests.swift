// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Testing

@testable import Hardware

/// Metadata banks: 64-bit words in lines of eight, and who is served first.
struct MetadataBankTests {
  private typealias Fill = BufferBench.Fill
  private typealias Read = BufferBench.Read

  private func words(_ line: Int) -> [UInt64] { (0..<8).map { UInt64(line) << 32 | $0 << 8 | 5 } }

  private func fills(_ ring: BufferRing, _ lines: Range<Int>, time: Int64 = 0) -> [Fill] {
    lines.map { Fill(ring: ring, slot: $0, line: Line(doublewords: words($0)), time: time) }
  }

  @Test(arguments: [1, 2, 3, 4, 8, 16])
  func `a line is written at one word per bank and cycle`(banks: Int) throws {
    let bench = BufferBench(
      metadataBanks: banks, fills: fills(.maskB, 0..<1), reads: [.maskB: [Read(first: 0, rows: 1)]])
    try bench.run()
    // Written from cycle 1 on, read in the cycle after the last word, there one later.
    let cycles = Int64((8 + banks - 1) / banks)
    #expect(bench.maskB.times == [1 + cycles + 1])
  }

  @Test func `words come one a cycle in the order of the line, and a part of a line is a window`() throws {
    let bench = BufferBench(
      fills: fills(.rank0A, 0..<3), fillsPerCycle: 4,
      reads: [.rank0A: [Read(first: 0, rows: 11, time: 40), Read(first: 2, rows: 3, isLastUse: true, time: 40)]])
    try bench.run()
    #expect(bench.rank0A.messages.map(\.bits) == words(0) + words(1)[0..<3] + words(2)[0..<3])
    #expect(bench.rank0A.times == (0..<14).map { 42 + $0 })
    // The whole line is freed with the window's last word.
    #expect(bench.releases.messages.map(\.rank0A) == [1])
    #expect(bench.releases.times == [42 + 13])
  }

  @Test func `a window's lines are freed one by one`() throws {
    let bench = BufferBench(
      fills: fills(.rank1A, 0..<3), fillsPerCycle: 4,
      reads: [.rank1A: [Read(first: 1, rows: 10, isLastUse: true, time: 40)]])
    try bench.run()
    #expect(bench.rank1A.messages.map(\.bits) == words(1) + words(2)[0..<2])
    #expect(bench.releases.messages.map(\.rank1A) == [1, 1])
    #expect(bench.releases.times == [42 + 7, 42 + 9])
  }

  @Test func `the bitmasks of operand B come first, then ranks 2, 1 and 0, then fills`() throws {
    let resident = [BufferRing.maskB, .rank2A, .rank1A, .rank0A].flatMap { fills($0, 0..<1) }
    let bench = BufferBench(
      metadataBanks: 1, fills: resident + fills(.maskB, 1..<2, time: 60),
      reads: [
        .maskB: [Read(first: 0, rows: 4, time: 60)], .rank2A: [Read(first: 0, rows: 2, time: 60)],
        .rank1A: [Read(first: 0, rows: 4, time: 60)],
        .rank0A: [Read(first: 0, rows: 4, time: 60), Read(first: 0, rows: 1, time: 72)],
      ])
    try bench.run()
    #expect(bench.maskB.times == [62, 63, 64, 65])
    #expect(bench.rank2A.times == [66, 67])
    #expect(bench.rank1A.times == [68, 69, 70, 71])
    #expect(bench.rank0A.times == [72, 73, 74, 75, 76])
    #expect(bench.maskB.messages.map(\.blame.part) == Array(repeating: .metadata, count: 4))
    #expect(bench.buffer.actionCounts.first { $0.action == "metadata_write_b" }?.count == 16)
  }

  @Test func `metadata and data do not take each other's banks`() throws {
    let bench = BufferBench(
      dataBanks: 1, metadataBanks: 1, fills: fills(.maskB, 0..<1) + BufferBench.fills(.operandB, 8), fillsPerCycle: 16,
      reads: [.maskB: [Read(first: 0, rows: 8, time: 40)], .operandB: [Read(first: 0, rows: 8, time: 40)]])
    try bench.run()
    #expect(bench.maskB.times == (0..<8).map { 42 + $0 })
    #expect(bench.operandB.times == (0..<8).map { 42 + $0 })
  }

  @Test func `every access is an action`() throws {
    let bench = BufferBench(
      fills: fills(.maskB, 0..<2) + fills(.rank1A, 0..<1) + BufferBench.fills(.operandA, 3), fillsPerCycle: 4,
      reads: [
        .maskB: [Read(first: 0, rows: 9, time: 40)], .rank1A: [Read(first: 0, rows: 5, time: 40)],
        .operandA: [Read(first: 0, rows: 3, time: 40), Read(first: 0, rows: 2, time: 40)],
      ])
    try bench.run()
    let counts = Dictionary(uniqueKeysWithValues: bench.buffer.actionCounts.map { ($0.action, $0.count) })
    #expect(
      counts == [
        "data_read": 5, "data_write": 3, "metadata_read_b": 9, "metadata_write_b": 16, "metadata_read_rank2": 0,
        "metadata_write_rank2": 0, "metadata_read_rank1": 5, "metadata_write_rank1": 8, "metadata_read_rank0": 0,
        "metadata_write_rank0": 0,
      ])
  }
}
