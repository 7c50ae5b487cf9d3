// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Sparsity
import Testing

@testable import Hardware

/// The operand A bus where a row's values do not fill buffer rows evenly.
struct CarriedRowTests {
  @Test(arguments: 4...8, [1, 2])
  func `rows of every size come out whole, whatever they leave of a buffer row`(h1: Int, wordBytes: Int) throws {
    var random = SplitMix64(seed: UInt64(h1))
    let array = PEArray.Specification(
      rows: 16, groups: 2,
      ranks: [
        PEArray.Rank(kept: 4, of: h1, hasMetadata: false), PEArray.Rank(kept: 2, of: 2, hasMetadata: false),
      ], columns: 8, wordBits: 8 * wordBytes, drainWordsPerCycle: 16, accumulateCycles: 3, hazardRule: .forward,
      gatesZeros: true, selection: .dualSided)
    let bench = Bench()
    let counts = [32, 7, 1, 30]
    let bus = StationaryBus(
      in: bench.clock,
      StationaryBus.Specification(array: array, arrays: 2, wordBytes: wordBytes, bytesPerCycle: 32),
      padding: PaddingTable(
        rowsPerWindow: 32, shape: (0..<128).map { UInt32($0) }, pattern: [UInt32](repeating: 0, count: 128)))
    var lines: [BufferRow] = []
    var expected: [[[Int16]]] = [[], []]
    for count in counts {
      var words: [Int16] = []
      for row in 0..<count {
        let values = (0..<4 * h1).map { _ in
          Int16(truncatingIfNeeded: wordBytes == 1 ? random.uniform(-128...127) : random.uniform(-32_768...32_767))
        }
        expected[row % 2].append(values)
        words += values
      }
      if count == 1 { expected[1].append([]) }
      let bytes = words.flatMap { word in
        (0..<wordBytes).map { UInt8(truncatingIfNeeded: word >> Int16(8 * $0)) }
      }
      for start in stride(from: 0, to: bytes.count, by: 64) {
        lines.append(
          BufferRow(line: Line(bytes[start..<min(start + 64, bytes.count)]), blame: Blame(.dram, component: 7)))
      }
    }
    bench.drive(
      bus.commands, "commands",
      counts.enumerated().map { LoadCommand(window: Int32($0.offset), rowCount: Int32($0.element)) })
    bench.drive(bus.rows, "rows", lines)
    bench.drive(try #require(bus.metadata[0]), "rank0", [MetadataField]())
    #expect(bus.metadata[1] == nil && bus.metadata[2] == nil)
    let sinks = bus.arrays.enumerated().map { bench.listen(to: $1, "array\($0)") }
    try bench.run()
    for (found, wanted) in zip(sinks.map(\.messages), expected) {
      #expect(found.count == wanted.count)
      for (message, values) in zip(found, wanted) {
        #expect((0..<values.count).allSatisfy { message.values[$0] == values[$0] })
        #expect((message.row < 0) == values.isEmpty)
      }
    }
    let actions = Dictionary(uniqueKeysWithValues: bus.actionCounts.map { ($0.action, $0.count) })
    let beats = Int64(counts.reduce(0, +))
    #expect(actions["transfer_row", default: 0] == beats)
    #expect(actions["align_row", default: 0] == (h1 == 4 ? 0 : beats))
    // 64 or 32 words of a buffer row are no whole number of 20, 24 or 28.
    #expect((actions["carry_row", default: 0] > 0) == [5, 6, 7].contains(h1))
  }
}
