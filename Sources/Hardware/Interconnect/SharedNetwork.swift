// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// The NoC where operand A and operand B share its wires: a bus, or a crossbar.
///
/// A bus is one medium: a window of operand B crosses it once and reaches all arrays, a row of operand A reaches one. A
/// crossbar has a medium per array: a row occupies only its own, and a window is copied to each array as soon as that
/// array's medium is free, so that the arrays need not take it at the same time. Transfers cross a medium one behind the
/// other, byte by byte: a wide medium passes several in a cycle, a narrow one needs several cycles for one. A transfer
/// begins only when whoever takes it has room: nobody holds a medium and waits. Who goes next, when both wait for a
/// medium, is the arbitration's choice.
public final class SharedNetwork: Component, ActionReporting {
  public enum Topology: String, CaseIterable, Sendable {
    case bus, crossbar
  }

  public enum Arbitration: String, CaseIterable, Sendable {
    /// The operand that did not go last.
    case roundRobin = "round-robin"
    case operandBFirst = "operand-b-first"
    case operandAFirst = "operand-a-first"
  }

  /// Shape and width of the network for one layer.
  public struct Specification: Equatable, Sendable {
    public var topology: Topology
    public var arbitration: Arbitration
    public var arrays: Int
    /// Width of a medium.
    public var bytesPerCycle: Int
    /// Bytes of the layer's windows of operand B, and of its rows of operand A.
    public var windowBytes: Int
    public var rowBytes: Int
    /// Wires of operand B's block offsets beside a medium, where the design has them.
    public var offsets: OffsetWires?

    public init(
      topology: Topology, arbitration: Arbitration, arrays: Int, bytesPerCycle: Int, windowBytes: Int, rowBytes: Int,
      offsets: OffsetWires? = nil
    ) {
      self.offsets = offsets
      self.topology = topology
      self.arbitration = arbitration
      self.arrays = arrays
      self.bytesPerCycle = bytesPerCycle
      self.windowBytes = windowBytes
      self.rowBytes = rowBytes
    }
  }

  /// What a medium is doing, and what it did.
  private struct Medium: BitwiseCopyable {
    /// The transfer under way: an array's row, `window`, or `none`.
    var transfer: Int32 = -1
    /// The last cycle of the transfer under way, and whether it would have been an earlier one on a free medium.
    var lastCycle: Cycle = 0
    var isLate = false
    /// The next free byte slot, counted as cycle times width.
    var nextFree: Int64 = 0
    var windowWentLast = false
    /// Whether the front window had no room at an array, and which one; the same of a row, by array.
    var windowWasBlocked = false
    var laggard: Int32 = 0
    var blockedRows: UInt64 = 0
  }

  private enum Transfer {
    static let none: Int32 = -1
    static let window: Int32 = -2
  }

  private struct Counts: BitwiseCopyable {
    /// Transfers over a medium: a crossbar transfers a window once per array.
    var windows: Int64 = 0
    var rows: Int64 = 0
    /// Media that have not had the front window yet, a bit each.
    var windowPending: UInt64 = 0
  }

  public let windows: Input<OperandWindow>
  /// Rows of operand A by array.
  public let rows: [Input<StationaryRow>]
  public let windowBranches: [Output<OperandWindow>]
  public let rowBranches: [Output<StationaryRow>]

  let specification: Specification
  private let media: StateArray<Medium>
  private var arrayIndices: [Int32] = []
  @State private var counts: Counts

  public init(in clock: ClockDomain, name: String = "NoC.shared", _ specification: Specification) {
    precondition((1...64).contains(specification.arrays), "a network leads to 1 to 64 arrays")
    self.specification = specification
    windows = Input("windows", of: name, in: clock)
    rows = (0..<specification.arrays).map { Input("rows\($0)", of: name, in: clock) }
    windowBranches = (0..<specification.arrays).map { Output("windows\($0)", of: name, in: clock) }
    rowBranches = (0..<specification.arrays).map { Output("array\($0)", of: name, in: clock) }
    media = StateArray(
      repeating: Medium(), count: specification.topology == .bus ? 1 : specification.arrays,
      of: name, in: clock)
    var counts = Counts()
    counts.windowPending = Self.allBits(media.count)
    _counts = State(counts, of: name, in: clock)
    super.init(name, in: clock)
  }

  /// Tells the network which arrays its branches lead to, to blame the right one.
  public func setArrays(_ indices: [Int]) { arrayIndices = indices.map(Int32.init) }

  private static func allBits(_ count: Int) -> UInt64 { count == 64 ? .max : 1 << UInt64(count) - 1 }

  /// The arrays that a medium leads to.
  private func arrays(of medium: Int) -> Range<Int> {
    specification.topology == .bus ? 0..<specification.arrays : medium..<medium + 1
  }

  // MARK: One cycle

  public override func tick() -> Activity {
    var activity = passEmptyRows()
    for medium in 0..<media.count { activity = activity | serve(medium) }
    return activity
  }

  /// The notice that an array has no row in a window carries no data and needs no medium.
  private func passEmptyRows() -> Activity {
    var activity = Activity.idle
    for array in 0..<rows.count where !rows[array].isEmpty && rows[array].front.row < 0 {
      guard rowBranches[array].isReady else {
        activity = activity | rowBranches[array].backpressured
        continue
      }
      rowBranches[array].send(rows[array].receive(), bytes: 0)
      activity = .worked
    }
    return activity
  }

  private func serve(_ medium: Int) -> Activity {
    let width = Int64(specification.bytesPerCycle)
    var activity = Activity.idle
    while true {
      if media[medium].transfer == Transfer.none {
        guard media[medium].nextFree < (now + 1) * width else { return .worked }
        let waiting = begin(medium)
        guard media[medium].transfer != Transfer.none else { return activity | waiting }
      }
      guard now >= media[medium].lastCycle else { return activity | .working(until: media[medium].lastCycle) }
      let ended = media[medium].transfer == Transfer.window ? endWindow(medium) : endRow(medium)
      guard media[medium].transfer == Transfer.none else { return activity | ended }
      activity = .worked
    }
  }

  /// Begins the transfer that the arbitration chooses; what the medium waits for where there is none to begin.
  private func begin(_ medium: Int) -> Activity {
    var waiting = windows.starved
    let canSendWindow = windowIsReady(medium, &waiting)
    let row = readyRow(medium, &waiting)
    guard canSendWindow || row >= 0 else { return waiting }
    let windowFirst =
      switch specification.arbitration {
      case .roundRobin: !media[medium].windowWentLast
      case .operandBFirst: true
      case .operandAFirst: false
      }
    let sendsWindow = canSendWindow && (windowFirst || row < 0)
    let width = Int64(specification.bytesPerCycle)
    let bytes = Int64(sendsWindow ? specification.windowBytes : specification.rowBytes)
    media[medium].transfer = sendsWindow ? Transfer.window : row
    let arrival = sendsWindow ? windows.frontArrivalCycle : rows[Int(row)].frontArrivalCycle
    media[medium].nextFree = max(media[medium].nextFree, now * width) + bytes
    media[medium].lastCycle = (media[medium].nextFree - 1) / width
    media[medium].isLate = media[medium].lastCycle > (arrival * width + bytes - 1) / width
    return .worked
  }

  /// Whether the front window waits for the medium and all arrays behind it have room.
  private func windowIsReady(_ medium: Int, _ waiting: inout Activity) -> Bool {
    guard !windows.isEmpty, counts.windowPending & 1 << UInt64(medium) != 0 else { return false }
    for array in arrays(of: medium) where !windowBranches[array].isReady {
      media[medium].windowWasBlocked = true
      media[medium].laggard = arrayIndices[array]
      waiting = windowBranches[array].backpressured
      return false
    }
    return true
  }

  /// The array whose row has waited longest for the medium and has room; -1 for none.
  private func readyRow(_ medium: Int, _ waiting: inout Activity) -> Int32 {
    var best: Int32 = -1
    for array in arrays(of: medium) where !rows[array].isEmpty && rows[array].front.row >= 0 {
      guard rowBranches[array].isReady else {
        media[medium].blockedRows |= 1 << UInt64(array)
        waiting = waiting | rowBranches[array].backpressured
        continue
      }
      if best < 0 || rows[array].frontArrival < rows[Int(best)].frontArrival { best = Int32(array) }
    }
    return best
  }

  // MARK: Ends of transfers

  private func endWindow(_ medium: Int) -> Activity {
    for array in arrays(of: medium) where !windowBranches[array].isReady { return windowBranches[array].backpressured }
    var window = windows.front
    window.blame = blame(
      of: window.blame, medium,
      blocked: media[medium].windowWasBlocked ? Blame(.sibling, component: Int(media[medium].laggard)) : nil)
    for array in arrays(of: medium) { windowBranches[array].send(window, bytes: specification.windowBytes) }
    counts.windows += 1
    counts.windowPending &= ~(1 << UInt64(medium))
    if counts.windowPending == 0 {
      windows.receive()
      counts.windowPending = Self.allBits(media.count)
    }
    media[medium].windowWasBlocked = false
    finish(medium, wentWindow: true)
    return .worked
  }

  private func endRow(_ medium: Int) -> Activity {
    let array = Int(media[medium].transfer)
    guard rowBranches[array].isReady else { return rowBranches[array].backpressured }
    let bit = UInt64(1) << UInt64(array)
    var row = rows[array].front
    row.blame = blame(
      of: row.blame, medium,
      blocked: media[medium].blockedRows & bit != 0 ? Blame(.registers, component: index) : nil)
    rows[array].receive()
    rowBranches[array].send(row, bytes: specification.rowBytes)
    counts.rows += 1
    media[medium].blockedRows &= ~bit
    finish(medium, wentWindow: false)
    return .worked
  }

  private func finish(_ medium: Int, wentWindow: Bool) {
    media[medium].transfer = Transfer.none
    media[medium].windowWentLast = wentWindow
  }

  /// A message that crossed as soon as it arrived came as soon as it could; one that waited was kept by whoever had no
  /// room for it, or else by the medium, which was busy.
  private func blame(of inherited: Blame, _ medium: Int, blocked: Blame?) -> Blame {
    guard media[medium].isLate else { return inherited }
    return blocked ?? Blame(.noc, component: index)
  }

  public var actionCounts: [ActionCount] {
    var actions = [
      ActionCount(
        component: name, action: "transfer_window", count: counts.windows, bits: Int64(specification.windowBytes * 8),
        isSparsityTax: false),
      ActionCount(
        component: name, action: "transfer_row", count: counts.rows, bits: Int64(specification.rowBytes * 8),
        isSparsityTax: false),
    ]
    if let offsets = specification.offsets {
      actions.append(
        ActionCount(
          component: name, action: "transfer_offsets_rank1", count: offsets.isUsed ? counts.windows : 0,
          bits: Int64(offsets.bits), isSparsityTax: true, rank: 1))
    }
    return actions
  }
}
