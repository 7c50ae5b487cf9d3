// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// An array of MACs that forms outer products: up to 16 non-zeros of A times up to 16 non-zeros of B in a step, scattered
/// into the accumulation buffer (DSTC, ISCA 2021).
///
/// Every k brings a condensed vector of A and one of B; it takes ceil(nnzA/16)·ceil(nnzB/16) steps, none if either is
/// empty. What the rounding leaves unused are lanes without work; that is the design's tile quantisation. An array runs
/// at its own pace, as far as the queues of vectors in front of it allow.
public final class OuterProductArray: Component, ActionReporting {
  public let rows: Input<CondensedVector>
  public let columns: Input<CondensedVector>
  public let sums: Output<BlockColumn>

  let specification: Specification
  let buffer: AccumulationBuffer
  let ledger: LaneLedger
  /// Non-zeros by remainder of the bank's row (or column), for each chunk of a vector. Scratch.
  private let rowCounts: StateArray<Int16>
  private let columnCounts: StateArray<Int16>
  @State var state: Registers

  /// A finished tile on its way out.
  struct Drain: BitwiseCopyable {
    var tile: Int32 = 0
    var rowCount: Int32 = 0
    /// Columns that left, and that there are.
    var done: Int32 = 0
    var count: Int32 = 0
    var firstRow: Int32 = 0
    var firstColumn: Int32 = 0
    /// First cycle in which the next column may leave.
    var next: Cycle = 0

    var isDone: Bool { done == count }
  }

  struct Registers: BitwiseCopyable {
    /// First cycle in which a step may be issued.
    var freeAt: Cycle = 0
    /// Which half of the buffer accumulates.
    var tile: Int32 = 0
    var drain = Drain()
    /// The tile after it, which waits.
    var nextDrain = Drain()
    var isLastTileDone = false
    /// Whether a tile outside Z passed since the last step, and whether any tile lay inside.
    var passedOutside = false
    var hadTile = false
    var wait = StallAccount()
    var steps: Int64 = 0
    var products: Int64 = 0
    var emptyLanes: Int64 = 0
    /// Products that overwrote instead of adding: the first of every sum.
    var firstProducts: Int64 = 0
    var takenWords: Int64 = 0
    var takenMasks: Int64 = 0
    var drainedSums: Int64 = 0
  }

  /// `Component.index` of the part that takes the sums, to blame when they cannot leave.
  public var collectorIndex = 0

  public init(in clock: ClockDomain, name: String, _ specification: Specification) {
    self.specification = specification
    rows = Input("rows", of: name, in: clock)
    columns = Input("columns", of: name, in: clock)
    sums = Output("sums", of: name, in: clock)
    buffer = AccumulationBuffer(specification.accumulation, of: name, in: clock)
    ledger = LaneLedger(of: name, in: clock)
    func counts(chunk: Int, banks: Int) -> StateArray<Int16> {
      let chunks = (CondensedVector.wordLimit + chunk - 1) / chunk
      return StateArray(repeating: 0, count: chunks * banks, of: name, in: clock)
    }
    rowCounts = counts(chunk: specification.rows, banks: specification.bankRows)
    columnCounts = counts(chunk: specification.columns, banks: specification.bankColumns)
    _state = State(Registers(), of: name, in: clock)
    super.init(name, in: clock)
  }

  public override var isFinished: Bool { state.drain.isDone && state.nextDrain.isDone }

  public override func tick() -> Activity {
    let isDraining = state.isLastTileDone && now >= state.freeAt
    let drain = drainColumn()
    let multiply = multiply()
    // What the array is doing is what its lanes are doing; draining behind them only keeps it awake.
    let (activity, other) = isDraining ? (drain, multiply) : (multiply, drain)
    guard activity != .worked else { return activity }
    var wake = other == .worked ? now + 1 : other.wake
    // A tile that ended in this very cycle begins to drain later.
    if drain == .idle && !state.drain.isDone { wake = max(state.drain.next, now + 1) }
    guard wake >= 0 else { return activity }
    return activity.until(activity.wake < 0 ? wake : min(activity.wake, wake))
  }

  // MARK: Stages

  private func drainColumn() -> Activity {
    guard !state.drain.isDone else { return .idle }
    guard now >= state.drain.next else { return .working(until: state.drain.next) }
    guard sums.isReady else { return sums.backpressured }
    let drain = state.drain
    var column = BlockColumn(
      sums: InlineArray(repeating: 0), column: drain.firstColumn + drain.done,
      rowBlock: drain.firstRow / Int32(specification.tileRows))
    for row in 0..<Int(drain.rowCount) {
      column.sums[row] = buffer.sum(tile: Int(drain.tile), row: row, column: Int(drain.done))
    }
    sums.send(column, bytes: Int(drain.rowCount) * 4)
    state.drainedSums += Int64(drain.rowCount)
    state.drain.done += 1
    let words = Cycle(drain.rowCount)
    state.drain.next =
      now + (words + Cycle(specification.drainWordsPerCycle) - 1) / Cycle(specification.drainWordsPerCycle)
    guard state.drain.isDone else { return .worked }
    if !state.nextDrain.isDone {
      state.drain = state.nextDrain
      state.drain.next = max(state.drain.next, now + 1)
      state.nextDrain = Drain()
    } else if state.isLastTileDone {
      noteWait(.idle, from: now + 1)
    }
    return .worked
  }

  private func multiply() -> Activity {
    guard now >= state.freeAt else { return .working(until: state.freeAt) }
    while !state.isLastTileDone {
      guard !rows.isEmpty else { return waitForInput(rows.starved) }
      guard !columns.isEmpty else { return waitForInput(columns.starved) }
      if rows.front.flags.contains(.first) {
        guard canStartTile else { return waitForDrain() }
        buffer.clear(tile: Int(state.tile))
      }
      let tally = Tally(
        a: (rows.front.count, Int(rows.front.extent)), b: (columns.front.count, Int(columns.front.extent)),
        specification)
      if rows.front.extent > 0 && columns.front.extent > 0 { state.hadTile = true } else { state.passedOutside = true }
      state.takenWords += Int64(rows.front.count + columns.front.count)
      state.takenMasks += 1
      if tally.steps > 0 {
        issue(tally)
        takeVectors()
        return .working(until: state.freeAt)
      }
      takeVectors()
    }
    return .idle
  }

  private var canStartTile: Bool {
    specification.isDoubleBuffered ? state.nextDrain.isDone : state.drain.isDone
  }

  private func issue(_ tally: Tally) {
    closeWait()
    state.firstProducts += Int64(buffer.accumulate(rows.front, columns.front, tile: Int(state.tile)))
    let end = schedule(tally)
    book(tally, cycles: end - now)
    state.freeAt = end
  }

  /// The cycle after the last of the vectors' steps; each waits until the banks have taken in what came before.
  private func schedule(_ tally: Tally) -> Cycle {
    guard specification.hasBankConflicts else { return now + Cycle(tally.steps) }
    let rowChunks = count(rows.front.mask, perChunk: specification.rows, banks: specification.bankRows, into: rowCounts)
    let columnChunks = count(
      columns.front.mask, perChunk: specification.columns, banks: specification.bankColumns, into: columnCounts)
    var cycle = now
    for row in 0..<rowChunks {
      let rows = UnsafePointer(rowCounts.start + row * specification.bankRows)
      for column in 0..<columnChunks {
        let columns = UnsafePointer(columnCounts.start + column * specification.bankColumns)
        cycle = 1 + buffer.admit(rows: rows, columns: columns, at: cycle)
      }
    }
    return cycle
  }

  /// Counts the ones of `mask` by remainder, for each chunk of ones; returns the number of chunks.
  private func count(_ mask: UInt64, perChunk: Int, banks: Int, into counts: StateArray<Int16>) -> Int {
    var mask = mask
    var chunks = 0
    var left = 0
    var chunk = counts.start
    // The usual number of banks needs no division.
    let isPowerOfTwo = banks & (banks - 1) == 0
    while mask != 0 {
      if left == 0 {
        chunk = counts.elements(chunks * banks..<(chunks + 1) * banks).baseAddress.unsafelyUnwrapped
        chunk.update(repeating: 0, count: banks)
        chunks += 1
        left = perChunk
      }
      let position = mask.trailingZeroBitCount
      chunk[isPowerOfTwo ? position & (banks &- 1) : position % banks] &+= 1
      left &-= 1
      mask &= mask &- 1
    }
    return chunks
  }

  private func takeVectors() {
    let row = (first: rows.front.first, extent: rows.front.extent, flags: rows.front.flags)
    let column = (first: columns.front.first, extent: columns.front.extent)
    precondition(row.flags == columns.front.flags, "both operands walk the same ks")
    if row.flags.contains(.last) { finishTile(row: (row.first, row.extent), column: column, flags: row.flags) }
    rows.receive()
    columns.receive()
  }

  private func finishTile(
    row: (first: Int32, extent: Int32), column: (first: Int32, extent: Int32), flags: VectorFlags
  ) {
    let end = max(now, state.freeAt)
    let isInside = row.extent > 0 && column.extent > 0
    // A tile that ends without a step ends a wait for its vectors.
    if state.freeAt <= now && (isInside || flags.contains(.lastTile)) { closeWait() }
    if isInside {
      let settled = max(end + Cycle(specification.accumulateCycles), buffer.idleFrom)
      let drain = Drain(
        tile: state.tile, rowCount: row.extent, done: 0, count: column.extent, firstRow: row.first,
        firstColumn: column.first, next: settled)
      if state.drain.isDone { state.drain = drain } else { state.nextDrain = drain }
      if specification.isDoubleBuffered { state.tile = 1 - state.tile }
    }
    guard flags.contains(.lastTile) else { return }
    state.isLastTileDone = true
    noteWait(state.drain.isDone ? .idle : .drain, from: end)
  }

  private func waitForDrain() -> Activity {
    guard sums.isReady else {
      noteWait(.output, from: now)
      return sums.backpressured
    }
    noteWait(.sums, from: now)
    return .working(until: max(state.drain.next, now + 1))
  }

  // MARK: Ledger

  private func book(_ tally: Tally, cycles: Cycle) {
    ledger.book(Int64(tally.products), .effectual, blamed: index)
    ledger.book(Int64(tally.shapePadding), .paddingShape, blamed: index)
    ledger.book(Int64(tally.roundingPadding), .paddingPattern, blamed: index)
    let stalled = (cycles - Cycle(tally.steps)) * Cycle(specification.lanes)
    ledger.book(stalled, .outputBackpressure, blamed: index)
    state.steps += Int64(tally.steps)
    state.products += Int64(tally.products)
    state.emptyLanes += Int64(tally.shapePadding + tally.roundingPadding)
  }

  private func waitForInput(_ activity: Activity) -> Activity {
    noteWait(.input, from: now)
    return activity
  }

  private func noteWait(_ kind: StallAccount.Kind, from cycle: Cycle) {
    if let settled = state.wait.turn(to: kind, at: cycle) { bookStall(settled, blame: nil) }
  }

  /// Books the stall that ends with the front vectors under the one that arrived last.
  private func closeWait() {
    guard let stall = state.wait.close(at: now) else {
      state.passedOutside = false
      return
    }
    let blame = rows.frontArrival > columns.frontArrival ? rows.front.blame : columns.front.blame
    bookStall(stall, blame: blame)
    state.passedOutside = false
  }

  private func bookStall(_ stall: StallAccount.Stall, blame: Blame?) {
    let lanes = Int64(specification.lanes)
    ledger.book(stall.output * lanes, .outputBackpressure, blamed: collectorIndex)
    ledger.book(stall.sums * lanes, .outputBackpressure, blamed: index)
    ledger.book(stall.drain * lanes, .drain, blamed: index)
    ledger.book(stall.idle * lanes, .idle, blamed: index)
    guard stall.input > 0 else { return }
    let blamed = blame.map { Int($0.component) } ?? index
    switch (state.steps == 0, state.passedOutside) {
    // An array whose tiles all lay outside Z never had work.
    case (true, _): ledger.book(stall.input * lanes, state.hadTile ? .fill : .idle, blamed: blamed)
    case (false, true): ledger.book(stall.input * lanes, .paddingShape, blamed: index)
    case (false, false): ledger.book(stall.input * lanes, blame?.cause ?? .starvedRegisters, blamed: blamed)
    }
  }

  /// Books the cycles after the array's last tick, at the end of a layer of `cycles` cycles.
  public func closeLedger(cycles: Cycle) {
    guard let stall = state.wait.close(at: cycles) else { return }
    bookStall(stall, blame: nil)
  }
}
