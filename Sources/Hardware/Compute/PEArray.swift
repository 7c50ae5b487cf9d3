// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// One array of processing elements: 16 rows of 16 MACs, each row summing into the register file of partial sums.
///
/// In a step every lane multiplies its stationary value of A with one word of the window of B that arrived: rank 1
/// selects the PE's block at the array's edge, rank 0 the value in the block inside the PE. In the dual-side variant
/// every PE has its block of the window, and rank 1 selects, by that block's offset, which of the row's blocks of A it
/// meets. Work per step is constant, so the lanes are always balanced. A block of Z is complete after its last K window; its sums leave while the next
/// block's first K window overwrites them, column by column, so only the layer's last drain is exposed.
public final class PEArray: Component, ActionReporting {
  public let windows: Input<OperandWindow>
  public let stationary: Input<StationaryRow>
  /// Sums that were spilled.
  public let reloads: Input<SumColumn>
  public let sums: Output<SumColumn>

  let specification: Specification
  let registers: StationaryRegisters
  let datapath: ArrayDatapath
  let ledger: LaneLedger
  /// Cycle of the last update of each column's sums.
  let lastUpdate: StateArray<Cycle>
  @State var state: Registers

  struct Registers: BitwiseCopyable {
    /// Columns of the current window that were streamed.
    var column: Int32 = 0
    var blockColumn: Int32 = 0
    var rowBlock: Int32 = 0
    /// Columns of the finished block that left, and that it had.
    var drained: Int32 = 0
    var drainCount: Int32 = 0
    var drainColumn: Int32 = 0
    var drainRowBlock: Int32 = 0
    var drainIsSpill = false
    var reloadedColumns: Int64 = 0
    var nextDrain: Cycle = 0
    var isLastBlockDone = false
    var wait = StallAccount()
    var steps: Int64 = 0
    var rowSteps: Int64 = 0
    var accumulatingRowSteps: Int64 = 0
    var effectual: Int64 = 0
    var gated: Int64 = 0
    var wasted: Int64 = 0
    var drainedColumns: Int64 = 0
  }

  public init(in clock: ClockDomain, name: String, _ specification: Specification) {
    precondition(specification.rows == 16 && specification.lanesPerRow == 16, "an array has 16 rows of 16 MACs")
    self.specification = specification
    windows = Input("windows", of: name, in: clock)
    stationary = Input("stationary", of: name, in: clock)
    reloads = Input("reloads", of: name, in: clock)
    sums = Output("sums", of: name, in: clock)
    registers = StationaryRegisters(specification, of: name, in: clock)
    datapath = ArrayDatapath(specification, of: name, in: clock)
    ledger = LaneLedger(of: name, in: clock)
    lastUpdate = StateArray(repeating: -1, count: specification.columns, of: name, in: clock)
    _state = State(Registers(), of: name, in: clock)
    super.init(name, in: clock)
  }

  public override func tick() -> Activity {
    let isDraining = state.isLastBlockDone
    let drain = drainColumn()
    let step = now < aheadUntil ? .working(until: aheadUntil) : step()
    let load = loadRegisters()
    // What the array is doing is what its lanes are doing; loading and draining behind them only keep it awake.
    let activity = isDraining ? drain : step
    let wake = drain == .worked || (load == .worked && goesOnAfterLoad) ? now + 1 : drain.wake
    guard activity != .worked, wake >= 0, activity.wake < 0 || wake < activity.wake else { return activity }
    return activity.until(wake)
  }

  public override var isFinished: Bool { state.drained == state.drainCount }

  // MARK: Stages

  private func drainColumn() -> Activity {
    guard state.drained < state.drainCount else { return .idle }
    guard now >= state.nextDrain else { return .working(until: state.nextDrain) }
    guard sums.isReady else { return sums.backpressured }
    let column = Int(state.drained)
    sums.send(
      SumColumn(
        sums: datapath.column(column), column: state.drainColumn + state.drained, rowBlock: state.drainRowBlock,
        isSpilled: state.drainIsSpill, blame: Blame(.registers, component: index)),
      bytes: specification.rows * 4)
    state.drained += 1
    state.drainedColumns += 1
    state.nextDrain =
      now + Cycle((specification.rows + specification.drainWordsPerCycle - 1) / specification.drainWordsPerCycle)
    if state.isLastBlockDone && state.drained == state.drainCount { noteWait(.idle, from: now + 1) }
    return .worked
  }

  private func step() -> Activity {
    guard !state.isLastBlockDone else { return .idle }
    guard !windows.isEmpty else { return waitForInput(windows.starved) }
    let flags = windows.front.flags
    if flags.contains(.firstColumn) && !registers.nextIsFull { return waitForInput(stationary.starved) }
    let column = Int(flags.contains(.firstColumn) ? 0 : state.column)
    if flags.contains(.firstWindow) {
      let needed = flags.contains(.lastColumn) ? state.drainCount : min(Int32(column) + 1, state.drainCount)
      if state.drained < needed { return waitForDrain() }
      if flags.contains(.reloads) && reloads.isEmpty { return waitForInput(reloads.starved) }
    }
    if specification.hazardRule == .stall && !flags.contains(.firstWindow) {
      let readable = lastUpdate[column] + Cycle(specification.accumulateCycles)
      if now < readable { return waitForSums(until: readable) }
    }
    issue(column: column, flags: flags)
    return .worked
  }

  private func issue(column: Int, flags: StepFlags) {
    let window = windows.frontAddress
    closeWait(window: window)
    if flags.contains(.firstColumn) {
      registers.activate()
      state.blockColumn = window.pointee.column
      state.rowBlock = window.pointee.rowBlock
    }
    if flags.contains(.firstWindow) && flags.contains(.reloads) {
      datapath.reload(reloads.receive().sums, column: column)
      state.reloadedColumns += 1
    }
    datapath.accept(window, column: column)
    lastUpdate[column] = now
    windows.drop()
    state.column = Int32(column) + 1
    state.steps += 1
    if flags.contains(.lastColumn) { finishWindow(flags) }
  }

  private func finishWindow(_ flags: StepFlags) {
    let columns = Int(state.column)
    let tally = datapath.multiply(
      registers, columns: columns, startsAtZero: flags.contains(.firstWindow) && !flags.contains(.reloads))
    book(tally)
    state.rowSteps += tally.usedRows * Int64(columns)
    if !flags.contains(.firstWindow) { state.accumulatingRowSteps += tally.usedRows * Int64(columns) }
    registers.release()
    guard flags.contains(.lastWindow) else { return }
    state.drained = 0
    state.drainCount = state.column
    state.drainColumn = state.blockColumn
    state.drainRowBlock = state.rowBlock
    state.drainIsSpill = flags.contains(.spills)
    if flags.contains(.lastBlock) {
      state.isLastBlockDone = true
      noteWait(.drain, from: now + 1)
    }
  }

  private func loadRegisters() -> Activity {
    guard registers.canLoad, !stationary.isEmpty else { return .idle }
    registers.load(stationary.frontAddress, at: now)
    stationary.drop()
    return .worked
  }

  /// Whether a load lets the next cycle bring something that no message announces: another load, or the first step with
  /// complete registers.
  private var goesOnAfterLoad: Bool {
    registers.status.completedAt == now || (!stationary.isEmpty && registers.canLoad)
  }

  private func waitForDrain() -> Activity {
    guard sums.isReady else { return waitForOutput(sums.backpressured) }
    return waitForSums(until: max(state.nextDrain, now + 1))
  }

  // MARK: Ledger

  private func book(_ tally: ArrayDatapath.Tally) {
    ledger.book(tally.effectual, .effectual, blamed: index)
    ledger.book(tally.ineffectualB, .ineffectualBZero, blamed: index)
    ledger.book(tally.ineffectualA, .ineffectualAZero, blamed: index)
    ledger.book(tally.shapePadding, .paddingShape, blamed: index)
    ledger.book(tally.patternPadding, .paddingPattern, blamed: index)
    state.effectual += tally.effectual
    if specification.gatesZeros { state.gated += tally.ineffectualB } else { state.wasted += tally.ineffectualB }
    state.wasted += tally.ineffectualA
    if !specification.gatesPadding { state.wasted += tally.paddingInUsedRows }
  }

  private func waitForInput(_ activity: Activity) -> Activity {
    noteWait(.input, from: now)
    return activity
  }

  private func waitForOutput(_ activity: Activity) -> Activity {
    noteWait(.output, from: now)
    return activity
  }

  private func waitForSums(until cycle: Cycle) -> Activity {
    noteWait(.sums, from: now)
    return .working(until: cycle)
  }

  private func noteWait(_ kind: StallAccount.Kind, from cycle: Cycle) {
    if let closed = state.wait.turn(to: kind, at: cycle) { bookStall(closed, blame: nil) }
  }

  /// Books the stall that ends with this step under the input that arrived last.
  private func closeWait(window: UnsafePointer<OperandWindow>) {
    guard let stall = state.wait.close(at: now) else { return }
    var blame = window.pointee.blame
    var arrival = windows.frontArrivalCycle
    var isWindowLate = true
    let flags = window.pointee.flags
    if flags.contains(.firstColumn) && registers.status.completedAt >= arrival {
      blame = registers.status.blame
      arrival = registers.status.completedAt
      isWindowLate = false
    }
    if flags.contains(.firstWindow) && flags.contains(.reloads) && reloads.frontArrivalCycle > arrival {
      blame = reloads.front.blame
      isWindowLate = false
    }
    bookStall(stall, blame: blame, isWindowLate: isWindowLate)
  }

  private func bookStall(_ stall: StallAccount.Stall, blame: Blame?, isWindowLate: Bool = false) {
    let lanes = Int64(specification.lanes)
    ledger.book(stall.output * lanes, .outputBackpressure, blamed: collectorIndex)
    ledger.book(stall.sums * lanes, .outputBackpressure, blamed: index)
    ledger.book(stall.drain * lanes, .drain, blamed: index)
    ledger.book(stall.idle * lanes, .idle, blamed: index)
    guard stall.input > 0 else { return }
    let blamed = blame.map { Int($0.component) } ?? index
    let cause: Cause = state.steps == 0 ? .fill : blame?.cause ?? .starvedRegisters
    ledger.book(stall.input * lanes, cause, blamed: blamed, isWindowLate: isWindowLate)
  }

  /// `Component.index` of the part that takes the sums, to blame when they cannot leave.
  public var collectorIndex = 0

  /// Which of how many arrays this is: a block's rows are dealt to them in turn.
  public struct Place: Equatable, Sendable {
    public var array: Int
    public var arrays: Int

    public init(array: Int, arrays: Int) {
      self.array = array
      self.arrays = arrays
    }
  }

  /// For telling which rows of Z the array forms; nothing that it does depends on it.
  public var place = Place(array: 0, arrays: 1)

  /// Books the cycles after the array's last tick, at the end of a layer of `cycles` cycles.
  public func closeLedger(cycles: Cycle) {
    let hadWork = state.steps > 0
    guard let stall = state.wait.close(at: cycles) else { return }
    if hadWork { return bookStall(stall, blame: nil) }
    ledger.book(stall.total * Int64(specification.lanes), .idle, blamed: index)
  }
}
