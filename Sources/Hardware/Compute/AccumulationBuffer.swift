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
    var deepest: Int32 = 0
  }

  let specification: Specification
  /// Sums: tile, row, column.
  private let sums: StateArray<Int32>
  /// Products that each bank has not accumulated yet: by row's remainder, by column's remainder.
  private let pending: StateArray<Int32>
  /// Columns in which each row's sum is valid: tile, row.
  private let valid: StateArray<UInt64>
  /// A vector of B spread out over the columns. Scratch.
  private let spread: StateArray<Int32>
  @State private var state: Registers

  init(_ specification: Specification, of owner: String, in clock: ClockDomain) {
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
      row[mask.trailingZeroBitCount] = Int32(b.words[index])
      index += 1
      mask &= mask - 1
    }
    mask = a.mask
    index = 0
    while mask != 0 {
      let sumRow = tile * specification.rows + mask.trailingZeroBitCount
      firsts += (b.mask & ~valid[sumRow]).nonzeroBitCount
      valid[sumRow] |= b.mask
      let start = sumRow * columns
      let accumulators = sums.elements(start..<start + columns)
      let value = Int32(a.words[index])
      for column in 0..<columns { accumulators[column] &+= value &* row[column] }
      index += 1
      mask &= mask - 1
    }
    return firsts
  }

  /// The sum of a row and column of `tile`.
  func sum(tile: Int, row: Int, column: Int) -> Int32 {
    sums[(tile * specification.rows + row) * specification.columns + column]
  }

  // MARK: Banks

  /// The first cycle from `cycle` on in which a step may be issued whose products fall onto `rows` times `columns`, counts
  /// by remainder; the products are then in the banks' queues.
  func admit(rows: UnsafeMutableBufferPointer<Int32>, columns: UnsafeMutableBufferPointer<Int32>, at cycle: Cycle)
    -> Cycle
  {
    guard specification.hasConflicts else { return cycle }
    let waiting = Int64(state.deepest) - (cycle - state.servedUntil) - Int64(specification.queueEntries)
    let issue = cycle + max(0, waiting)
    let served = Int32(clamping: issue - state.servedUntil)
    let banks = pending.elements(0..<pending.count)
    var deepest: Int32 = 0
    for row in 0..<specification.bankRows {
      let factor = rows[row]
      let start = row * specification.bankColumns
      for column in 0..<specification.bankColumns {
        let left = max(banks[start + column] &- served, 0) &+ factor &* columns[column]
        banks[start + column] = left
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
