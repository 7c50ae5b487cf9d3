// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// What the MACs, the row reduction and the register file of an array compute.
///
/// Windows are kept as they arrive, and the products of a stationary window are formed when its last column has
/// arrived: each slot's value of A times the words at its position of every window. That is the same set of products in
/// the same precision as forming them step by step, ordered so that the columns are vectorised; where operand B leaves
/// blocks out, those are zeros here and no steps in the tally. Sums
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

    /// Books a slot that holds no value: `words` lane-cycles, `fillers` of which meet a block that fills a window up.
    mutating func addZero(_ slot: Int, of row: StationaryRegisters.Row, words: Int64, fillers: Int64) {
      let bit = UInt32(1) << UInt32(slot)
      if row.shapePadding & bit != 0 {
        shapePadding += words
        paddingInUsedRows += words
      } else if row.patternPadding & bit != 0 {
        addPatternPadding(words)
      } else {
        ineffectualA += words - fillers
        addPatternPadding(fillers)
      }
    }

    mutating func addPatternPadding(_ laneCycles: Int64) {
      patternPadding += laneCycles
      paddingInUsedRows += laneCycles
    }
  }

  /// Over all columns: windows that have a word of a position, those where it is not zero, and those where it belongs to
  /// a block that only fills the window up.
  private struct Count: BitwiseCopyable {
    var words: Int32 = 0
    var nonZeros: Int32 = 0
    var fillers: Int32 = 0
  }

  private static let wordLimit = OperandWindow.wordLimit

  private let specification: PEArray.Specification
  /// Words of the windows that stream through the stationary registers, and the offsets of their blocks, by column.
  private let windows: StateArray<InlineArray<64, Int16>>
  private let blockOffsets: StateArray<UInt64>
  /// The same, transposed and widened: position, column. Scratch, rebuilt before each use.
  private let streams: StateArray<Int32>
  /// What the columns have at each position. Scratch.
  private let counts: StateArray<Count>
  /// Partial sums: row, column.
  private let sums: StateArray<Int32>

  init(_ specification: PEArray.Specification, of owner: String, in clock: ClockDomain) {
    self.specification = specification
    windows = StateArray(
      repeating: InlineArray(repeating: 0), count: specification.columns, of: owner, in: clock)
    blockOffsets = StateArray(
      repeating: 0, count: specification.selection.selectsHeldBlocks ? specification.columns : 0, of: owner, in: clock)
    streams = StateArray(repeating: 0, count: specification.columns * Self.wordLimit, of: owner, in: clock)
    counts = StateArray(repeating: Count(), count: Self.wordLimit, of: owner, in: clock)
    sums = StateArray(repeating: 0, count: specification.rows * specification.columns, of: owner, in: clock)
  }

  /// Keeps the window that arrived for `column` of the block.
  func accept(_ window: OperandWindow, column: Int) {
    windows[column] = window.words
    guard specification.selection.selectsHeldBlocks else { return }
    blockOffsets[column] = specification.hasHeldMetadata ? window.blockOffsets : specification.identityBlockOffsets
  }

  /// Multiplies the active stationary window with the first `columns` windows and adds the products to the sums.
  ///
  /// - Parameter startsAtZero: whether the sums are overwritten, as in a block's first K window.
  func multiply(_ registers: StationaryRegisters, columns: Int, startsAtZero: Bool) -> Tally {
    if specification.selection.selectsHeldBlocks { spread(columns: columns) } else { transpose(columns: columns) }
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
      for slot in 0..<specification.slotsPerRow {
        let value = Int32(row.values[slot])
        let position = Int(row.positions[slot])
        let count = counts[position]
        guard value != 0 else {
          tally.addZero(slot, of: row, words: Int64(count.words), fillers: Int64(count.fillers))
          continue
        }
        let stream = streams.elements(position * specification.columns..<position * specification.columns + columns)
        for column in 0..<columns { accumulators[column] &+= value &* stream[column] }
        tally.effectual += Int64(count.nonZeros)
        tally.ineffectualB += Int64(count.words - count.nonZeros - count.fillers)
        tally.addPatternPadding(Int64(count.fillers))
      }
    }
    return tally
  }

  /// Puts the windows' words in order of position.
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
      counts[position] = Count(words: Int32(columns), nonZeros: hits, fillers: 0)
    }
  }

  /// Puts the windows' blocks at the positions that their offsets name, with zeros between them.
  private func spread(columns: Int) {
    for position in 0..<specification.positions {
      streams.elements(position * specification.columns..<position * specification.columns + columns)
        .update(repeating: 0)
      counts[position] = Count()
    }
    let size = specification.blockValues
    let source = windows.elements(0..<columns)
    let fillersPerGroup = specification.blocksPerGroup - specification.declaredBlocks
    for column in 0..<columns {
      for group in 0..<specification.groups {
        var fillers = fillersPerGroup
        for place in (0..<specification.blocksPerGroup).reversed() {
          let pe = group * specification.blocksPerGroup + place
          let block = group * specification.groupBlocks + Int(blockOffsets[column] >> UInt64(3 * pe) & 7)
          var isEmpty = true
          for value in 0..<size {
            let (word, position) = (source[column][pe * size + value], block * size + value)
            streams[position * specification.columns + column] = Int32(word)
            counts[position].words += 1
            guard word != 0 else { continue }
            counts[position].nonZeros += 1
            isEmpty = false
          }
          guard isEmpty, fillers > 0 else { continue }
          fillers -= 1
          for value in 0..<size { counts[block * size + value].fillers += 1 }
        }
      }
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
