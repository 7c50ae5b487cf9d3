// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Sparsity
import Statistics
import Testing

@testable import Hardware

/// An array of time-unrolled processing elements by itself: its steps, its sums, and what the ledger says.
struct TimeUnrolledArrayTests {
  private static func specification(
    passes: Int = 1, boundB: Int = 4, drainWordsPerCycle: Int = 16, accumulateCycles: Int = 3
  ) -> TimeUnrolledArray.Specification {
    TimeUnrolledArray.Specification(
      rows: 16, columns: 8, peRows: 4, peColumns: 2, wordBits: 8, heldValues: 4, passes: passes, boundB: boundB,
      drainWordsPerCycle: drainWordsPerCycle, accumulateCycles: accumulateCycles)
  }

  /// A tile's operand: words by block, then by row (or column) and position.
  private struct Operand {
    var first = 0
    var extent: Int
    var blocks: [[[Int16]]]

    /// Random values, at most `kept` in a block of 8.
    init(extent: Int, blocks: Int, kept: Int, first: Int = 0, using random: inout SplitMix64) {
      self.first = first
      self.extent = extent
      self.blocks = (0..<blocks).map { _ in
        (0..<extent).map { _ in
          var words = [Int16](repeating: 0, count: 8)
          for _ in 0..<kept { words[random.uniform(below: 8)] = Int16(random.uniform(-127...127)) }
          return words
        }
      }
    }

    /// The same words in every row and block.
    init(extent: Int, blocks: Int = 1, words: [Int16]) {
      self.extent = extent
      self.blocks = Array(repeating: Array(repeating: words, count: extent), count: blocks)
    }

    func messages(lastLength: Int = 8, isLastTile: Bool, blame: Blame) -> [DensityBoundBlock] {
      blocks.enumerated().map { index, block in
        var message = DensityBoundBlock(
          words: InlineArray(repeating: 0), first: Int32(first), extent: Int32(extent),
          length: Int32(index == blocks.count - 1 ? lastLength : 8), flags: isLastTile ? [.lastTile] : [], blame: blame)
        for (place, words) in block.enumerated() {
          for position in 0..<8 { message.words[8 * place + position] = words[position] }
        }
        if index == 0 { message.flags.insert(.first) }
        if index == blocks.count - 1 { message.flags.insert(.last) }
        return message
      }
    }
  }

  private struct Run {
    let columns: [BlockColumn]
    let times: [Cycle]
    let ledger: [Cause: Int64]
    let actions: [String: Int64]
  }

  private func run(
    _ tiles: [(a: Operand, b: Operand)], _ specification: TimeUnrolledArray.Specification, lastLength: Int = 8,
    timesB: [Cycle] = [], every: Cycle = 1, capacity: Int = 2
  ) throws -> Run {
    let bench = Bench()
    let array = TimeUnrolledArray(in: bench.clock, name: "array", specification)
    func messages(_ operand: ((a: Operand, b: Operand)) -> Operand, _ blame: Blame) -> [DensityBoundBlock] {
      tiles.enumerated().flatMap {
        operand($1).messages(lastLength: lastLength, isLastTile: $0 == tiles.count - 1, blame: blame)
      }
    }
    bench.drive(array.blocksA, "a", messages(\.a, Blame(.glb, component: 5)), capacity: 2)
    bench.drive(array.blocksB, "b", messages(\.b, Blame(.dram, component: 6)), at: timesB, capacity: 2)
    let sink = bench.listen(to: array.sums, "sums", every: every, perCycle: 1, capacity: capacity)
    try bench.run()
    let cycles = bench.clock.cycle + 1
    array.closeLedger(cycles: cycles)
    var ledger: [Cause: Int64] = [:]
    for entry in array.ledgerEntries(names: (0..<64).map(String.init)) {
      ledger[entry.cause, default: 0] += entry.laneCycles
    }
    #expect(ledger.values.reduce(0, +) == Int64(specification.lanes) * cycles)
    #expect(ledger.values.allSatisfy { $0 > 0 })
    return Run(
      columns: sink.messages, times: sink.times, ledger: ledger,
      actions: Dictionary(uniqueKeysWithValues: array.actionCounts.map { ($0.action, $0.count) }))
  }

  @Test(arguments: UInt64(0)..<24)
  func `sums are the product, whatever comes late, and no lane-cycle is lost`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let passes = random.uniform(1...2)
    let bound = random.uniform(1...8)
    let array = Self.specification(
      passes: passes, boundB: bound, drainWordsPerCycle: random.uniform(1...16),
      accumulateCycles: random.uniform(1...6))
    let tiles = (0..<random.uniform(1...4)).map { index in
      let blocks = random.uniform(1...5)
      return (
        a: Operand(
          extent: random.uniform(1...16), blocks: blocks, kept: passes == 1 ? 4 : 8, first: 16 * index,
          using: &random),
        b: Operand(extent: random.uniform(1...8), blocks: blocks, kept: bound, first: 8 * index, using: &random)
      )
    }
    var time: Cycle = 0
    let late = tiles.flatMap(\.b.blocks).map { _ in
      time += Cycle(random.uniform(below: 20))
      return time
    }
    let run = try run(tiles, array, timesB: late, every: Cycle(random.uniform(1...5)))
    var found = run.columns[...]
    var effectual: Int64 = 0
    for tile in tiles {
      for column in 0..<tile.b.extent {
        let message = try #require(found.popFirst())
        #expect(message.column == Int32(tile.b.first + column) && message.rowBlock == Int32(tile.a.first / 16))
        for row in 0..<tile.a.extent {
          var sum: Int32 = 0
          for block in tile.a.blocks.indices {
            for (a, b) in zip(tile.a.blocks[block][row], tile.b.blocks[block][column]) {
              sum += Int32(a) * Int32(b)
              if a != 0 && b != 0 { effectual += 1 }
            }
          }
          #expect(message.sums[row] == sum)
        }
      }
    }
    #expect(found.isEmpty)
    #expect(run.ledger[.effectual, default: 0] == effectual)
    let active: [Cause] = [.effectual, .ineffectualAZero, .ineffectualBZero, .paddingShape, .paddingPattern]
    let blocks = tiles.reduce(0) { $0 + $1.a.blocks.count }
    #expect(active.reduce(0) { $0 + run.ledger[$1, default: 0] } == Int64(blocks * passes * bound * 128))
  }

  /// Blocks arrive from cycle 1 on; operands take 4 cycles from the first of 4 x 2 elements to the last.
  @Test(arguments: [1, 2], [1, 3, 8])
  func `a block takes as many steps as the bound, in each pass`(passes: Int, bound: Int) throws {
    var random = SplitMix64(seed: 1)
    let blocks = 6
    let a = Operand(extent: 16, blocks: blocks, kept: 4, using: &random)
    let b = Operand(extent: 8, blocks: blocks, kept: bound, using: &random)
    let run = try run([(a, b)], Self.specification(passes: passes, boundB: bound, drainWordsPerCycle: 8))
    let first = Cycle(1 + blocks * passes * bound + 4 + 3 + 1)
    // A column of 16 sums takes two cycles.
    #expect(run.times == (0..<8).map { first + 2 * $0 })
    #expect(run.ledger[.fill, default: 0] == 128)
  }

  /// A has two values at positions 0 and 1 of every row, B three at 0 to 2 of every column, of the 4 that its bound allows.
  @Test(arguments: [1, 2])
  func `a step that multiplies nothing is booked by what is missing`(passes: Int) throws {
    let a = Operand(extent: 16, words: [1, 2, 0, 0, 0, 0, 0, 0])
    let b = Operand(extent: 8, words: [3, 4, 5, 0, 0, 0, 0, 0])
    let ledger = try run([(a, b)], Self.specification(passes: passes)).ledger
    let lanes: Int64 = 128
    #expect(ledger[.effectual, default: 0] == 2 * lanes)
    #expect(ledger[.ineffectualAZero, default: 0] == Int64(passes) * lanes)
    #expect(ledger[.ineffectualBZero, default: 0] == Int64(passes) * lanes)
    // What a pass multiplies, the other cannot.
    #expect(ledger[.paddingPattern, default: 0] == Int64(passes - 1) * 2 * lanes)
    #expect(ledger[.paddingShape, default: 0] == 0)
  }

  /// K ends 2 positions into the block, and the tile has 10 of 16 rows and 3 of 8 columns.
  @Test func `rows, columns and positions beyond the operands are padding of the shape`() throws {
    let a = Operand(extent: 10, words: [1, 1, 0, 0, 0, 0, 0, 0])
    let b = Operand(extent: 3, words: [1, 1, 0, 0, 0, 0, 0, 0])
    let ledger = try run([(a, b)], Self.specification(), lastLength: 2).ledger
    #expect(ledger[.effectual, default: 0] == 2 * 30)
    #expect(ledger[.paddingShape, default: 0] == 4 * 128 - 2 * 30)
  }

  /// A tile's sums drain while the next accumulates; one as short as this waits for the shadow before its last block.
  @Test func `a tile that ends before the one before it has left waits for it`() throws {
    var random = SplitMix64(seed: 2)
    func tiles(_ blocks: Int, using random: inout SplitMix64) -> [(a: Operand, b: Operand)] {
      (0..<3).map { _ in
        (
          a: Operand(extent: 16, blocks: blocks, kept: 4, using: &random),
          b: Operand(extent: 8, blocks: blocks, kept: 4, using: &random)
        )
      }
    }
    // 8 columns of a cycle each, 7 cycles after the tile's last step: 5 blocks of 4 steps hide them, one does not.
    let hidden = try run(tiles(5, using: &random), Self.specification())
    #expect(hidden.ledger[.outputBackpressure, default: 0] == 0)
    let exposed = try run(tiles(1, using: &random), Self.specification())
    #expect(exposed.ledger[.outputBackpressure, default: 0] > 0)
  }

  @Test func `a block that comes late is blamed on what it waited for`() throws {
    let a = Operand(extent: 16, blocks: 2, words: [1, 1, 1, 1, 0, 0, 0, 0])
    let b = Operand(extent: 8, blocks: 2, words: [1, 1, 1, 1, 0, 0, 0, 0])
    let ledger = try run([(a, b)], Self.specification(), timesB: [0, 29]).ledger
    // The first block's steps are issued in 1 to 4, the second comes in 30.
    #expect(ledger[.starvedDRAM, default: 0] == 25 * 128)
  }
}
