// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Sparsity
import Testing

@testable import Hardware

/// The row buffer of the dual-side variant: windows of 8 blocks, each with the offsets of its blocks.
struct BlockWindowTests {
  private func shift(
    h0: Int, columns: [Int], offsetTimes: [Cycle] = [], using random: inout SplitMix64
  ) throws -> (found: [OperandWindow], times: [Cycle], words: [[Int16]], offsets: [UInt64], unit: VFMU) {
    let bench = Bench()
    let unit = VFMU(
      in: bench.clock, name: "RowBuffer",
      VFMU.Specification(
        bufferRows: 4, wordBytes: 1, isCompressed: false, shifter: .fixed(widestWords: 32, stepWords: 8),
        offsets: OffsetWires(bits: 24, isUsed: true)))
    var (words, offsets): ([[Int16]], [UInt64]) = ([], [])
    var commands: [StreamCommand] = []
    var lines: [BufferRow] = []
    for count in columns {
      var bytes: [UInt8] = []
      for _ in 0..<count {
        let window = (0..<8 * h0).map { _ in Int16(random.uniform(-128...127)) }
        words.append(window)
        offsets.append(random.next() & 0xff_ffff)
        bytes += window.map { UInt8(truncatingIfNeeded: $0) }
      }
      let padding = (64 - bytes.count % 64) % 64
      commands.append(
        StreamCommand(
          firstColumn: 0, columnCount: Int32(count), rowBlock: 0, windowWords: Int32(8 * h0),
          paddingWords: Int32(padding), flags: []))
      for start in stride(from: 0, to: bytes.count, by: 64) {
        lines.append(
          BufferRow(line: Line(bytes[start..<min(start + 64, bytes.count)]), blame: Blame(.dram, component: 7)))
      }
    }
    #expect(unit.masks == nil)
    bench.drive(unit.commands, "commands", commands)
    bench.drive(unit.rows, "rows", lines)
    bench.drive(
      try #require(unit.offsets), "offsets",
      offsets.map { MetadataField(bits: $0, blame: Blame(.metadata, component: 8)) }, at: offsetTimes)
    let windows = bench.listen(to: unit.windows, "windows", capacity: 2)
    try bench.run()
    return (windows.messages, windows.times, words, offsets, unit)
  }

  @Test(arguments: 2...4)
  func `a window leaves with its words and its offsets, one a cycle`(h0: Int) throws {
    var random = SplitMix64(seed: UInt64(h0))
    let (found, times, words, offsets, unit) = try shift(h0: h0, columns: [9, 1, 64], using: &random)
    #expect(found.map { window in (0..<8 * h0).map { window.words[$0] } } == words)
    #expect(found.map(\.blockOffsets) == offsets)
    #expect(found.allSatisfy { window in (8 * h0..<64).allSatisfy { window.words[$0] == 0 } })
    #expect(times.suffix(60) == times.last.map { last in (0..<60).map { last - 59 + $0 } }?[...])
    let actions = Dictionary(uniqueKeysWithValues: unit.actionCounts.map { ($0.action, $0) })
    #expect(actions["pass_offsets"]?.count == 74 && actions["pass_offsets"]?.rank == 1)
    #expect(actions["shift_window"]?.count == (h0 == 2 ? 74 : 148))
    #expect(actions["align_window"]?.count == (h0 == 3 ? 74 : 0))
  }

  @Test func `a window whose offsets come late waits for them and blames them`() throws {
    var random = SplitMix64(seed: 1)
    let late = (0..<10).map { Cycle($0 < 5 ? 0 : 40) }
    let (found, times, _, _, _) = try shift(h0: 4, columns: [10], offsetTimes: late, using: &random)
    #expect(times[4] < 20 && times[5] > 40)
    #expect(found[5].blame == Blame(.metadata, component: 8))
  }
}
