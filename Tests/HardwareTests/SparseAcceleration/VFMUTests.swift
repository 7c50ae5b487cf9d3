// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Sparsity
import Testing

@testable import Hardware

struct VFMUTests {
  /// Blocks of operand B and how they are stored.
  private struct Blocks {
    let windowWords: Int
    let wordBytes: Int
    let isCompressed: Bool
    var commands: [StreamCommand] = []
    var lines: [Line] = []
    var masks: [UInt64] = []
    var windows: [[Int16]] = []

    /// Adds a block of `columns` windows with about `density` percent non-zeros.
    mutating func add(columns: Int, density: Int, flags: StepFlags = [], using random: inout SplitMix64) {
      var stored: [Int16] = []
      for _ in 0..<columns {
        var window = [Int16](repeating: 0, count: 64)
        var mask: UInt64 = 0
        for word in 0..<windowWords {
          let limit = wordBytes == 1 ? 127 : 32_767
          if random.uniform(below: 100) < density {
            window[word] = Int16(random.uniform(1...limit)) * (random.uniform(below: 2) == 0 ? 1 : -1)
            mask |= 1 << UInt64(word)
          }
          if !isCompressed || window[word] != 0 { stored.append(window[word]) }
        }
        masks.append(mask)
        windows.append(window)
      }
      let perLine = 64 / wordBytes
      let padding = (perLine - stored.count % perLine) % perLine
      commands.append(
        StreamCommand(
          firstColumn: Int32(10 * commands.count), columnCount: Int32(columns), rowBlock: Int32(commands.count),
          windowWords: Int32(windowWords), paddingWords: Int32(padding), flags: flags))
      var bytes: [UInt8] = []
      for word in stored {
        bytes.append(UInt8(truncatingIfNeeded: word))
        if wordBytes == 2 { bytes.append(UInt8(truncatingIfNeeded: word >> 8)) }
      }
      // What pads the last row is no zero: nobody may see it.
      while bytes.count % 64 != 0 { bytes.append(0xee) }
      for start in stride(from: 0, to: bytes.count, by: 64) { lines.append(Line(bytes[start..<start + 64])) }
    }
  }

  private func shift(
    _ blocks: Blocks, bufferRows: Int = 4, rowTimes: [Cycle] = [], maskTimes: [Cycle] = [], sinkEvery: Cycle = 1
  ) throws -> (windows: Sink<OperandWindow>, unit: VFMU) {
    let bench = Bench()
    let unit = VFMU(
      in: bench.clock,
      VFMU.Specification(bufferRows: bufferRows, wordBytes: blocks.wordBytes, isCompressed: blocks.isCompressed))
    bench.drive(unit.commands, "commands", blocks.commands)
    bench.drive(
      unit.rows, "rows", blocks.lines.map { BufferRow(line: $0, blame: Blame(.dram, component: 7)) }, at: rowTimes)
    bench.drive(
      try #require(unit.masks), "masks",
      blocks.isCompressed ? blocks.masks.map { MetadataField(bits: $0, blame: Blame(.metadata, component: 8)) } : [],
      at: maskTimes)
    let windows = bench.listen(to: unit.windows, "windows", every: sinkEvery, capacity: 2)
    try bench.run()
    return (windows, unit)
  }

  private func words(_ windows: Sink<OperandWindow>) -> [[Int16]] {
    windows.messages.map { window in (0..<64).map { window.words[$0] } }
  }

  @Test(arguments: [16, 20, 24, 28, 30, 32, 36, 40, 42, 48, 56, 60, 64], [1, 2])
  func `dense windows of every size come out whole, and nothing beyond them`(size: Int, wordBytes: Int) throws {
    var random = SplitMix64(seed: UInt64(size))
    var blocks = Blocks(windowWords: size, wordBytes: wordBytes, isCompressed: false)
    for columns in [9, 1, 5, 64, 3] { blocks.add(columns: columns, density: 90, using: &random) }
    let (windows, unit) = try shift(blocks)
    #expect(words(windows) == blocks.windows)
    #expect(
      windows.messages.map(\.column)
        == [9, 1, 5, 64, 3].enumerated().flatMap { block, columns in
          (0..<columns).map { Int32(10 * block + $0) }
        })
    let counts = unit.actionCounts.map(\.count)
    #expect(counts[0] == Int64(blocks.lines.count))
    #expect(counts[1] == Int64(blocks.windows.count))
    #expect(counts[2] == Int64(blocks.windows.count * size))
    #expect(counts[3] == 0)
  }

  @Test(arguments: [0, 1, 10, 50, 90, 100], [16, 30, 56, 64])
  func `compressed windows get their zeros back`(density: Int, size: Int) throws {
    for wordBytes in [1, 2] {
      var random = SplitMix64(seed: UInt64(size * 1000 + density))
      var blocks = Blocks(windowWords: size, wordBytes: wordBytes, isCompressed: true)
      for columns in [7, 1, 33, 2, 64] { blocks.add(columns: columns, density: density, using: &random) }
      let (windows, unit) = try shift(blocks)
      #expect(words(windows) == blocks.windows)
      // Every stored word was shifted out once, and no more rows were read than hold them.
      let stored = blocks.masks.reduce(0) { $0 + Int64($1.nonzeroBitCount) }
      #expect(
        unit.actionCounts.map(\.count) == [Int64(blocks.lines.count), Int64(windows.messages.count), stored, 107])
    }
  }

  @Test(arguments: UInt64(0)..<20)
  func `no delay of rows, masks or receiver changes a window`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let wordBytes = random.uniform(1...2)
    var blocks = Blocks(windowWords: random.uniform(1...64), wordBytes: wordBytes, isCompressed: seed % 2 == 0)
    for _ in 0..<8 {
      blocks.add(columns: random.uniform(1...20), density: random.uniform(0...100), using: &random)
    }
    func delays(_ count: Int) -> [Cycle] {
      var time: Cycle = 0
      return (0..<count).map { _ in
        time += Cycle(random.uniform(below: 5))
        return time
      }
    }
    let (windows, _) = try shift(
      blocks, bufferRows: random.uniform(wordBytes == 1 ? 2...6 : 3...6), rowTimes: delays(blocks.lines.count),
      maskTimes: delays(blocks.masks.count), sinkEvery: Cycle(random.uniform(1...3)))
    #expect(words(windows) == blocks.windows)
  }

  /// The first row is buffered in cycle 1, its window shifted out in 2 and there in 3.
  @Test(arguments: [16, 30, 32, 56, 60, 64])
  func `a window comes every cycle, over the borders of rows and of blocks`(size: Int) throws {
    var random = SplitMix64(seed: 1)
    var blocks = Blocks(windowWords: size, wordBytes: 1, isCompressed: false)
    for _ in 0..<3 { blocks.add(columns: 32, density: 100, using: &random) }
    #expect(try shift(blocks).windows.times == (0..<96).map { 3 + $0 })
  }

  @Test func `sixteen-bit windows of two rows come every other cycle`() throws {
    var random = SplitMix64(seed: 1)
    var blocks = Blocks(windowWords: 64, wordBytes: 2, isCompressed: false)
    blocks.add(columns: 16, density: 100, using: &random)
    #expect(try shift(blocks).windows.times == (0..<16).map { 4 + 2 * $0 })
  }

  /// With windows of 16 words a row lasts for four steps: the buffer is read in one cycle of four.
  @Test(arguments: [(16, 4), (32, 2), (64, 1)])
  func `the buffer is read only when the unit has used up a row`(size: Int, steps: Int) throws {
    var random = SplitMix64(seed: 1)
    var blocks = Blocks(windowWords: size, wordBytes: 1, isCompressed: false)
    blocks.add(columns: 64, density: 100, using: &random)
    let (windows, unit) = try shift(blocks)
    #expect(unit.actionCounts[0].count == Int64(64 / steps))
    #expect(windows.messages.count == 64)
  }

  @Test func `the flags say where in its block a window stands`() throws {
    var random = SplitMix64(seed: 1)
    var blocks = Blocks(windowWords: 16, wordBytes: 1, isCompressed: false)
    blocks.add(columns: 3, density: 100, flags: [.firstWindow], using: &random)
    blocks.add(columns: 1, density: 100, flags: [.lastWindow, .lastBlock], using: &random)
    #expect(
      try shift(blocks).windows.messages.map(\.flags) == [
        [.firstWindow, .firstColumn], [.firstWindow], [.firstWindow, .lastColumn],
        [.lastWindow, .lastBlock, .firstColumn, .lastColumn],
      ])
  }

  @Test func `a window blames the input that it waited for last, or the unit`() throws {
    var random = SplitMix64(seed: 1)
    var blocks = Blocks(windowWords: 64, wordBytes: 1, isCompressed: true)
    blocks.add(columns: 4, density: 100, using: &random)
    let parts = try shift(blocks, rowTimes: [0, 20, 40, 41], maskTimes: [0, 0, 60, 60]).windows.messages.map(
      \.blame.part)
    #expect(parts[1] == .dram)
    #expect(parts[2] == .metadata)
    #expect(parts[3] == .vfmu)
  }
}
