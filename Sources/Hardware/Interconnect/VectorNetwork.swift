// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// The part of the NoC that takes one operand's condensed vectors to the arrays: a bus for each tile, on which all arrays
/// of that row (or column) of arrays listen.
///
/// A vector moves when every array of its bus has room for it; the buses do not wait for each other.
public final class VectorNetwork: Component, ActionReporting {
  private struct Bus: BitwiseCopyable {
    /// First cycle in which the bus is free.
    var freeAt: Cycle = 0
    /// Whether an array had no room for the front vector, and its `Component.index`.
    var wasBlocked = false
    var laggard: Int32 = 0
  }

  private struct Registers: BitwiseCopyable {
    var bytes: Int64 = 0
    var masks: Int64 = 0
  }

  /// Vectors by tile.
  public let vectors: [Input<CondensedVector>]
  /// Branches by tile and listener.
  public let branches: [[Output<CondensedVector>]]

  let bytesPerCycle: Int
  let wordBytes: Int
  let maskBits: Int
  private var arrays: [[Int32]] = []
  private let buses: StateArray<Bus>
  @State private var state: Registers

  /// - Parameters:
  ///   - listeners: arrays on each bus.
  ///   - bytesPerCycle: width of a bus, without the bitmask's wires.
  ///   - maskBits: rows or columns of a tile.
  public init(
    in clock: ClockDomain, name: String, tiles: Int, listeners: Int, bytesPerCycle: Int, wordBytes: Int, maskBits: Int
  ) {
    self.bytesPerCycle = bytesPerCycle
    self.wordBytes = wordBytes
    self.maskBits = maskBits
    vectors = (0..<tiles).map { Input("tile\($0)", of: name, in: clock) }
    branches = (0..<tiles).map { tile in
      (0..<listeners).map { Output("branch\(tile).\($0)", of: name, in: clock) }
    }
    buses = StateArray(repeating: Bus(), count: tiles, of: name, in: clock)
    _state = State(Registers(), of: name, in: clock)
    super.init(name, in: clock)
  }

  /// Tells the network which arrays its branches lead to, to blame the right one.
  public func setArrays(_ indices: [[Int]]) { arrays = indices.map { $0.map(Int32.init) } }

  public override func tick() -> Activity {
    var activity = Activity.idle
    for tile in 0..<vectors.count { activity = activity | forward(tile) }
    return activity
  }

  private func forward(_ tile: Int) -> Activity {
    let input = vectors[tile]
    guard !input.isEmpty else { return input.starved }
    let bytes = input.front.count * wordBytes
    let cycles = max(1, Cycle((bytes + bytesPerCycle - 1) / bytesPerCycle))
    let arrival = input.frontArrivalCycle
    let delivery = max(buses[tile].freeAt, arrival) + cycles - 1
    guard now >= delivery else { return .working(until: delivery) }
    let outputs = branches[tile]
    for branch in 0..<outputs.count where !outputs[branch].isReady {
      buses[tile].wasBlocked = true
      buses[tile].laggard = arrays[tile][branch]
      return outputs[branch].backpressured
    }
    // A vector that found the bus free came as soon as it could.
    let isInherited = !buses[tile].wasBlocked && arrival >= buses[tile].freeAt
    let own =
      buses[tile].wasBlocked ? Blame(.sibling, component: Int(buses[tile].laggard)) : Blame(.noc, component: index)
    var vector = input.receive()
    if !isInherited { vector.blame = own }
    for branch in 0..<outputs.count { outputs[branch].send(vector, bytes: bytes) }
    buses[tile].freeAt = now + 1
    buses[tile].wasBlocked = false
    state.bytes += Int64(bytes)
    state.masks += 1
    return .worked
  }

  public var actionCounts: [ActionCount] {
    [
      ActionCount(component: name, action: "multicast_byte", count: state.bytes, bits: 8, isSparsityTax: false),
      ActionCount(
        component: name, action: "multicast_mask", count: state.masks, bits: Int64(maskBits), isSparsityTax: true),
    ]
  }
}
