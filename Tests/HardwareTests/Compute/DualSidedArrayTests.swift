// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Sparsity
import Testing

@testable import Hardware

/// The array of the dual-side variant: operand B keeps 4 of H1 blocks, operand A 2 of H0 values in each of them.
struct DualSidedArrayTests {
  /// A window of a block, made from operands in full; what must come out is their product.
  private struct Block {
    let a: [[Int16]]
    let b: [[Int16]]
    var rows: [StationaryRow] = []
    var windows: [OperandWindow] = []

    /// - Parameter empty: of every group's kept blocks, how many are zero in each column.
    init(
      _ array: PEArray.Specification, columns: Int, flags: StepFlags, zerosA: Int = 20, zerosB: Int = 20,
      empty: Int = 0, using random: inout SplitMix64
    ) {
      let (h1, h0) = (array.groupBlocks, array.blockValues)
      func value(_ zeros: Int, using random: inout SplitMix64) -> Int16 {
        random.uniform(below: 100) < zeros ? 0 : Int16(random.uniform(1...127)) * (random.next() & 1 == 0 ? 1 : -1)
      }
      var a: [[Int16]] = []
      for row in 0..<16 {
        var line = [Int16](repeating: 0, count: array.positions)
        var message = StationaryRow(
          values: SIMD32(), offsets: RankOffsets(), row: Int8(row), isLast: row == 15, shapePadding: 0,
          patternPadding: 0, blame: Blame(.noc, component: 5))
        for block in 0..<2 * h1 {
          let first = h0 == 2 ? 0 : random.uniform(below: h0 - 1)
          let second = h0 == 2 ? 1 : random.uniform(first + 1...h0 - 1)
          for (place, offset) in [first, second].enumerated() {
            let slot = 2 * block + place
            line[block * h0 + offset] = value(zerosA, using: &random)
            message.values[slot] = line[block * h0 + offset]
            message.offsets.rank0 |= UInt64(offset) << UInt64(2 * slot)
          }
        }
        a.append(line)
        rows.append(message)
      }
      var b: [[Int16]] = []
      for column in 0..<columns {
        var line = [Int16](repeating: 0, count: array.positions)
        var window = OperandWindow(
          words: InlineArray(repeating: 0), column: Int32(column), rowBlock: 0, flags: flags,
          blame: Blame(.dram, component: 6))
        for group in 0..<2 {
          var kept = Set(0..<h1)
          while kept.count > 4 { kept.remove(kept.sorted()[random.uniform(below: kept.count)]) }
          for (place, block) in kept.sorted().enumerated() {
            window.blockOffsets |= UInt64(block) << UInt64(3 * (4 * group + place))
            for offset in 0..<h0 where place >= empty {
              let word = value(zerosB, using: &random)
              line[(group * h1 + block) * h0 + offset] = word
              window.words[(4 * group + place) * h0 + offset] = word
            }
          }
        }
        if column == 0 { window.flags.insert(.firstColumn) }
        if column == columns - 1 { window.flags.insert(.lastColumn) }
        b.append(line)
        windows.append(window)
      }
      self.a = a
      self.b = b
    }

    func sum(row: Int, column: Int) -> Int32 { zip(a[row], b[column]).reduce(0) { $0 + Int32($1.0) * Int32($1.1) } }

    var effectual: Int64 {
      a.reduce(0) { total, row in
        b.reduce(total) { $0 + Int64(zip(row, $1).count { $0.0 != 0 && $0.1 != 0 }) }
      }
    }
  }

  private static func array(h1: Int, h0: Int, declared: Int = 4) -> PEArray.Specification {
    PEArray.Specification(
      rows: 16, groups: 2,
      ranks: [
        PEArray.Rank(kept: 4, of: h1, hasMetadata: false), PEArray.Rank(kept: 2, of: h0, hasMetadata: h0 > 2),
      ], columns: 16, wordBits: 8, drainWordsPerCycle: 16, accumulateCycles: 3, hazardRule: .forward, gatesZeros: true,
      selection: .dualSided, declaredBlocks: declared)
  }

  private func run(
    _ array: PEArray.Specification, _ blocks: [Block]
  ) throws -> (sums: [[Int32]], ledger: [String: Int64], array: PEArray) {
    let bench = Bench()
    let unit = PEArray(in: bench.clock, name: "array", array)
    bench.drive(unit.windows, "windows", blocks.flatMap(\.windows), capacity: 2)
    bench.drive(unit.stationary, "rows", blocks.flatMap(\.rows), capacity: 2)
    bench.drive(unit.reloads, "reloads", [SumColumn]())
    let sums = bench.listen(to: unit.sums, "sums", perCycle: 1)
    try bench.run()
    let cycles = bench.clock.cycle + 1
    unit.closeLedger(cycles: cycles)
    var ledger: [String: Int64] = [:]
    for entry in unit.ledgerEntries(names: (0..<64).map(String.init)) {
      ledger[entry.cause.rawValue, default: 0] += entry.laneCycles
    }
    #expect(ledger.values.reduce(0, +) == 256 * cycles)
    return (sums.messages.map { sums in (0..<16).map { sums.sums[$0] } }, ledger, unit)
  }

  @Test(arguments: 4...8, 2...4)
  func `sums are the product of both operands in full, one column a step`(h1: Int, h0: Int) throws {
    var random = SplitMix64(seed: UInt64(10 * h1 + h0))
    let array = Self.array(h1: h1, h0: h0)
    let blocks = (0..<3).map { window in
      Block(
        array, columns: 16, flags: window == 0 ? [.firstWindow] : window == 2 ? [.lastWindow, .lastBlock] : [],
        using: &random)
    }
    let (sums, ledger, unit) = try run(array, blocks)
    #expect(
      sums
        == (0..<16).map { column in (0..<16).map { row in blocks.reduce(0) { $0 + $1.sum(row: row, column: column) } } }
    )
    #expect(ledger["effectual", default: 0] == blocks.reduce(0) { $0 + $1.effectual })
    // Every lane works in every one of 3 x 16 steps, whatever the patterns.
    let active = ["effectual", "ineffectual_a_zero", "ineffectual_b_zero"].reduce(0) { $0 + ledger[$1, default: 0] }
    #expect(active == 3 * 16 * 256)
    func count(_ action: String) -> Int64 {
      unit.actionCounts.reduce(0) { $0 + ($1.action == action ? $1.count : 0) }
    }
    #expect(count("select_rank1") == (h1 > 4 ? 3 * 16 * 16 * 8 : 0))
    #expect(count("register_write") == Int64(3 * 16 * 4 * h1))
  }

  /// B's declared pattern keeps 2 blocks of a group, the window has 4: two of them only fill it up.
  @Test(arguments: [5, 8])
  func `blocks that fill a window up are padding of the pattern, up to what the declaration leaves`(h1: Int) throws {
    var random = SplitMix64(seed: 4)
    for (declared, empty) in [(2, 2), (2, 3), (3, 2), (4, 2)] {
      let array = Self.array(h1: h1, h0: 4, declared: declared)
      let block = Block(
        array, columns: 16, flags: [.firstWindow, .lastWindow, .lastBlock], zerosA: 0, zerosB: 0, empty: empty,
        using: &random)
      let ledger = try run(array, [block]).ledger
      let fillers = min(4 - declared, empty)
      #expect(ledger["padding_pattern", default: 0] == Int64(16 * 16 * 4 * fillers))
      #expect(ledger["ineffectual_b_zero", default: 0] == Int64(16 * 16 * 4 * (empty - fillers)))
      #expect(ledger["ineffectual_a_zero", default: 0] == 0)
    }
  }

  @Test func `a zero of A is booked for every column whose block it meets`() throws {
    var random = SplitMix64(seed: 9)
    let array = Self.array(h1: 8, h0: 4)
    var block = Block(
      array, columns: 16, flags: [.firstWindow, .lastWindow, .lastBlock], zerosA: 0, zerosB: 0, using: &random)
    // Block 3 of group 0 loses both values: one is padding of the shape, one of the pattern.
    for row in block.rows.indices {
      block.rows[row].values[6] = 0
      block.rows[row].values[7] = 0
      block.rows[row].shapePadding = 1 << 6
      block.rows[row].patternPadding = 1 << 7
    }
    let meetings = Int64(
      block.windows.count { window in (0..<4).contains { window.blockOffsets >> UInt64(3 * $0) & 7 == 3 } })
    let ledger = try run(array, [block]).ledger
    #expect(meetings > 0 && meetings < 16)
    #expect(ledger["padding_shape", default: 0] == 16 * meetings)
    #expect(ledger["padding_pattern", default: 0] == 16 * meetings)
  }
}
