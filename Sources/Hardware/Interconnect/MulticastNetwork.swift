// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// The part of the NoC that multicasts operand B: every window goes to all arrays at once.
///
/// A window moves when every array has room for it, so the arrays advance together and one that stalls holds back its
/// siblings. Its words occupy the network for as many cycles as they need at its width.
public final class MulticastNetwork: Component, ActionReporting {
  struct Registers: BitwiseCopyable {
    /// First cycle in which the network is free.
    var freeAt: Cycle = 0
    /// Whether an array had no room for the front window, and its `Component.index`.
    var wasBlocked = false
    var laggard: Int32 = 0
    var bytes: Int64 = 0
    var windows: Int64 = 0
  }

  public let windows: Input<OperandWindow>
  public let branches: [Output<OperandWindow>]

  let bytesPerCycle: Int
  /// Wires of operand B's block offsets beside those of its words, where the design has them.
  let offsets: OffsetWires?
  /// Cycles that a window occupies the network.
  let cyclesPerWindow: Cycle
  let windowBytes: Int
  private var arrays: [Int32]
  @State var state: Registers

  /// - Parameters:
  ///   - bytesPerCycle: width of the network.
  ///   - windowBytes: bytes of the layer's windows.
  public init(
    in clock: ClockDomain, name: String = "NoC.multicast", branches: Int, bytesPerCycle: Int, windowBytes: Int,
    offsets: OffsetWires? = nil
  ) {
    self.offsets = offsets
    self.bytesPerCycle = bytesPerCycle
    cyclesPerWindow = Cycle((windowBytes + bytesPerCycle - 1) / bytesPerCycle)
    self.windowBytes = windowBytes
    arrays = []
    windows = Input("windows", of: name, in: clock)
    self.branches = (0..<branches).map { Output("branch\($0)", of: name, in: clock) }
    _state = State(Registers(), of: name, in: clock)
    super.init(name, in: clock)
  }

  /// Tells the network which arrays its branches lead to, to blame the right one.
  public func setArrays(_ indices: [Int]) { arrays = indices.map(Int32.init) }

  public override func tick() -> Activity {
    guard now >= aheadUntil else { return .working(until: aheadUntil) }
    guard !windows.isEmpty else { return windows.starved }
    let delivery = max(state.freeAt, windows.frontArrivalCycle) + cyclesPerWindow - 1
    guard now >= delivery else { return .working(until: delivery) }
    for branch in 0..<branches.count where !branches[branch].isReady {
      state.wasBlocked = true
      state.laggard = arrays[branch]
      return branches[branch].backpressured
    }
    forward()
    return .worked
  }

  private func forward() {
    // A window that found the network free came as soon as it could.
    let isInherited = !state.wasBlocked && windows.frontArrivalCycle >= state.freeAt
    let own =
      state.wasBlocked ? Blame(.sibling, component: Int(state.laggard)) : Blame(.noc, component: index)
    var window = windows.receive()
    if !isInherited { window.blame = own }
    for branch in 0..<branches.count { branches[branch].send(window, bytes: windowBytes) }
    state.freeAt = now + 1
    state.bytes += Int64(windowBytes)
    state.windows += 1
    state.wasBlocked = false
  }

  public var actionCounts: [ActionCount] {
    let bytes = ActionCount(
      component: name, action: "multicast_byte", count: state.bytes, bits: 8, isSparsityTax: false)
    guard let offsets else { return [bytes] }
    return [
      bytes,
      ActionCount(
        component: name, action: "multicast_offsets", count: offsets.isUsed ? state.windows : 0,
        bits: Int64(offsets.bits), isSparsityTax: true, rank: 1),
    ]
  }
}
