// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Sparsity

@testable import Hardware

extension PEArray.Specification {
  /// An array as HighLight has it, for the pattern `C1(4:h1)->C0(2:h0)`.
  init(
    h1: Int = 4, h0: Int = 2, columns: Int = 8, wordBits: Int = 8, drainWordsPerCycle: Int = 16,
    accumulateCycles: Int = 3, hazardRule: PEArray.HazardRule = .forward
  ) {
    self.init(
      rows: 16, groups: 2,
      ranks: [
        PEArray.Rank(kept: 4, of: h1, hasMetadata: h1 > 4), PEArray.Rank(kept: 2, of: h0, hasMetadata: h0 > 2),
      ], columns: columns, wordBits: wordBits, drainWordsPerCycle: drainWordsPerCycle,
      accumulateCycles: accumulateCycles, hazardRule: hazardRule, gatesZeros: true)
  }

  /// An array with three ranks, for the pattern `C2(2:h2)->C1(4:h1)->C0(2:h0)`.
  init(h2: Int, h1: Int, h0: Int, columns: Int = 8) {
    self.init(
      rows: 16, groups: 1,
      ranks: [
        PEArray.Rank(kept: 2, of: h2, hasMetadata: h2 > 2), PEArray.Rank(kept: 4, of: h1, hasMetadata: h1 > 4),
        PEArray.Rank(kept: 2, of: h0, hasMetadata: h0 > 2),
      ], columns: columns, wordBits: 8, drainWordsPerCycle: 16, accumulateCycles: 3, hazardRule: .forward,
      gatesZeros: true,
      selection: PEArray.Selection(
        ranks: [
          PEArray.Selection.Rank(number: 2, choices: 4, words: 32, offsetBits: 2),
          PEArray.Selection.Rank(number: 1, choices: 8, words: 4, offsetBits: 3),
          PEArray.Selection.Rank(number: 0, choices: 4, words: 1, offsetBits: 2),
        ], widestWindowWords: OperandWindow.wordLimit))
  }
}

/// One K window of a block: the stationary rows of an array, and the windows of operand B that stream through it.
struct StepBlock {
  var rows: [StationaryRow] = []
  var windows: [OperandWindow] = []
  /// What lane `lane` of row `row` multiplies, worked out from the offsets by their definition.
  var selected: [[(value: Int16, position: Int)]] = []

  /// Draws a block with random values and random offsets, ascending in a group as the encoder makes them.
  init(
    _ array: PEArray.Specification, rows rowCount: Int = 16, columns: Int, firstColumn: Int = 0, rowBlock: Int = 0,
    flags: StepFlags, densityB: Int = 80, using random: inout SplitMix64
  ) {
    for row in 0..<rowCount {
      var message = StationaryRow(
        values: SIMD32(), offsets: RankOffsets(), row: Int8(row), isLast: row == rowCount - 1, shapePadding: 0,
        patternPadding: 0, blame: Blame(.noc, component: 5))
      var lanes: [(value: Int16, position: Int)] = []
      // Which half of the window's halves: with two ranks the row's own, with three the one that rank 2 chose.
      var halves = [0, 1]
      if array.ranks.count == 3 {
        let h2 = array.rank(2).of
        if array.rank(2).hasMetadata { halves = halves.map { _ in random.uniform(below: h2) } }
        message.offsets.rank2 = UInt64(halves[0] | halves[1] << 2)
      }
      for pe in 0..<8 {
        let block = array.groupBlocks == 4 ? pe % 4 : random.uniform(below: array.groupBlocks)
        message.offsets.rank1 |= UInt64(block) << UInt64(3 * pe)
        for mac in 0..<2 {
          let offset = array.blockValues == 2 ? mac : random.uniform(below: array.blockValues)
          let lane = 2 * pe + mac
          message.offsets.rank0 |= UInt64(offset) << UInt64(2 * lane)
          message.values[lane] = Int16(random.uniform(-127...127))
          let group = halves[pe / 4] * array.groupBlocks * array.blockValues
          lanes.append((message.values[lane], group + block * array.blockValues + offset))
        }
      }
      self.rows.append(message)
      selected.append(lanes)
    }
    if rowCount == 0 {
      rows.append(
        StationaryRow(
          values: SIMD32(), offsets: RankOffsets(), row: -1, isLast: true, shapePadding: 0, patternPadding: 0,
          blame: Blame(.registers, component: 5)))
    }
    for column in 0..<columns {
      var window = OperandWindow(
        words: InlineArray(repeating: 0), column: Int32(firstColumn + column), rowBlock: Int32(rowBlock), flags: flags,
        blame: Blame(.dram, component: 6))
      for word in 0..<array.windowWords where random.uniform(below: 100) < densityB {
        window.words[word] = Int16(random.uniform(-128...127))
      }
      if column == 0 { window.flags.insert(.firstColumn) }
      if column == columns - 1 { window.flags.insert(.lastColumn) }
      windows.append(window)
    }
  }

  /// The products of one row and column, summed.
  func sum(row: Int, column: Int) -> Int32 {
    guard row < selected.count else { return 0 }
    return selected[row].reduce(0) { $0 + Int32($1.value) * Int32(windows[column].words[$1.position]) }
  }

  /// Products of the block with both factors non-zero.
  var effectual: Int64 {
    selected.reduce(0) { total, lanes in
      lanes.reduce(total) { total, lane in
        total + (lane.value == 0 ? 0 : Int64(windows.count { $0.words[lane.position] != 0 }))
      }
    }
  }
}
