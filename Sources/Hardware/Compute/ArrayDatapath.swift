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

    /// Books what slots with values did over all columns: the product of each word.
    fileprivate mutating func add(valued count: Count) {
      effectual += Int64(count.nonZeros)
      ineffectualB += Int64(count.words &- count.nonZeros &- count.fillers)
      addPatternPadding(Int64(count.fillers))
    }

    /// Books what a slot without a value did over all columns: padding or a zero.
    fileprivate mutating func add(_ slot: Int, of row: StationaryRegisters.Row, _ count: Count) {
      let (words, fillers) = (Int64(count.words), Int64(count.fillers))
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
  fileprivate struct Count: BitwiseCopyable {
    var words: Int32 = 0
    var nonZeros: Int32 = 0
    var fillers: Int32 = 0

    @inline(__always)
    mutating func add(_ other: Count) {
      words &+= other.words
      nonZeros &+= other.nonZeros
      fillers &+= other.fillers
    }
  }

  private static let wordLimit = OperandWindow.wordLimit
  /// Columns whose sums are formed together.
  private static let columnsAtOnce = 16
  private typealias Sums = PairProducts.Sums
  private typealias Words = PairProducts.Words

  /// The values of A at an even position (the low half) and the next, not both zero, and the pair's number.
  private struct Factor: BitwiseCopyable {
    var values: UInt32 = 0
    var pair: Int32 = -1
  }

  private let specification: PEArray.Specification
  /// Words of the windows that stream through the stationary registers, and the offsets of their blocks, by column; kept
  /// where operand B leaves blocks out.
  private let windows: StateArray<InlineArray<64, Int16>>
  private let blockOffsets: StateArray<UInt64>
  /// From one row of `streams` or `sums` to the next: the columns, rounded up to whole vectors.
  private let pitch: Int
  /// The same, transposed: pair of positions, column, position of the pair. Written as windows arrive, or all at once
  /// from those kept.
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
    pitch = (specification.columns + Self.columnsAtOnce - 1) / Self.columnsAtOnce * Self.columnsAtOnce
    streams = StateArray(repeating: 0, count: pitch * Self.wordLimit, of: owner, in: clock)
    factors = StateArray(repeating: Factor(), count: specification.slotsPerRow, of: owner, in: clock)
    counts = StateArray(repeating: Count(), count: Self.wordLimit, of: owner, in: clock)
    sums = StateArray(repeating: 0, count: specification.rows * pitch, of: owner, in: clock)
  }

  /// Keeps the window that arrived for `column` of the block.
  @inline(__always)
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
    let wholeRow = registers.hasMetadata ? nil : countOfWholeRow()
    for rowIndex in 0..<specification.rows {
      let row = registers.row(rowIndex)
      var count = 0
      if row.isUsed {
        tally.usedRows += 1
        if let wholeRow, !row.hasZero {
          tally.add(valued: wholeRow)
          count = copyFactors(of: row)
        } else {
          count = gatherFactors(of: row, into: &tally)
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

  /// What the slots of a row count whose positions are their numbers, and whose values are none of them zero.
  private func countOfWholeRow() -> Count {
    var whole = Count()
    for position in 0..<specification.slotsPerRow { whole.add(counts[position]) }
    return whole
  }

  /// Pairs up the values of such a row; returns the number of pairs.
  private func copyFactors(of row: StationaryRegisters.Row) -> Int {
    let values = UnsafeRawPointer(row.values.baseAddress.unsafelyUnwrapped)
    let (factors, pairs) = (factors.start, row.values.count / 2)
    for pair in 0..<pairs {
      factors[pair] = Factor(
        values: values.loadUnaligned(fromByteOffset: 4 &* pair, as: UInt32.self), pair: Int32(truncatingIfNeeded: pair))
    }
    return pairs
  }

  /// Pairs up a row's values that are not zero, and books what its slots did; returns the number of pairs.
  private func gatherFactors(of row: StationaryRegisters.Row, into tally: inout Tally) -> Int {
    let (factors, counts) = (factors.start, counts.start)
    var count = 0
    var last = Factor()
    var previous = -1
    // Over all slots with values: no more than slots times columns.
    var valued = Count()
    for slot in 0..<row.values.count {
      let (position, value) = (Int(row.positions[slot]), row.values[slot])
      guard value != 0 else {
        tally.add(slot, of: row, counts[position])
        continue
      }
      valued.add(counts[position])
      // Slots lie in order of position as a rule: the two of a pair follow each other. Which slots do is as good as random:
      // without a branch, none is mispredicted.
      let pair = Int32(truncatingIfNeeded: position &>> 1)
      let half = UInt32(UInt16(bitPattern: value)) &<< (16 &* UInt32(truncatingIfNeeded: position & 1))
      let isNext = last.pair != pair || position <= previous
      last = Factor(values: half | (isNext ? 0 : last.values), pair: pair)
      previous = position
      count &+= isNext ? 1 : 0
      factors[count &- 1] = last
    }
    tally.add(valued: valued)
    return count
  }

  /// Adds up a row's products, all of its factors for some columns at a time, so that their sums stay in registers.
  private func accumulate(factors count: Int, row: Int, columns: Int, startsAtZero: Bool) {
    let factors = UnsafeBufferPointer(start: factors.start, count: count)
    let sums = UnsafeMutableRawPointer(sums.start + row * pitch)
    var column = 0
    while column &+ Self.columnsAtOnce < columns {
      var first = SumBlock(startsAtZero ? nil : sums, column)
      var second = SumBlock(startsAtZero ? nil : sums, column &+ Self.columnsAtOnce)
      for factor in factors {
        let words = words(of: factor, column)
        let values = PairProducts.repeating(factor.values)
        first.add(words, values)
        second.add(words + SumBlock.byteCount, values)
      }
      first.store(to: sums, column)
      second.store(to: sums, column &+ Self.columnsAtOnce)
      column &+= 2 &* Self.columnsAtOnce
    }
    guard column < columns else { return }
    var last = SumBlock(startsAtZero ? nil : sums, column)
    for factor in factors { last.add(words(of: factor, column), PairProducts.repeating(factor.values)) }
    last.store(to: sums, column)
  }

  /// The words that a factor meets, from `column` on.
  @inline(__always)
  private func words(of factor: Factor, _ column: Int) -> UnsafeRawPointer {
    UnsafeRawPointer(streams.start) + (Int(factor.pair) &* pitch &+ column) &* 4
  }

  /// The sums of some columns that are formed together.
  private struct SumBlock {
    static var byteCount: Int { ArrayDatapath.columnsAtOnce * 4 }
    private static var step: Int { MemoryLayout<Sums>.size }

    private var sums = (Sums(), Sums(), Sums(), Sums())

    /// Begins at zero, or with the sums that a row has from `column` on.
    @inline(__always)
    init(_ row: UnsafeMutableRawPointer?, _ column: Int) {
      guard let row else { return }
      let place = row + 4 &* column
      sums.0 = place.loadUnaligned(as: Sums.self)
      sums.1 = place.loadUnaligned(fromByteOffset: Self.step, as: Sums.self)
      sums.2 = place.loadUnaligned(fromByteOffset: 2 * Self.step, as: Sums.self)
      sums.3 = place.loadUnaligned(fromByteOffset: 3 * Self.step, as: Sums.self)
    }

    @inline(__always)
    mutating func add(_ words: UnsafeRawPointer, _ values: Words) {
      sums.0 &+= PairProducts.sums(words.loadUnaligned(as: Words.self), values)
      sums.1 &+= PairProducts.sums(words.loadUnaligned(fromByteOffset: Self.step, as: Words.self), values)
      sums.2 &+= PairProducts.sums(words.loadUnaligned(fromByteOffset: 2 * Self.step, as: Words.self), values)
      sums.3 &+= PairProducts.sums(words.loadUnaligned(fromByteOffset: 3 * Self.step, as: Words.self), values)
    }

    @inline(__always)
    func store(to row: UnsafeMutableRawPointer, _ column: Int) {
      let place = row + 4 &* column
      place.storeBytes(of: sums.0, as: Sums.self)
      place.storeBytes(of: sums.1, toByteOffset: Self.step, as: Sums.self)
      place.storeBytes(of: sums.2, toByteOffset: 2 * Self.step, as: Sums.self)
      place.storeBytes(of: sums.3, toByteOffset: 3 * Self.step, as: Sums.self)
    }
  }

  /// Where the word of a position and column lies in `streams`.
  @inline(__always)
  private func place(position: Int, column: Int) -> Int {
    (position / 2 * pitch + column) * 2 + position % 2
  }

  /// Puts a window's words into the streams of their positions.
  private func transpose(_ window: UnsafePointer<OperandWindow>, column: Int) {
    precondition(column >= 0 && column < specification.columns, "a window belongs to a column")
    // The words of a window lie at its beginning; those past its size are zero.
    put(UnsafeRawPointer(window), column: column)
  }

  /// Puts the words of `count` windows that lie one behind the other into the streams of their positions.
  ///
  /// - Precondition: a window has an even number of words.
  func accept(_ count: Int, words: UnsafePointer<Int16>, column: Int) {
    precondition(column >= 0 && column + count <= specification.columns, "a window belongs to a column")
    let pairs = specification.windowWords / 2
    let source = UnsafeRawPointer(words)
    for pair in 0..<pairs {
      let place = UnsafeMutableRawPointer(streams.start + (pair * pitch + column) * 2)
      for window in 0..<count {
        let word = source.loadUnaligned(fromByteOffset: (window &* pairs &+ pair) &* 4, as: UInt32.self)
        place.storeBytes(of: word, toByteOffset: window &* 4, as: UInt32.self)
      }
    }
  }

  /// Puts `count` windows where they lie in a sibling, which took the same in the same cycles.
  func accept(_ count: Int, as sibling: ArrayDatapath, column: Int) {
    precondition(column >= 0 && column + count <= specification.columns, "a window belongs to a column")
    for pair in 0..<specification.windowWords / 2 {
      let place = (pair * pitch + column) * 2
      (streams.start + place).update(from: sibling.streams.start + place, count: 2 * count)
    }
  }

  /// Puts the words at `window` into a column, two at a time.
  @inline(__always)
  private func put(_ window: UnsafeRawPointer, column: Int) {
    var place = UnsafeMutableRawPointer(streams.start + 2 * column)
    let end = (specification.windowWords + 1) / 2 * 4
    var offset = 0
    while offset < end {
      place.storeBytes(of: window.loadUnaligned(fromByteOffset: offset, as: UInt32.self), as: UInt32.self)
      place += 4 &* pitch
      offset &+= 4
    }
  }

  /// Counts what is not zero at each position.
  private func count(columns: Int) {
    for pair in 0..<(specification.windowWords + 1) / 2 {
      let stream = UnsafeRawPointer(streams.start + pair * 2 * pitch)
      var nonZeros = Words()
      var column = 0
      while column &+ 4 <= columns {
        let words = stream.loadUnaligned(fromByteOffset: 4 &* column, as: Words.self)
        // All ones where a word is not zero.
        nonZeros &-= (words | (Words() &- words)) &>> 15
        column &+= 4
      }
      var (even, odd) = (0, 0)
      for lane in 0..<4 {
        even += Int(nonZeros[2 * lane])
        odd += Int(nonZeros[2 * lane + 1])
      }
      while column < columns {
        if streams[pair * 2 * pitch + 2 * column] != 0 { even += 1 }
        if streams[pair * 2 * pitch + 2 * column + 1] != 0 { odd += 1 }
        column += 1
      }
      counts[2 * pair] = Count(words: Int32(columns), nonZeros: Int32(even), fillers: 0)
      counts[2 * pair + 1] = Count(words: Int32(columns), nonZeros: Int32(odd), fillers: 0)
    }
  }

  /// Puts the windows' blocks at the positions that their offsets name, with zeros between them.
  private func spread(columns: Int) {
    for pair in 0..<(specification.positions + 1) / 2 {
      streams.elements(pair * 2 * pitch..<(pair * pitch + columns) * 2).update(repeating: 0)
    }
    for position in 0..<specification.positions { counts[position] = Count() }
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
            streams[self.place(position: position, column: column)] = word
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
