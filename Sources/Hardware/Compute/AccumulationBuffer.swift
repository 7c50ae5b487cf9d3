// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// The partial sums of one array's tile of Z, in banks that each accumulate one product a cycle.
///
/// The products of an outer product scatter: the sum of row r and column c of the tile lies in bank (r mod bankRows,
/// c mod bankColumns), so gathered rows or columns that agree in the remainder meet in one bank. Each bank has a queue; what
/// does not fit waits in the multipliers' registers, and the next step is issued when everything has entered the queues
/// (DSTC, ISCA 2021: conflicts are smoothed by collecting several steps' products; the queue's depth is an assumption).
struct AccumulationBuffer {
  struct Specification: Equatable, Sendable {
    /// Sums of a tile: rows and columns.
    var rows: Int
    var columns: Int
    /// Tiles that the buffer holds: two where one drains while the next accumulates.
    var tiles: Int
    /// Banks by the row's and by the column's remainder.
    var bankRows: Int
    var bankColumns: Int
    /// Products that wait in front of a bank.
    var queueEntries: Int
    /// Whether banks conflict at all.
    var hasConflicts: Bool
  }

  private struct Registers: BitwiseCopyable {
    /// Cycle to which the banks have worked off their products.
    var servedUntil: Cycle = 0
    /// Products of the fullest bank then.
    var deepest: Int16 = 0
  }

  let specification: Specification
  /// Sums: tile, row, column.
  private let sums: StateArray<Int32>
  /// Products that each bank has not accumulated yet: by row's remainder, by column's remainder. No more than a queue holds
  /// and a step brings, so that eight fit a vector.
  private let pending: StateArray<Int16>
  /// Columns in which each row's sum is valid: tile, row.
  private let valid: StateArray<UInt64>
  /// A vector of B spread out over the columns, each word the lower half of a pair. Scratch.
  private let spread: StateArray<UInt32>
  @State private var state: Registers

  init(_ specification: Specification, of owner: String, in clock: ClockDomain) {
    let mostPending = specification.queueEntries + CondensedVector.wordLimit * CondensedVector.wordLimit
    precondition(mostPending <= Int(Int16.max), "what waits for a bank can be counted")
    self.specification = specification
    sums = StateArray(
      repeating: 0, count: specification.tiles * specification.rows * specification.columns, of: owner, in: clock)
    pending = StateArray(
      repeating: 0, count: specification.bankRows * specification.bankColumns, of: owner, in: clock)
    valid = StateArray(repeating: 0, count: specification.tiles * specification.rows, of: owner, in: clock)
    spread = StateArray(repeating: 0, count: specification.columns, of: owner, in: clock)
    _state = State(Registers(), of: owner, in: clock)
  }

  // MARK: Values

  /// Starts a tile at zero. The hardware marks its sums invalid, and the first product of each overwrites it.
  func clear(tile: Int) {
    let size = specification.rows * specification.columns
    sums.elements(tile * size..<(tile + 1) * size).update(repeating: 0)
    valid.elements(tile * specification.rows..<(tile + 1) * specification.rows).update(repeating: 0)
  }

  /// Adds the outer product of a vector of A and a vector of B to `tile`; returns how many products were the first of
  /// their sums.
  func accumulate(_ a: borrowing CondensedVector, _ b: borrowing CondensedVector, tile: Int) -> Int {
    var firsts = 0
    let columns = specification.columns
    let row = spread.elements(0..<columns)
    row.update(repeating: 0)
    var mask = b.mask
    var index = 0
    while mask != 0 {
      row[mask.trailingZeroBitCount] = UInt32(UInt16(bitPattern: b.words[index]))
      index += 1
      mask &= mask - 1
    }
    mask = a.mask
    index = 0
    while mask != 0 {
      let sumRow = tile * specification.rows + mask.trailingZeroBitCount
      firsts += (b.mask & ~valid[sumRow]).nonzeroBitCount
      valid[sumRow] |= b.mask
      add(a.words[index], times: UnsafePointer(spread.start), to: sums.start + sumRow * columns)
      index += 1
      mask &= mask - 1
    }
    return firsts
  }

  /// Adds a value's products with the words of all columns to a row of sums.
  @inline(__always)
  private func add(_ value: Int16, times words: UnsafePointer<UInt32>, to sums: UnsafeMutablePointer<Int32>) {
    let columns = specification.columns
    let values = PairProducts.repeating(UInt32(UInt16(bitPattern: value)))
    let (source, target) = (UnsafeRawPointer(words), UnsafeMutableRawPointer(sums))
    var column = 0
    // The upper halves of the pairs are zero.
    while column &+ 4 <= columns {
      let words = source.loadUnaligned(fromByteOffset: 4 &* column, as: PairProducts.Words.self)
      let sums = target.loadUnaligned(fromByteOffset: 4 &* column, as: PairProducts.Sums.self)
      target.storeBytes(
        of: sums &+ PairProducts.sums(words, values), toByteOffset: 4 &* column, as: PairProducts.Sums.self)
      column &+= 4
    }
    while column < columns {
      sums[column] &+= Int32(value) &* Int32(Int16(truncatingIfNeeded: words[column]))
      column &+= 1
    }
  }

  /// The sum of a row and column of `tile`.
  func sum(tile: Int, row: Int, column: Int) -> Int32 {
    sums[(tile * specification.rows + row) * specification.columns + column]
  }

  // MARK: Banks

  /// The first cycle from `cycle` on in which a step may be issued whose products fall onto `rows` times `columns`, counts
  /// by remainder; the products are then in the banks' queues.
  func admit(rows: UnsafePointer<Int16>, columns: UnsafePointer<Int16>, at cycle: Cycle) -> Cycle {
    guard specification.hasConflicts else { return cycle }
    let waiting = Int64(state.deepest) - (cycle - state.servedUntil) - Int64(specification.queueEntries)
    let issue = cycle + max(0, waiting)
    let served = Int16(clamping: issue - state.servedUntil)
    let width = specification.bankColumns
    var deepest: Int16 = 0
    for row in 0..<specification.bankRows {
      let banks = pending.start + row &* width
      let factor = rows[row]
      for column in 0..<width {
        let left = max(banks[column] &- served, 0) &+ factor &* columns[column]
        banks[column] = left
        deepest = max(deepest, left)
      }
    }
    state.deepest = deepest
    state.servedUntil = issue
    return issue
  }

  /// The cycle after the last that a bank needs for what it was given so far.
  var idleFrom: Cycle { state.servedUntil + Cycle(state.deepest) }
}
