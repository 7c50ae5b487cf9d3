// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Sparsity
import Testing

@testable import Hardware

struct StationaryBusTests {
  /// What the bus is given for some windows, and what the arrays must get.
  fileprivate struct Load {
    let arrays: Int
    let wordBytes: Int
    var commands: [LoadCommand] = []
    var lines: [Line] = []
    /// Fields by rank, from 0.
    var metadata: [[UInt64]] = [[], [], []]
    var expected: [[StationaryRow]]
    var shape: [UInt32] = []
    var pattern: [UInt32] = []

    init(arrays: Int, wordBytes: Int) {
      self.arrays = arrays
      self.wordBytes = wordBytes
      expected = Array(repeating: [], count: arrays)
    }

    mutating func add(rows: Int, array: PEArray.Specification, using random: inout SplitMix64) {
      commands.append(LoadCommand(window: Int32(commands.count), rowCount: Int32(rows)))
      var bytes: [UInt8] = []
      for number in 0..<16 * arrays {
        shape.append(UInt32(random.uniform(below: 8)))
        pattern.append(UInt32(random.uniform(below: 8)))
        guard number < rows else { continue }
        var row = StationaryRow(
          values: SIMD32(), offsets: RankOffsets(),
          row: Int8(number / arrays), isLast: number + arrays >= rows, shapePadding: shape[shape.count - 1],
          patternPadding: pattern[pattern.count - 1], blame: Blame(.noc, component: 0))
        for lane in 0..<16 {
          let limit = wordBytes == 1 ? 127 : 32_767
          row.values[lane] = Int16(random.uniform(-limit...limit))
          bytes.append(UInt8(truncatingIfNeeded: row.values[lane]))
          if wordBytes == 2 { bytes.append(UInt8(truncatingIfNeeded: row.values[lane] >> 8)) }
        }
        for rank in array.ranks.indices.reversed() where array.rank(rank).hasMetadata {
          let field = random.next() & (UInt64(1) << UInt64(array.fieldBits(ofRank: rank)) - 1)
          metadata[rank].append(field)
          row.offsets[rank] = field
        }
        expected[number % arrays].append(row)
      }
      for idle in min(rows, arrays)..<arrays {
        expected[idle].append(
          StationaryRow(
            values: SIMD32(), offsets: RankOffsets(), row: -1, isLast: true, shapePadding: 0, patternPadding: 0,
            blame: Blame(.noc, component: 0)))
      }
      for start in stride(from: 0, to: bytes.count, by: 64) {
        lines.append(Line(bytes[start..<min(start + 64, bytes.count)]))
      }
    }
  }

  private func run(
    _ load: Load, _ array: PEArray.Specification, bytesPerCycle: Int = 16, lineTimes: [Cycle] = [],
    metadataTimes: [[Cycle]] = [[], [], []], sinksFrom start: Cycle = 0, sinkCapacity: Int = 64
  ) throws -> [Sink<StationaryRow>] {
    let bench = Bench()
    let bus = StationaryBus(
      in: bench.clock,
      StationaryBus.Specification(
        array: array, arrays: load.arrays, wordBytes: load.wordBytes, bytesPerCycle: bytesPerCycle),
      padding: PaddingTable(rowsPerWindow: 16 * load.arrays, shape: load.shape, pattern: load.pattern))
    bench.drive(bus.commands, "commands", load.commands)
    bench.drive(
      bus.rows, "rows", load.lines.map { BufferRow(line: $0, blame: Blame(.dram, component: 7)) }, at: lineTimes)
    for rank in array.selection.ranks.map(\.number) {
      bench.drive(
        try #require(bus.metadata[rank]), "rank\(rank)",
        load.metadata[rank].map { MetadataField(bits: $0, blame: Blame(.metadata, component: 9 - rank)) },
        at: metadataTimes[rank])
    }
    let sinks = bus.arrays.enumerated().map { bench.listen(to: $1, "array\($0)", from: start, capacity: sinkCapacity) }
    try bench.run()
    #expect(
      bus.actionCounts.map(\.count) == [load.rowCount]
        + array.selection.ranks.map { Int64(load.metadata[$0.number].count) })
    return sinks
  }

  private func expectEqual(_ found: [StationaryRow], _ expected: [StationaryRow]) {
    #expect(found.count == expected.count)
    for (row, wanted) in zip(found, expected) {
      #expect(row.values == wanted.values && row.row == wanted.row && row.isLast == wanted.isLast)
      #expect(row.offsets == wanted.offsets)
      #expect(row.shapePadding == wanted.shapePadding && row.patternPadding == wanted.patternPadding)
    }
  }

  @Test(arguments: [(4, 2), (5, 2), (4, 3), (8, 4)], 1...4)
  func `rows are dealt to the arrays in turn with their values and offsets`(degree: (Int, Int), arrays: Int) throws {
    for wordBytes in [1, 2] {
      var random = SplitMix64(seed: UInt64(degree.0 * 100 + degree.1 * 10 + arrays))
      let array = PEArray.Specification(h1: degree.0, h0: degree.1, wordBits: 8 * wordBytes)
      var load = Load(arrays: arrays, wordBytes: wordBytes)
      for rows in [16 * arrays, 1, arrays, 7, 2, 16 * arrays - 1] { load.add(rows: rows, array: array, using: &random) }
      let sinks = try run(load, array)
      for index in 0..<arrays { expectEqual(sinks[index].messages, load.expected[index]) }
    }
  }

  @Test(arguments: UInt64(0)..<12)
  func `no delay of values or metadata mixes rows`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let array = PEArray.Specification(h1: random.uniform(4...8), h0: random.uniform(2...4))
    var load = Load(arrays: random.uniform(1...4), wordBytes: 1)
    for _ in 0..<8 { load.add(rows: random.uniform(1...16 * load.arrays), array: array, using: &random) }
    func delays(_ count: Int, _ most: Int) -> [Cycle] {
      var time: Cycle = 0
      return (0..<count).map { _ in
        time += Cycle(random.uniform(0...most))
        return time
      }
    }
    let sinks = try run(
      load, array, bytesPerCycle: random.uniform(1...32), lineTimes: delays(load.lines.count, 12),
      metadataTimes: [delays(load.metadata[0].count, 3), delays(load.metadata[1].count, 3), []])
    for index in 0..<load.arrays { expectEqual(sinks[index].messages, load.expected[index]) }
  }

  @Test(arguments: UInt64(0)..<6)
  func `a third rank's offsets go with their row, whichever ranks store some`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let array = PEArray.Specification(
      h2: random.uniform(2...4), h1: random.uniform(4...5), h0: random.uniform(2...3))
    var load = Load(arrays: random.uniform(1...4), wordBytes: 1)
    for _ in 0..<8 { load.add(rows: random.uniform(1...16 * load.arrays), array: array, using: &random) }
    let times = load.metadata.map { fields in fields.indices.map { Cycle(2 * $0 + random.uniform(below: 2)) } }
    let sinks = try run(load, array, metadataTimes: times)
    for index in 0..<load.arrays { expectEqual(sinks[index].messages, load.expected[index]) }
  }

  /// The command and the first line are there in cycle 1; a beat is sent when its last byte has crossed, and when its
  /// metadata are there, of which a field comes a cycle.
  @Test(arguments: [(16, 1), (32, 1), (40, 1), (15, 1), (8, 1), (16, 2), (64, 2), (1, 1)])
  func `a beat occupies the bus for its bytes, over the borders of rows and windows`(
    bytesPerCycle: Int, wordBytes: Int
  ) throws {
    var random = SplitMix64(seed: 1)
    let array = PEArray.Specification(h1: 8, h0: 4, wordBits: 8 * wordBytes)
    var load = Load(arrays: 1, wordBytes: wordBytes)
    for _ in 0..<3 { load.add(rows: 16, array: array, using: &random) }
    let sinks = try run(load, array, bytesPerCycle: bytesPerCycle)
    let bytes = 16 * wordBytes
    #expect(sinks[0].times == (1...48).map { 1 + Int64(max($0, ($0 * bytes + bytesPerCycle - 1) / bytesPerCycle)) })
  }

  @Test func `a wide bus passes a beat to every array in a cycle, where there is no metadata`() throws {
    var random = SplitMix64(seed: 1)
    let array = PEArray.Specification(h1: 4, h0: 2, wordBits: 8)
    var load = Load(arrays: 4, wordBytes: 1)
    for _ in 0..<3 { load.add(rows: 16, array: array, using: &random) }
    let sinks = try run(load, array, bytesPerCycle: 64)
    for sink in sinks { #expect(sink.times == (2...13).map { Int64($0) }) }
  }

  @Test func `a beat blames the input that it waited for`() throws {
    var random = SplitMix64(seed: 1)
    let array = PEArray.Specification(h1: 8, h0: 4)
    var load = Load(arrays: 1, wordBytes: 1)
    load.add(rows: 8, array: array, using: &random)
    let sinks = try run(
      load, array, lineTimes: [0, 30], metadataTimes: [[0, 0, 0, 20], [0, 0, 10], []])
    let blames = sinks[0].messages.map(\.blame)
    #expect(blames[2] == Blame(.metadata, component: 8))
    #expect(blames[3] == Blame(.metadata, component: 9))
    #expect(blames[4] == Blame(.dram, component: 7))
  }

  /// At two cycles a beat the bus is what holds them all up, once memory has delivered: of each array's beats the first
  /// still waited for memory.
  @Test(arguments: [1, 2, 4])
  func `a beat that waited for the bus blames it, or what held up the beat before`(arrays: Int) throws {
    var random = SplitMix64(seed: 1)
    let array = PEArray.Specification()
    var load = Load(arrays: arrays, wordBytes: 1)
    load.add(rows: 12, array: array, using: &random)
    let sinks = try run(load, array, bytesPerCycle: 8)
    for sink in sinks {
      let blames = sink.messages.map(\.blame.part)
      #expect(blames == [.dram] + Array(repeating: .noc, count: 12 / arrays - 1))
    }
  }

  @Test func `a beat that found the registers full blames them`() throws {
    var random = SplitMix64(seed: 1)
    let array = PEArray.Specification()
    var load = Load(arrays: 1, wordBytes: 1)
    load.add(rows: 4, array: array, using: &random)
    let blames = try run(load, array, sinksFrom: 30, sinkCapacity: 2)[0].messages.map(\.blame.part)
    // The second and the fourth follow at the bus' own pace.
    #expect(blames == [.dram, .noc, .registers, .noc])
  }
}

extension StationaryBusTests.Load {
  fileprivate var rowCount: Int64 { commands.reduce(0) { $0 + Int64($1.rowCount) } }
}
