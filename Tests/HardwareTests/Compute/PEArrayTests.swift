// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Sparsity
import Testing

@testable import Hardware

struct PEArrayTests {
  @Test(arguments: 4...8, 2...4)
  func `every lane multiplies the word that its two offsets select`(h1: Int, h0: Int) throws {
    try checkProducts(PEArray.Specification(h1: h1, h0: h0), seed: UInt64(h1 * 10 + h0))
  }

  @Test(arguments: [(2, 4, 2), (2, 8, 4), (3, 4, 2), (3, 5, 4), (3, 7, 3), (4, 4, 4), (4, 8, 2), (4, 5, 3)])
  func `every lane multiplies the word that its three offsets select`(h2: Int, h1: Int, h0: Int) throws {
    let array = PEArray.Specification(h2: h2, h1: h1, h0: h0)
    #expect(array.windowWords == h2 * h1 * h0 && array.slotsPerRow == 16)
    try checkProducts(array, seed: UInt64(h2 * 100 + h1 * 10 + h0))
  }

  private func checkProducts(_ array: PEArray.Specification, seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let blocks = (0..<3).map { window in
      StepBlock(
        array, columns: 8, flags: window == 0 ? [.firstWindow] : window == 2 ? [.lastWindow, .lastBlock] : [],
        using: &random)
    }
    let bench = ArrayBench(array, blocks)
    let (ledger, cycles) = try bench.run()
    #expect(bench.sums.messages.map(\.column) == Array(0..<8))
    for (column, message) in bench.sums.messages.enumerated() {
      for row in 0..<16 {
        #expect(message.sums[row] == blocks.reduce(0) { $0 + $1.sum(row: row, column: column) })
      }
    }
    #expect(ledger["effectual \(bench.array.index)", default: 0] == blocks.reduce(0) { $0 + $1.effectual })
    #expect(ledger.values.reduce(0, +) == 256 * cycles)
  }

  @Test(arguments: UInt64(0)..<24)
  func `no delay of windows, rows or receiver changes a sum or loses a lane-cycle`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let array = PEArray.Specification(
      h1: random.uniform(4...8), h0: random.uniform(2...4), columns: 16, drainWordsPerCycle: random.uniform(1...16),
      accumulateCycles: random.uniform(1...6), hazardRule: seed % 2 == 0 ? .stall : .forward)
    var blocks: [StepBlock] = []
    var expected: [[Int32]] = []
    let blockCount = random.uniform(1...4)
    for block in 0..<blockCount {
      let (columns, windows, rows) = (random.uniform(1...16), random.uniform(1...3), random.uniform(0...16))
      var parts: [StepBlock] = []
      for window in 0..<windows {
        var flags: StepFlags = []
        if window == 0 { flags.insert(.firstWindow) }
        if window == windows - 1 { flags.insert(.lastWindow) }
        if block == blockCount - 1 { flags.insert(.lastBlock) }
        parts.append(
          StepBlock(array, rows: rows, columns: columns, rowBlock: block, flags: flags, using: &random))
      }
      for column in 0..<columns {
        expected.append((0..<16).map { row in parts.reduce(0) { $0 + $1.sum(row: row, column: column) } })
      }
      blocks += parts
    }
    func delays(_ count: Int) -> [Cycle] {
      var time: Cycle = 0
      return (0..<count).map { _ in
        time += Cycle(random.uniform(below: 3))
        return time
      }
    }
    let bench = ArrayBench(
      array, blocks, windowTimes: delays(blocks.reduce(0) { $0 + $1.windows.count }),
      rowTimes: delays(blocks.reduce(0) { $0 + $1.rows.count }), sumsEvery: Cycle(random.uniform(1...4)))
    let (ledger, cycles) = try bench.run()
    #expect(bench.sums.messages.map { sums in (0..<16).map { sums.sums[$0] } } == expected)
    #expect(ledger.values.reduce(0, +) == 256 * cycles)
    #expect(ledger.values.allSatisfy { $0 > 0 })
  }

  @Test func `sums that were spilled go on where they left off`() throws {
    var random = SplitMix64(seed: 3)
    let array = PEArray.Specification()
    let block = StepBlock(
      array, columns: 5, flags: [.firstWindow, .reloads, .lastWindow, .lastBlock], using: &random)
    let reloads = (0..<5).map { column in
      var sums = SIMD16<Int32>()
      for row in 0..<16 { sums[row] = Int32(1_000_000 * column - row) }
      return SumColumn(
        sums: sums, column: 0, rowBlock: 0, isSpilled: true, blame: Blame(.dram, component: 6))
    }
    let bench = ArrayBench(array, [block], reloads: reloads)
    _ = try bench.run()
    for (column, message) in bench.sums.messages.enumerated() {
      for row in 0..<16 {
        #expect(message.sums[row] == reloads[column].sums[row] + block.sum(row: row, column: column))
      }
    }
    #expect(bench.sums.messages.count == 5 && bench.sums.messages.allSatisfy { !$0.isSpilled })
  }

  /// Rows arrive from cycle 1 on, the 16th in 16; the window streams from 17 on. The next 16 rows load in 17 to 32,
  /// while it streams, so a block of 16 columns or more never waits.
  @Test func `the next window loads while this one streams, without a bubble at the switch`() throws {
    var random = SplitMix64(seed: 1)
    let array = PEArray.Specification(columns: 16)
    let blocks = (0..<4).map { window in
      StepBlock(
        array, columns: 16, flags: window == 0 ? [.firstWindow] : window == 3 ? [.lastWindow, .lastBlock] : [],
        using: &random)
    }
    let bench = ArrayBench(array, blocks)
    let (ledger, _) = try bench.run()
    // The last of 64 steps is issued in cycle 80; its sums leave from 81 on and are there one later.
    #expect(bench.sums.times == (0..<16).map { 82 + $0 })
    #expect(ledger.filter { $0.key.hasPrefix("starved") || $0.key.hasPrefix("output") } == [:])
    #expect(ledger["fill 5", default: 0] == 17 * 256)
    #expect(ledger["drain \(bench.array.index)", default: 0] == 16 * 256)
  }

  @Test func `a block narrower than its load waits for the registers`() throws {
    var random = SplitMix64(seed: 1)
    let array = PEArray.Specification(columns: 8)
    let blocks = (0..<3).map { window in
      StepBlock(
        array, columns: 8, flags: window == 0 ? [.firstWindow] : window == 2 ? [.lastWindow, .lastBlock] : [],
        using: &random)
    }
    let (ledger, _) = try ArrayBench(array, blocks).run()
    // Windows of 8 columns stream every 16 cycles: 8 cycles lost, twice, through the fault of the rows' blame.
    #expect(ledger["starved_noc 5", default: 0] == 2 * 8 * 256)
  }

  /// The first block's last step is issued in cycle 20; the second block's windows are there long after its drain.
  @Test(arguments: [1, 3, 4, 8])
  func `a slow drain goes on at its pace while the array waits for windows`(drainWordsPerCycle: Int) throws {
    var random = SplitMix64(seed: 2)
    let array = PEArray.Specification(columns: 4, drainWordsPerCycle: drainWordsPerCycle)
    let blocks = (0..<2).map { block in
      StepBlock(
        array, columns: 4, rowBlock: block,
        flags: block == 1 ? [.firstWindow, .lastWindow, .lastBlock] : [.firstWindow, .lastWindow], using: &random)
    }
    let bench = ArrayBench(array, blocks, windowTimes: [0, 0, 0, 0, 500, 500, 500, 500])
    _ = try bench.run()
    let pace = Cycle((16 + drainWordsPerCycle - 1) / drainWordsPerCycle)
    #expect(bench.sums.times.prefix(4) == (0..<4).map { 22 + $0 * pace }[...])
  }

  /// Two blocks of one window each, 16 columns: the first block's sums leave as the second block overwrites them.
  @Test func `the drain of a block hides behind the next block's first window, and only the last is exposed`() throws {
    var random = SplitMix64(seed: 1)
    let array = PEArray.Specification(columns: 16)
    let blocks = (0..<3).map { block in
      StepBlock(
        array, columns: 16, rowBlock: block,
        flags: block == 2 ? [.firstWindow, .lastWindow, .lastBlock] : [.firstWindow, .lastWindow], using: &random)
    }
    let bench = ArrayBench(array, blocks)
    let (ledger, _) = try bench.run()
    // Steps are issued in 17 to 64 without a gap; each block's first sum leaves in the cycle after its last step.
    #expect(bench.sums.times == (0..<48).map { 34 + $0 })
    #expect(ledger["drain \(bench.array.index)", default: 0] == 16 * 256)
    #expect(!ledger.keys.contains { $0.hasPrefix("output") })
  }

  @Test func `sums that leave half as fast hold the next block back, and the collector is to blame`() throws {
    var random = SplitMix64(seed: 1)
    let array = PEArray.Specification(columns: 16)
    let blocks = (0..<2).map { block in
      StepBlock(
        array, columns: 16, rowBlock: block,
        flags: block == 1 ? [.firstWindow, .lastWindow, .lastBlock] : [.firstWindow, .lastWindow], using: &random)
    }
    let full = try ArrayBench(array, blocks).run().ledger
    #expect(!full.keys.contains { $0.hasPrefix("output") })
    let slow = try ArrayBench(array, blocks, sumsEvery: 2).run().ledger
    let lost = try #require(slow["output_backpressure \(ArrayBench.collectorIndex)"])
    #expect((12 * 256...16 * 256).contains(lost))
  }

  @Test func `a register file that drains half as fast holds the next block back`() throws {
    var random = SplitMix64(seed: 1)
    let array = PEArray.Specification(columns: 16, drainWordsPerCycle: 8)
    let blocks = (0..<2).map { block in
      StepBlock(
        array, columns: 16, rowBlock: block,
        flags: block == 1 ? [.firstWindow, .lastWindow, .lastBlock] : [.firstWindow, .lastWindow], using: &random)
    }
    let bench = ArrayBench(array, blocks)
    let (ledger, _) = try bench.run()
    // A column has left when its second half has; the second block overwrites one every other cycle.
    #expect(ledger.filter { $0.key.hasPrefix("output") }.values.reduce(0, +) == 15 * 256)
    // Its last step is in cycle 63; 16 columns have left in 65, 67, …, 95.
    #expect(bench.sums.times.last == 96)
    #expect(ledger["drain \(bench.array.index)", default: 0] == 32 * 256)
  }

  /// A sum is needed again after 16 cycles and ready after 18: every window after the first waits 2, the array to blame.
  @Test func `a sum that is not ready makes the step wait, or is forwarded`() throws {
    func cycles(_ rule: PEArray.HazardRule) throws -> (steps: Int64, lost: Int64) {
      var random = SplitMix64(seed: 1)
      let array = PEArray.Specification(columns: 16, accumulateCycles: 18, hazardRule: rule)
      let blocks = (0..<4).map { window in
        StepBlock(
          array, columns: 16, flags: window == 0 ? [.firstWindow] : window == 3 ? [.lastWindow, .lastBlock] : [],
          using: &random)
      }
      let bench = ArrayBench(array, blocks)
      let (ledger, _) = try bench.run()
      let lost = ledger["output_backpressure \(bench.array.index)", default: 0]
      return (bench.sums.times[0], lost)
    }
    let forward = try cycles(.forward)
    let stall = try cycles(.stall)
    #expect(forward.lost == 0)
    #expect(stall.lost == 3 * 2 * 256)
    #expect(stall.steps == forward.steps + 6)
  }

  /// Three lanes of each row are zero: one because K was rounded up, one because the pattern was, one in the tensor.
  @Test func `a zero slot is booked as padding where the row says so, else as a zero of A`() throws {
    var random = SplitMix64(seed: 1)
    let array = PEArray.Specification()
    var block = StepBlock(
      array, columns: 5, flags: [.firstWindow, .lastWindow, .lastBlock], densityB: 100, using: &random)
    for row in block.rows.indices {
      for lane in 0..<16 { block.rows[row].values[lane] = lane < 3 ? 0 : 1 }
      block.rows[row].shapePadding = 1
      block.rows[row].patternPadding = 2
    }
    let bench = ArrayBench(array, [block])
    let (ledger, cycles) = try bench.run()
    let index = bench.array.index
    let slots: Int64 = 16 * 5
    #expect(ledger["padding_shape \(index)"] == slots)
    #expect(ledger["padding_pattern \(index)"] == slots)
    #expect(ledger["ineffectual_a_zero \(index)"] == slots)
    #expect(ledger.values.reduce(0, +) == 256 * cycles)
  }

  /// The last of the stationary rows arrives in cycle 16; the window a cycle before it, with it, and a cycle after it.
  @Test(arguments: [(14, 5), (15, 5), (16, 6)])
  func `the first step blames the input that came last, of two at once the registers`(
    sent: Cycle, blamed: Int
  ) throws {
    var random = SplitMix64(seed: 1)
    let array = PEArray.Specification()
    let block = StepBlock(array, columns: 1, flags: [.firstWindow, .lastWindow, .lastBlock], using: &random)
    let (ledger, _) = try ArrayBench(array, [block], windowTimes: [sent]).run()
    #expect(ledger.keys.filter { $0.hasPrefix("fill") } == ["fill \(blamed)"])
  }
}
