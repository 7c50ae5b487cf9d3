// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// Sums of one column of one array, on their way out or, spilled, on their way back.
@frozen
public struct SumColumn: BitwiseCopyable, Sendable {
  /// One sum for each row of the array.
  public var sums: SIMD16<Int32>
  /// Column of Z.
  public var column: Int32
  /// Block of rows of Z.
  public var rowBlock: Int32
  /// Whether the sums are partial: more of K follows.
  public var isSpilled: Bool
  /// Why they came no earlier, on their way back.
  public var blame: Blame
}

/// Sums of one column of a whole block of Z, from all arrays.
@frozen
public struct BlockColumn: BitwiseCopyable, Sendable {
  /// Sums by row of the block.
  public var sums: InlineArray<64, Int32>
  public var column: Int32
  public var rowBlock: Int32
}

/// The part of the NoC that collects the sums of the arrays' rows, a column of a block at a time.
public final class Collector: Component, ActionReporting {
  private struct Registers: BitwiseCopyable {
    var freeAt: Cycle = 0
    var words: Int64 = 0
  }

  public let arrays: [Input<SumColumn>]
  public let columns: Output<BlockColumn>
  /// Partial sums.
  public let spills: Output<BlockColumn>

  let wordsPerCycle: Int
  /// Cycles that a column occupies the network.
  private let cyclesPerColumn: Cycle
  @State private var state: Registers

  /// - Parameter wordsPerCycle: sums per cycle that the network carries.
  public init(in clock: ClockDomain, name: String = "NoC.collect", arrays: Int, wordsPerCycle: Int) {
    precondition(arrays >= 1 && arrays <= 4, "a block has at most 64 rows")
    self.wordsPerCycle = wordsPerCycle
    cyclesPerColumn = Cycle((arrays * 16 + wordsPerCycle - 1) / wordsPerCycle)
    self.arrays = (0..<arrays).map { Input("array\($0)", of: name, in: clock) }
    columns = Output("columns", of: name, in: clock)
    spills = Output("spills", of: name, in: clock)
    _state = State(Registers(), of: name, in: clock)
    super.init(name, in: clock)
  }

  public override func tick() -> Activity {
    var arrival = state.freeAt
    for array in 0..<arrays.count {
      guard !arrays[array].isEmpty else { return arrays[array].starved }
      arrival = max(arrival, arrays[array].frontArrivalCycle)
    }
    let delivery = arrival + cyclesPerColumn - 1
    guard now >= delivery else { return .working(until: delivery) }
    let output = arrays[0].front.isSpilled ? spills : columns
    guard output.isReady else { return output.backpressured }
    collect(into: output)
    return .worked
  }

  private func collect(into output: Output<BlockColumn>) {
    let first = arrays[0].front
    var column = BlockColumn(sums: InlineArray(repeating: 0), column: first.column, rowBlock: first.rowBlock)
    for array in 0..<arrays.count {
      let part = arrays[array].receive()
      precondition(part.column == first.column && part.rowBlock == first.rowBlock, "arrays drain in the same order")
      // Rows were dealt to the arrays in turn.
      for row in 0..<16 { column.sums[row * arrays.count + array] = part.sums[row] }
    }
    let words = arrays.count * 16
    output.send(column, bytes: words * 4)
    state.freeAt = now + 1
    state.words += Int64(words)
  }

  public var actionCounts: [ActionCount] {
    [ActionCount(component: name, action: "collect_word", count: state.words, bits: 32, isSparsityTax: false)]
  }
}
