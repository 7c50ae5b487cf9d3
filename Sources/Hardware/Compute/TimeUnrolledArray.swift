// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// A systolic array of time-unrolled processing elements (S2TA, HPCA 2022): each MAC keeps one sum of Z where it is, holds
/// the up to 4 non-zeros of A's block, and takes the kept values of B's block one a cycle, selecting for each the value
/// of A at the same position.
///
/// A block takes as many steps as B's density bound allows, whatever it really has; a dense A takes two passes of 4 of 8.
/// So all lanes keep step: nothing is searched, and no lane waits for another. Operands move through the array by one PE a
/// cycle, so sums are final that much later; a second set of sums drains while the next tile accumulates.
public final class TimeUnrolledArray: Component, ActionReporting {
  public let blocksA: Input<DensityBoundBlock>
  public let blocksB: Input<DensityBoundBlock>
  public let sums: Output<BlockColumn>

  let specification: Specification
  let ledger: LaneLedger
  /// Sums: row, column; of the tile that accumulates, and of the one that drains.
  private let accumulators: StateArray<Int32>
  private let shadow: StateArray<Int32>
  /// A block of B by position and column. Scratch.
  private let stream: StateArray<Int32>
  @State var state: Registers

  struct Registers: BitwiseCopyable {
    /// First cycle in which a step may be issued.
    var freeAt: Cycle = 0
    /// The tile that drains: columns that left, and its place.
    var drained: Int32 = 0
    var drainCount: Int32 = 0
    var drainRows: Int32 = 0
    var drainFirstRow: Int32 = 0
    var drainFirstColumn: Int32 = 0
    var nextDrain: Cycle = 0
    var isLastTileDone = false
    var wait = StallAccount()
    var blocks: Int64 = 0
    var steps: Int64 = 0
    var effectual: Int64 = 0
    var idleLanes: Int64 = 0
    var takenA: Int64 = 0
    var takenB: Int64 = 0
    var drainedSums: Int64 = 0
  }

  /// `Component.index` of the part that takes the sums, to blame when they cannot leave.
  public var collectorIndex = 0

  public init(in clock: ClockDomain, name: String, _ specification: Specification) {
    self.specification = specification
    blocksA = Input("blocksA", of: name, in: clock)
    blocksB = Input("blocksB", of: name, in: clock)
    sums = Output("sums", of: name, in: clock)
    ledger = LaneLedger(of: name, in: clock)
    accumulators = StateArray(repeating: 0, count: specification.lanes, of: name, in: clock)
    shadow = StateArray(repeating: 0, count: specification.lanes, of: name, in: clock)
    stream = StateArray(repeating: 0, count: DensityBoundBlock.size * specification.columns, of: name, in: clock)
    _state = State(Registers(), of: name, in: clock)
    super.init(name, in: clock)
  }

  public override var isFinished: Bool { state.drained == state.drainCount }

  public override func tick() -> Activity {
    let isDraining = state.isLastTileDone && now >= state.freeAt
    let drain = drainColumn()
    let step = multiply()
    let (activity, other) = isDraining ? (drain, step) : (step, drain)
    guard activity != .worked else { return activity }
    var wake = other == .worked ? now + 1 : other.wake
    // A tile that ended in this very cycle begins to drain later.
    if drain == .idle && state.drained < state.drainCount { wake = max(state.nextDrain, now + 1) }
    guard wake >= 0 else { return activity }
    return activity.until(activity.wake < 0 ? wake : min(activity.wake, wake))
  }

  // MARK: Stages

  private func drainColumn() -> Activity {
    guard state.drained < state.drainCount else { return .idle }
    guard now >= state.nextDrain else { return .working(until: state.nextDrain) }
    guard sums.isReady else { return sums.backpressured }
    let rows = Int(state.drainRows)
    var column = BlockColumn(
      sums: InlineArray(repeating: 0), column: state.drainFirstColumn + state.drained,
      rowBlock: state.drainFirstRow / Int32(specification.rows))
    for row in 0..<rows { column.sums[row] = shadow[row * specification.columns + Int(state.drained)] }
    sums.send(column, bytes: rows * 4)
    state.drained += 1
    state.drainedSums += Int64(rows)
    state.nextDrain = now + Cycle((rows + specification.drainWordsPerCycle - 1) / specification.drainWordsPerCycle)
    if state.isLastTileDone && state.drained == state.drainCount { noteWait(.idle, from: now + 1) }
    return .worked
  }

  private func multiply() -> Activity {
    guard now >= state.freeAt else { return .working(until: state.freeAt) }
    guard !state.isLastTileDone else { return .idle }
    guard !blocksA.isEmpty else { return waitForInput(blocksA.starved) }
    guard !blocksB.isEmpty else { return waitForInput(blocksB.starved) }
    let flags = blocksA.front.flags
    precondition(flags == blocksB.front.flags, "both operands walk the same blocks")
    // The shadow sums must be empty when the tile's last block has passed through the array.
    if flags.contains(.last) && state.drained < state.drainCount { return waitForDrain() }
    closeWait()
    if flags.contains(.first) { accumulators.elements(0..<specification.lanes).update(repeating: 0) }
    accumulate()
    state.freeAt = now + Cycle(specification.steps)
    if flags.contains(.last) { finishTile(flags) }
    blocksA.receive()
    blocksB.receive()
    return .working(until: state.freeAt)
  }

  private func accumulate() {
    let (rows, columns) = (Int(blocksA.front.extent), Int(blocksB.front.extent))
    let width = specification.columns
    var nonZerosB = InlineArray<8, Int64>(repeating: 0)
    for position in 0..<DensityBoundBlock.size {
      for column in 0..<columns {
        let word = blocksB.front.words[column * DensityBoundBlock.size + position]
        stream[position * width + column] = Int32(word)
        if word != 0 { nonZerosB[position] += 1 }
      }
    }
    var nonZerosA = InlineArray<8, Int64>(repeating: 0)
    for row in 0..<rows {
      let sums = accumulators.elements(row * width..<row * width + columns)
      for position in 0..<DensityBoundBlock.size {
        let value = Int32(blocksA.front.words[row * DensityBoundBlock.size + position])
        guard value != 0 else { continue }
        nonZerosA[position] += 1
        let values = stream.elements(position * width..<position * width + columns)
        for column in 0..<columns { sums[column] &+= value &* values[column] }
      }
    }
    book(nonZerosA: nonZerosA, nonZerosB: nonZerosB, rows: Int64(rows), columns: Int64(columns))
  }

  private func finishTile(_ flags: VectorFlags) {
    shadow.elements(0..<specification.lanes).update(fromContentsOf: accumulators.elements(0..<specification.lanes))
    state.drained = 0
    state.drainCount = blocksB.front.extent
    state.drainRows = blocksA.front.extent
    state.drainFirstRow = blocksA.front.first
    state.drainFirstColumn = blocksB.front.first
    state.nextDrain = state.freeAt + Cycle(specification.skewCycles + specification.accumulateCycles)
    guard flags.contains(.lastTile) else { return }
    state.isLastTileDone = true
    noteWait(.drain, from: state.freeAt)
  }

  /// A sum of the tile that accumulates.
  func sum(row: Int, column: Int) -> Int32 { accumulators[row * specification.columns + column] }

  private func waitForDrain() -> Activity {
    guard sums.isReady else {
      noteWait(.output, from: now)
      return sums.backpressured
    }
    noteWait(.sums, from: now)
    return .working(until: max(state.nextDrain, now + 1))
  }

  // MARK: Ledger

  /// Of a block's steps in a lane: those for B's values beyond what the block has are zeros of B, or of the shape where K
  /// ends in the block; those for values that meet no value of A are zeros of A, or, where the value is in the other pass,
  /// padding of the pattern.
  private func book(
    nonZerosA: InlineArray<8, Int64>, nonZerosB: InlineArray<8, Int64>, rows: Int64, columns: Int64
  ) {
    let passes = Int64(specification.passes)
    var tally = Tally()
    var valuesB: Int64 = 0
    for position in 0..<DensityBoundBlock.size {
      tally.effectual += nonZerosA[position] * nonZerosB[position]
      valuesB += nonZerosB[position]
    }
    let met = tally.effectual
    tally.patternPadding = (passes - 1) * met
    tally.ineffectualA = passes * (valuesB * rows - met)
    let bound = Int64(specification.boundB)
    let usable = min(bound, Int64(blocksA.front.length))
    tally.ineffectualB = passes * rows * (usable * columns - valuesB)
    let lanes = Int64(specification.lanes)
    tally.shapePadding = passes * (bound * lanes - usable * rows * columns)
    ledger.book(tally.effectual, .effectual, blamed: index)
    ledger.book(tally.ineffectualA, .ineffectualAZero, blamed: index)
    ledger.book(tally.ineffectualB, .ineffectualBZero, blamed: index)
    ledger.book(tally.shapePadding, .paddingShape, blamed: index)
    ledger.book(tally.patternPadding, .paddingPattern, blamed: index)
    state.blocks += 1
    state.steps += Int64(specification.steps)
    state.effectual += tally.effectual
    state.idleLanes += Int64(specification.steps) * lanes - tally.effectual
    state.takenA += rows * Int64(specification.passes * specification.heldValues)
    state.takenB += columns * bound * passes
  }

  private func waitForInput(_ activity: Activity) -> Activity {
    noteWait(.input, from: now)
    return activity
  }

  private func noteWait(_ kind: StallAccount.Kind, from cycle: Cycle) {
    if let settled = state.wait.turn(to: kind, at: cycle) { bookStall(settled, blame: nil) }
  }

  /// Books the stall that ends with the front blocks under the one that arrived last.
  private func closeWait() {
    guard let stall = state.wait.close(at: now) else { return }
    let isALate = blocksA.frontArrival > blocksB.frontArrival
    bookStall(stall, blame: isALate ? blocksA.front.blame : blocksB.front.blame)
  }

  private func bookStall(_ stall: StallAccount.Stall, blame: Blame?) {
    let lanes = Int64(specification.lanes)
    ledger.book(stall.output * lanes, .outputBackpressure, blamed: collectorIndex)
    ledger.book(stall.sums * lanes, .outputBackpressure, blamed: index)
    ledger.book(stall.drain * lanes, .drain, blamed: index)
    ledger.book(stall.idle * lanes, .idle, blamed: index)
    guard stall.input > 0 else { return }
    let cause: Cause = state.steps == 0 ? .fill : blame?.cause ?? .starvedRegisters
    ledger.book(stall.input * lanes, cause, blamed: blame.map { Int($0.component) } ?? index)
  }

  /// Books the cycles after the array's last tick, at the end of a layer of `cycles` cycles.
  public func closeLedger(cycles: Cycle) {
    guard let stall = state.wait.close(at: cycles) else { return }
    bookStall(stall, blame: nil)
  }

  /// Lane-cycles of the array by cause; complete after `closeLedger`.
  public func ledgerEntries(names: [String]) -> [LedgerEntry] {
    ledger.entries(component: name, names: names, windowWords: 1, denseWords: 1, narrow: [])
  }
}
