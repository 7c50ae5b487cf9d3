// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// The part of the NoC that multicasts operand B: every window goes to all arrays at once.
///
/// A window moves when every array has room for it, so the arrays advance together and one that stalls holds back its
/// siblings. Its words occupy the network for as many cycles as they need at its width.
public final class MulticastNetwork: Component, ActionReporting {
  private struct Registers: BitwiseCopyable {
    /// First cycle in which the network is free.
    var freeAt: Cycle = 0
    var waited = Wait.nothing
    /// `Component.index` of the array that had no room.
    var laggard: Int32 = 0
    var bytes: Int64 = 0
  }

  private enum Wait: UInt8, BitwiseCopyable {
    case nothing, window, room
  }

  public let windows: Input<OperandWindow>
  public let branches: [Output<OperandWindow>]

  let bytesPerCycle: Int
  let windowBytes: Int
  private var arrays: [Int32]
  @State private var state: Registers

  /// - Parameters:
  ///   - bytesPerCycle: width of the network.
  ///   - windowBytes: bytes of the layer's windows.
  public init(in clock: ClockDomain, name: String = "NoC.multicast", branches: Int, bytesPerCycle: Int, windowBytes: Int)
  {
    self.bytesPerCycle = bytesPerCycle
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
    guard !windows.isEmpty else {
      state.waited = .window
      return windows.starved
    }
    guard now >= state.freeAt else {
      state.waited = .nothing
      return .working(until: state.freeAt)
    }
    for branch in 0..<branches.count where !branches[branch].isReady {
      state.waited = .room
      state.laggard = arrays[branch]
      return branches[branch].backpressured
    }
    forward()
    return .worked
  }

  private func forward() {
    let isInherited = state.waited == .window
    let own = state.waited == .room ? Blame(.sibling, component: Int(state.laggard)) : Blame(.noc, component: index)
    for branch in 0..<branches.count {
      var window = windows.front
      if !isInherited { window.blame = own }
      branches[branch].send(window, bytes: windowBytes)
    }
    windows.receive()
    state.freeAt = now + Cycle((windowBytes + bytesPerCycle - 1) / bytesPerCycle)
    state.bytes += Int64(windowBytes)
    state.waited = .nothing
  }

  public var actionCounts: [ActionCount] {
    [ActionCount(component: name, action: "multicast_byte", count: state.bytes, bits: 8, isSparsityTax: false)]
  }
}
