// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Sparsity
import Testing

@testable import Hardware

struct MetadataDecoderTests {
  /// Windows of fields, packed as the buffer holds them: without gaps, each window from a new row on.
  private struct Windows {
    var commands: [DecodeCommand] = []
    var rows: [UInt64] = []
    var fields: [UInt64] = []

    /// Adds a window bit by bit, with ones behind its last field that nobody may see.
    mutating func add(count: Int, bits: Int, using random: inout SplitMix64) {
      commands.append(DecodeCommand(fieldCount: Int32(count), fieldBits: Int32(bits)))
      var stream: [Bool] = []
      for _ in 0..<count {
        var field: UInt64 = 0
        for bit in 0..<bits {
          let isSet = random.uniform(below: 2) == 1
          stream.append(isSet)
          if isSet { field |= 1 << UInt64(bit) }
        }
        fields.append(field)
      }
      while stream.count % 64 != 0 { stream.append(true) }
      for start in stride(from: 0, to: stream.count, by: 64) {
        rows.append((0..<64).reduce(0) { stream[start + $1] ? $0 | 1 << UInt64($1) : $0 })
      }
    }
  }

  private func decode(
    _ windows: Windows, rowTimes: [Cycle] = [], sinkEvery: Cycle = 1, capacity: Int = 64
  ) throws -> Sink<MetadataField> {
    let bench = Bench()
    let decoder = MetadataDecoder(in: bench.clock, name: "decoder", rank: 0, widestField: 64)
    bench.drive(decoder.commands, "commands", windows.commands)
    bench.drive(
      decoder.rows, "rows", windows.rows.map { MetadataRow(bits: $0, blame: Blame(.dram, component: 7)) }, at: rowTimes)
    let fields = bench.listen(to: decoder.fields, "fields", every: sinkEvery, capacity: capacity)
    try bench.run()
    #expect(decoder.actionCounts.map(\.count) == [Int64(windows.fields.count)])
    return fields
  }

  @Test(arguments: 1...64)
  func `fields of every width come out bit by bit as they were packed`(bits: Int) throws {
    var random = SplitMix64(seed: UInt64(bits))
    var windows = Windows()
    for _ in 0..<6 { windows.add(count: random.uniform(1...40), bits: bits, using: &random) }
    #expect(try decode(windows).messages.map(\.bits) == windows.fields)
  }

  @Test(arguments: UInt64(0)..<20)
  func `windows of mixed widths never mix their bits, however rows and fields are held up`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var windows = Windows()
    for _ in 0..<20 { windows.add(count: random.uniform(0...20), bits: random.uniform(1...64), using: &random) }
    var time: Cycle = 0
    let times = windows.rows.map { _ in
      time += Cycle(random.uniform(below: 4))
      return time
    }
    let fields = try decode(
      windows, rowTimes: times, sinkEvery: Cycle(random.uniform(1...3)), capacity: random.uniform(1...4))
    #expect(fields.messages.map(\.bits) == windows.fields)
  }

  /// The first row is there in cycle 1 with the command, so the first field is sent in 2 and there in 3. A window's
  /// first row is taken in the cycle in which the last field before it leaves.
  @Test(arguments: [1, 16, 24, 32, 30, 48, 56, 60, 64])
  func `a field comes every cycle, over the borders of rows and of windows`(bits: Int) throws {
    var random = SplitMix64(seed: 1)
    var windows = Windows()
    for _ in 0..<3 { windows.add(count: 16, bits: bits, using: &random) }
    let times = try decode(windows).times
    #expect(times == (0..<48).map { 3 + $0 })
  }

  @Test func `a field that waited for its row blames what the row blames, any other the decoder`() throws {
    var random = SplitMix64(seed: 1)
    var windows = Windows()
    windows.add(count: 4, bits: 32, using: &random)
    let fields = try decode(windows, rowTimes: [0, 20])
    #expect(fields.messages.map(\.blame.part) == [.dram, .metadata, .dram, .metadata])
  }

  /// A field is on the link, one is at the front of the register, and a row is behind it; the next waits outside.
  @Test func `the register takes a row ahead while its output is blocked, and no more`() throws {
    let bench = Bench()
    let decoder = MetadataDecoder(in: bench.clock, name: "decoder", rank: nil, widestField: 64)
    bench.drive(decoder.commands, "commands", [DecodeCommand(fieldCount: 8, fieldBits: 64)])
    let blocks = (0..<8).map { MetadataRow(bits: UInt64($0), blame: Blame(.dram, component: 7)) }
    let rows = bench.drive(decoder.rows, "rows", blocks, capacity: 1)
    let fields = bench.listen(to: decoder.fields, "fields", from: 50, capacity: 1)
    try bench.run()
    #expect(rows.sends.count { $0 < 50 } == 4)
    #expect(fields.messages.map(\.bits) == Array(0..<8))
  }
}
