// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// The tiles of Z that a grid of arrays works on at once.
@frozen
public struct TileBlock: BitwiseCopyable, Equatable, Sendable {
  public var firstRow: Int32
  public var rows: Int32
  public var firstColumn: Int32
  public var columns: Int32

  public init(firstRow: Int, rows: Int, firstColumn: Int, columns: Int) {
    self.firstRow = Int32(firstRow)
    self.rows = Int32(rows)
    self.firstColumn = Int32(firstColumn)
    self.columns = Int32(columns)
  }
}

/// The part of the NoC that collects finished tiles from a grid of arrays, a column at a time: the arrays of a column of the
/// grid deliver their parts of it together, as far as 64 rows go, so that lines of memory are written whole.
///
/// The order is fixed, whichever array is done first: block by block, in a block by column within the tiles, then by column
/// of arrays, then by rows. So the result can be compressed in the order of arrival.
public final class TileCollector: Component, ActionReporting {
  /// The grid of arrays and their tiles.
  public struct Specification: Equatable, Sendable {
    public var gridRows: Int
    public var gridColumns: Int
    public var tileRows: Int
    public var tileColumns: Int
    /// Sums per cycle that the network carries.
    public var wordsPerCycle: Int

    public init(gridRows: Int, gridColumns: Int, tileRows: Int, tileColumns: Int, wordsPerCycle: Int) {
      self.gridRows = gridRows
      self.gridColumns = gridColumns
      self.tileRows = tileRows
      self.tileColumns = tileColumns
      self.wordsPerCycle = wordsPerCycle
    }

    /// Rows of arrays whose parts of a column leave together: as many as have 64 rows and part the grid evenly.
    public var joinedRows: Int {
      (1...gridRows).last { gridRows % $0 == 0 && $0 * tileRows <= 64 } ?? 1
    }

    /// Rows of Z in a column as it leaves.
    public var rowsPerColumn: Int { joinedRows * tileRows }
  }

  private struct Registers: BitwiseCopyable {
    var block: Int32 = 0
    var column: Int32 = 0
    var gridColumn: Int32 = 0
    /// First row of the arrays whose parts leave together.
    var gridRow: Int32 = 0
    var freeAt: Cycle = 0
    var words: Int64 = 0
  }

  /// Arrays row by row of the grid.
  public let arrays: [Input<BlockColumn>]
  public let columns: Output<BlockColumn>

  let specification: Specification
  private let blocks: StateArray<TileBlock>
  @State private var state: Registers

  /// - Parameter blocks: the layer's blocks in the order in which they are finished.
  public init(
    in clock: ClockDomain, name: String = "NoC.collect", _ specification: Specification, blocks: [TileBlock]
  ) {
    self.specification = specification
    arrays = (0..<specification.gridRows * specification.gridColumns).map { Input("array\($0)", of: name, in: clock) }
    columns = Output("columns", of: name, in: clock)
    self.blocks = StateArray(repeating: blocks[0], count: blocks.count, of: name, in: clock)
    for (index, block) in blocks.enumerated() { self.blocks[index] = block }
    _state = State(Registers(), of: name, in: clock)
    super.init(name, in: clock)
    if !isWanted { advance() }
  }

  public override var isFinished: Bool { isDone }

  public override func tick() -> Activity {
    guard !isDone else { return .idle }
    let rows = rowCount
    let parts = (rows + specification.tileRows - 1) / specification.tileRows
    var ready = state.freeAt
    for part in 0..<parts {
      let array = arrays[arrayIndex(part)]
      guard !array.isEmpty else { return array.starved }
      ready = max(ready, array.frontArrivalCycle)
    }
    let delivery = ready + Cycle((rows - 1) / specification.wordsPerCycle)
    guard now >= delivery else { return .working(until: delivery) }
    guard columns.isReady else { return columns.backpressured }
    collect(parts: parts, rows: rows)
    advance()
    return .worked
  }

  private func arrayIndex(_ part: Int) -> Int {
    (Int(state.gridRow) + part) * specification.gridColumns + Int(state.gridColumn)
  }

  private func collect(parts: Int, rows: Int) {
    let block = blocks[Int(state.block)]
    let firstRow = Int(block.firstRow) + Int(state.gridRow) * specification.tileRows
    var column = BlockColumn(
      sums: InlineArray(repeating: 0), column: columnIndex,
      rowBlock: Int32(firstRow / specification.rowsPerColumn))
    for part in 0..<parts {
      let front = arrays[arrayIndex(part)].receive()
      precondition(front.column == column.column, "arrays drain in the order that the collector expects")
      let start = part * specification.tileRows
      for row in start..<min(rows, start + specification.tileRows) { column.sums[row] = front.sums[row - start] }
    }
    columns.send(column, bytes: rows * 4)
    state.words += Int64(rows)
    state.freeAt = now + 1
  }

  private var isDone: Bool { Int(state.block) == blocks.count }

  /// Rows of the column to be collected next that lie inside Z.
  private var rowCount: Int {
    let block = blocks[Int(state.block)]
    return min(max(Int(block.rows) - Int(state.gridRow) * specification.tileRows, 0), specification.rowsPerColumn)
  }

  private var columnIndex: Int32 {
    blocks[Int(state.block)].firstColumn + state.gridColumn * Int32(specification.tileColumns) + state.column
  }

  private var isWanted: Bool {
    let block = blocks[Int(state.block)]
    return rowCount > 0 && columnIndex < block.firstColumn + block.columns
  }

  /// Moves on to the next column that lies inside Z.
  private func advance() {
    repeat {
      state.gridRow += Int32(specification.joinedRows)
      guard Int(state.gridRow) == specification.gridRows else { continue }
      state.gridRow = 0
      state.gridColumn += 1
      guard Int(state.gridColumn) == specification.gridColumns else { continue }
      state.gridColumn = 0
      state.column += 1
      guard Int(state.column) == specification.tileColumns else { continue }
      state.column = 0
      state.block += 1
    } while !isDone && !isWanted
  }

  public var actionCounts: [ActionCount] {
    [ActionCount(component: name, action: "collect_word", count: state.words, bits: 32, isSparsityTax: false)]
  }
}

extension TileCollector.Specification {
  /// The columns in the order of collection: their first row, and their column of Z.
  public func order(of blocks: [TileBlock]) -> [(firstRow: Int, column: Int)] {
    var order: [(firstRow: Int, column: Int)] = []
    for block in blocks {
      for column in 0..<tileColumns {
        for gridColumn in 0..<gridColumns {
          let place = gridColumn * tileColumns + column
          guard place < Int(block.columns) else { continue }
          for gridRow in stride(from: 0, to: gridRows, by: joinedRows) where gridRow * tileRows < Int(block.rows) {
            order.append((Int(block.firstRow) + gridRow * tileRows, Int(block.firstColumn) + place))
          }
        }
      }
    }
    return order
  }
}
