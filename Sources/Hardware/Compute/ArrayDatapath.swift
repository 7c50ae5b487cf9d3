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

    /// Books what a slot did over all columns: with a value the product of each word, without one padding or a zero.
    fileprivate mutating func add(_ slot: Int, of row: StationaryRegisters.Row, _ count: Count) {
      let (words, fillers) = (Int64(count.words), Int64(count.fillers))
      let bit = UInt32(1) << UInt32(slot)
      if row.values[slot] != 0 {
        effectual += Int64(count.nonZeros)
        ineffectualB += words - Int64(count.nonZeros) - fillers
        addPatternPadding(fillers)
      } else if row.shapePadding & bit != 0 {
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
  fileprivate struct Count: BitwiseCopyable {
    var words: Int32 = 0
    var nonZeros: Int32 = 0
    var fillers: Int32 = 0
  }

  private static let wordLimit = OperandWindow.wordLimit
  /// Columns whose sums are formed together.
  private typealias Sums = SIMD16<Int32>
  private typealias Words = SIMD16<Int16>

  /// A value of A that is not zero, and where in `streams` the words of its position begin.
  private struct Factor: BitwiseCopyable {
    var value: Int32 = 0
    var stream: Int32 = 0
  }

  private let specification: PEArray.Specification
  /// Words of the windows that stream through the stationary registers, and the offsets of their blocks, by column; kept
  /// where operand B leaves blocks out.
  private let windows: StateArray<InlineArray<64, Int16>>
  private let blockOffsets: StateArray<UInt64>
  /// From one row of `streams` or `sums` to the next: the columns, rounded up to whole vectors.
  private let pitch: Int
  /// The same, transposed: position, column. Written as windows arrive, or all at once from those kept.
  private let streams: StateArray<Int16>
  /// The factors of a row. Scratch.
  private let factors: StateArray<Factor>
  /// What the columns have at each position. Scratch.
  private let counts: StateArray<Count>
  /// Partial sums: row, column.
  private let sums: StateArray<Int32>

  init(_ specification: PEArray.Specification, of owner: String, in clock: ClockDomain) {
    self.specification = specification
    let kept = specification.selection.selectsHeldBlocks ? specification.columns : 0
    windows = StateArray(repeating: InlineArray(repeating: 0), count: kept, of: owner, in: clock)
    blockOffsets = StateArray(repeating: 0, count: kept, of: owner, in: clock)
    pitch = (specification.columns + Sums.scalarCount - 1) / Sums.scalarCount * Sums.scalarCount
    streams = StateArray(repeating: 0, count: pitch * Self.wordLimit, of: owner, in: clock)
    factors = StateArray(repeating: Factor(), count: specification.slotsPerRow, of: owner, in: clock)
    counts = StateArray(repeating: Count(), count: Self.wordLimit, of: owner, in: clock)
    sums = StateArray(repeating: 0, count: specification.rows * pitch, of: owner, in: clock)
  }

  /// Keeps the window that arrived for `column` of the block.
  func accept(_ window: UnsafePointer<OperandWindow>, column: Int) {
    guard specification.selection.selectsHeldBlocks else { return transpose(window, column: column) }
    windows[column] = window.pointee.words
    blockOffsets[column] =
      specification.hasHeldMetadata ? window.pointee.blockOffsets : specification.identityBlockOffsets
  }

  /// Multiplies the active stationary window with the first `columns` windows and adds the products to the sums.
  ///
  /// - Parameter startsAtZero: whether the sums are overwritten, as in a block's first K window.
  func multiply(_ registers: StationaryRegisters, columns: Int, startsAtZero: Bool) -> Tally {
    if specification.selection.selectsHeldBlocks { spread(columns: columns) } else { count(columns: columns) }
    var tally = Tally()
    for rowIndex in 0..<specification.rows {
      let row = registers.row(rowIndex)
      var count = 0
      if row.isUsed {
        tally.usedRows += 1
        for slot in 0..<specification.slotsPerRow {
          let position = Int(row.positions[slot])
          tally.add(slot, of: row, counts[position])
          guard row.values[slot] != 0 else { continue }
          factors[count] = Factor(value: Int32(row.values[slot]), stream: Int32(position * pitch))
          count += 1
        }
      } else {
        tally.shapePadding += Int64(specification.lanesPerRow * columns)
      }
      if count > 0 || startsAtZero {
        accumulate(factors: count, row: rowIndex, columns: columns, startsAtZero: startsAtZero)
      }
    }
    return tally
  }

  /// Adds up a row's products, all of its factors for some columns at a time, so that their sums stay in registers.
  private func accumulate(factors count: Int, row: Int, columns: Int, startsAtZero: Bool) {
    let (words, sums) = (UnsafePointer(streams.start), UnsafeMutableRawPointer(sums.start + row * pitch))
    let factors = UnsafePointer(factors.start)
    var column = 0
    while column < columns {
      let place = sums + column * MemoryLayout<Int32>.stride
      var sum = startsAtZero ? Sums() : place.loadUnaligned(as: Sums.self)
      for index in 0..<count {
        let factor = factors[index]
        let stream = UnsafeRawPointer(words + Int(factor.stream) + column)
        sum &+=
          Sums(truncatingIfNeeded: stream.loadUnaligned(as: Words.self))
          &* Sums(repeating: Int32(Int16(truncatingIfNeeded: factor.value)))
      }
      place.storeBytes(of: sum, as: Sums.self)
      column &+= Sums.scalarCount
    }
  }

  /// Puts a window's words into the streams of their positions.
  private func transpose(_ window: UnsafePointer<OperandWindow>, column: Int) {
    precondition(column >= 0 && column < specification.columns, "a window belongs to a column")
    var place = streams.start + column
    withUnsafeBytes(of: window.pointee.words) { raw in
      let words = raw.bindMemory(to: Int16.self)
      for position in 0..<specification.windowWords {
        place.pointee = words[position]
        place += pitch
      }
    }
  }

  /// Puts the words of `count` windows that lie one behind the other into the streams of their positions.
  func accept(_ count: Int, words: UnsafePointer<Int16>, column: Int) {
    precondition(column >= 0 && column + count <= specification.columns, "a window belongs to a column")
    let size = specification.windowWords
    for position in 0..<size {
      let place = streams.start + position * pitch + column
      let source = words + position
      for window in 0..<count { place[window] = source[window &* size] }
    }
  }

  /// Counts what is not zero at each position.
  private func count(columns: Int) {
    for position in 0..<specification.windowWords {
      let stream = streams.elements(position * pitch..<position * pitch + columns)
      var nonZeros: Int16 = 0
      for column in 0..<columns { nonZeros &+= stream[column] == 0 ? 0 : 1 }
      counts[position] = Count(words: Int32(columns), nonZeros: Int32(nonZeros), fillers: 0)
    }
  }

  /// Puts the windows' blocks at the positions that their offsets name, with zeros between them.
  private func spread(columns: Int) {
    for position in 0..<specification.positions {
      streams.elements(position * pitch..<position * pitch + columns)
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
            streams[position * pitch + column] = word
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
    for row in 0..<specification.rows { sums[row * pitch + column] = values[row] }
  }

  func sum(row: Int, column: Int) -> Int32 { sums[row * pitch + column] }

  /// The sums of one column, by row.
  func column(_ column: Int) -> SIMD16<Int32> {
    var result = SIMD16<Int32>()
    for row in 0..<specification.rows { result[row] = sums[row * pitch + column] }
    return result
  }
}
