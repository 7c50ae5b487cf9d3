// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// What the MACs, the row reduction and the register file of an array compute.
///
/// Windows are kept as they arrive, and the products of a stationary window are formed when its last column has
/// arrived: each lane's value of A times the words that its selection picks from every window. That is the same set
/// of products in the same precision as forming them step by step, ordered so that the columns are vectorised. Sums
/// are exact: 32-bit wrap-around addition loses nothing while the final sum fits.
struct ArrayDatapath {
  /// What the lanes of one stationary window did over all its columns.
  struct Tally {
    var effectual: Int64 = 0
    var ineffectualB: Int64 = 0
    var ineffectualA: Int64 = 0
    var shapePadding: Int64 = 0
    var patternPadding: Int64 = 0
    /// Padding of either kind in rows that hold values.
    var paddingInUsedRows: Int64 = 0
    var usedRows: Int64 = 0
  }

  private static let wordLimit = OperandWindow.wordLimit

  private let specification: PEArray.Specification
  /// Words of the windows that stream through the stationary registers, by column.
  private let windows: StateArray<InlineArray<64, Int16>>
  /// The same, transposed and widened: word, column. Scratch, rebuilt before each use.
  private let streams: StateArray<Int32>
  /// Non-zero words of each position over the columns. Scratch.
  private let nonZeros: StateArray<Int32>
  /// Partial sums: row, column.
  private let sums: StateArray<Int32>

  init(_ specification: PEArray.Specification, of owner: String, in clock: ClockDomain) {
    self.specification = specification
    windows = StateArray(
      repeating: InlineArray(repeating: 0), count: specification.columns, of: owner, in: clock)
    streams = StateArray(repeating: 0, count: specification.columns * Self.wordLimit, of: owner, in: clock)
    nonZeros = StateArray(repeating: 0, count: Self.wordLimit, of: owner, in: clock)
    sums = StateArray(repeating: 0, count: specification.rows * specification.columns, of: owner, in: clock)
  }

  /// Keeps the window that arrived for `column` of the block.
  func accept(_ words: InlineArray<64, Int16>, column: Int) {
    windows[column] = words
  }

  /// Multiplies the active stationary window with the first `columns` windows and adds the products to the sums.
  ///
  /// - Parameter startsAtZero: whether the sums are overwritten, as in a block's first K window.
  func multiply(_ registers: StationaryRegisters, columns: Int, startsAtZero: Bool) -> Tally {
    transpose(columns: columns)
    var tally = Tally()
    let columnCount = Int64(columns)
    for rowIndex in 0..<specification.rows {
      let row = registers.row(rowIndex)
      let start = rowIndex * specification.columns
      let accumulators = sums.elements(start..<start + columns)
      if startsAtZero { accumulators.update(repeating: 0) }
      guard row.isUsed else {
        tally.shapePadding += Int64(specification.lanesPerRow) * columnCount
        continue
      }
      tally.usedRows += 1
      var zeroSlots: Int64 = 0
      for lane in 0..<specification.lanesPerRow {
        let value = Int32(row.values[lane])
        guard value != 0 else {
          zeroSlots += 1
          continue
        }
        let position = Int(row.positions[lane])
        let stream = streams.elements(position * specification.columns..<position * specification.columns + columns)
        for column in 0..<columns { accumulators[column] &+= value &* stream[column] }
        let hits = Int64(nonZeros[position])
        tally.effectual += hits
        tally.ineffectualB += columnCount - hits
      }
      tally.shapePadding += row.shapePadding * columnCount
      tally.patternPadding += row.patternPadding * columnCount
      tally.paddingInUsedRows += (row.shapePadding + row.patternPadding) * columnCount
      tally.ineffectualA += (zeroSlots - row.shapePadding - row.patternPadding) * columnCount
    }
    return tally
  }

  private func transpose(columns: Int) {
    for position in 0..<specification.windowWords {
      let stream = streams.elements(position * specification.columns..<position * specification.columns + columns)
      let source = windows.elements(0..<columns)
      var hits: Int32 = 0
      for column in 0..<columns {
        let word = source[column][position]
        stream[column] = Int32(word)
        hits &+= word == 0 ? 0 : 1
      }
      nonZeros[position] = hits
    }
  }

  /// Puts back the sums of one column, by row.
  func reload(_ values: SIMD16<Int32>, column: Int) {
    for row in 0..<specification.rows { sums[row * specification.columns + column] = values[row] }
  }

  func sum(row: Int, column: Int) -> Int32 { sums[row * specification.columns + column] }

  /// The sums of one column, by row.
  func column(_ column: Int) -> SIMD16<Int32> {
    var result = SIMD16<Int32>()
    for row in 0..<specification.rows { result[row] = sums[row * specification.columns + column] }
    return result
  }
}
