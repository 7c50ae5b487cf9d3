// SPDX-License-Identifier: Apache-2.0
import Accelerators
import SimulationKernel
import Statistics

/// The past and the future of a layer, walkable: goes to any cycle, ahead by simulating, back by restoring the nearest
/// checkpoint and simulating from there.
///
/// A position is a cycle of the core's clock: every edge up to and in it has been processed. -1 is reset. On its way
/// through cycles that it has not seen before, it holds the state against what was recorded, where that was.
public final class Timeline {
  /// Checkpoints kept; beyond that every second one is let go.
  public static let checkpointLimit = 96

  public let session: LayerSession
  /// The cycle whose edges were the last to be processed; -1 at reset.
  public private(set) var cycle: Cycle = -1
  /// The layer's last cycle, once it is known.
  public private(set) var end: Cycle?

  private struct Entry {
    let cycle: Cycle
    /// Messages that had been sent.
    let messages: Int64
    let checkpoint: LayerSession.Checkpoint
  }

  private var entries: [Entry] = []
  private var interval: Cycle
  private var expected: [StateHashWindow]
  /// The next window to be compared.
  private var nextWindow = 0

  /// - Parameters:
  ///   - session: at reset, and recording nothing, since it is taken back and ahead; nobody else runs it.
  ///   - recorded: state hashes to hold the run against, in order of time; none checks nothing.
  ///   - interval: cycles between two checkpoints, at first.
  public init(_ session: LayerSession, recorded: [StateHashWindow] = [], interval: Cycle = 512) {
    precondition(session.simulation.time < 0, "a timeline begins at reset")
    precondition(interval > 0, "checkpoints have a distance")
    self.session = session
    self.interval = interval
    expected = recorded
    entries = [Entry(cycle: -1, messages: 0, checkpoint: session.checkpoint())]
  }

  public var simulation: Simulation { session.simulation }

  /// Whether the layer is over.
  public var isAtEnd: Bool { cycle == end }

  /// Windows of the recording that the run was found to agree with.
  public var checkedWindows: Int { nextWindow }

  /// Goes to `target`, or to the last cycle if that comes first.
  ///
  /// - Throws: `Deadlock`; `ReplayDivergence` where the state is not what was recorded.
  public func go(to target: Cycle) throws {
    precondition(target >= -1, "cycles are counted from 0; -1 is reset")
    let nearest = entries[entryIndex { $0.cycle <= target }]
    if target < cycle || nearest.cycle > cycle { restore(nearest) }
    try advance(to: target)
  }

  /// Goes to the last cycle.
  public func goToEnd() throws { try go(to: end ?? .max) }

  /// Processes the edges up to and in `target` one by one, and calls `body` behind each with the position that it
  /// belongs to; false ends the walk behind the last edge of that position.
  ///
  /// - Returns: whether `body` ended the walk.
  /// - Throws: as `go`.
  @discardableResult
  public func walk(to target: Cycle, _ body: (Cycle) -> Bool) throws -> Bool {
    let period = session.core.period
    while end.map({ cycle < $0 }) ?? true {
      guard let edge = simulation.isStopped ? nil : simulation.nextEdge() else {
        try advance(to: target)
        break
      }
      // An edge between two of the core's belongs to the later.
      let position = (edge + period - 1) / period
      guard position <= target else { break }
      // Cycles without an edge in between are passed by `advance`, which keeps the checkpoints and checks the hashes.
      if position - 1 > cycle { try advance(to: position - 1) }
      _ = try simulation.run(through: edge)
      let goesOn = body(position)
      let isWhole = simulation.isStopped || (simulation.nextEdge().map { $0 > position * period } ?? true)
      if isWhole || !goesOn { try advance(to: position) }
      guard goesOn else { return true }
    }
    if target > cycle, !isAtEnd { try advance(to: target) }
    return false
  }

  /// Goes to the last checkpoint at which no more than `count` messages had been sent.
  func goBefore(message count: Int64) {
    restore(entries[entryIndex { $0.messages <= count }])
  }

  /// The cycles of the checkpoints before `cycle`, latest first: what a search backwards goes through.
  func checkpoints(before cycle: Cycle) -> [Cycle] {
    entries.map(\.cycle).filter { $0 < cycle }.reversed()
  }

  // MARK: Forward

  private func advance(to target: Cycle) throws {
    while cycle < target, !isAtEnd {
      var stop = min(target, (cycle / interval + 1) * interval)
      if nextWindow < expected.count {
        let last = expected[nextWindow].start + StateHashWindow.cycles - 1
        if last > cycle { stop = min(stop, last) }
      }
      if try run(through: stop) == .finished {
        cycle = max(session.core.cycle, cycle)
        end = cycle
      } else {
        cycle = stop
      }
      try compareWindow()
      keepCheckpoint()
    }
  }

  /// Runs on; where everybody waits for good, the position is that of the last edge.
  private func run(through stop: Cycle) throws -> Simulation.Outcome {
    do {
      return try session.run(through: stop)
    } catch {
      cycle = max(cycle, simulation.time / session.core.period)
      throw error
    }
  }

  private func compareWindow() throws {
    guard nextWindow < expected.count else { return }
    let window = expected[nextWindow]
    guard cycle == window.start + StateHashWindow.cycles - 1 || (isAtEnd && cycle >= window.start) else { return }
    let hashes = simulation.stateHashes()
    for (index, component) in simulation.components.enumerated()
    where index >= window.hashes.count || hashes[index] != window.hashes[index] {
      throw ReplayDivergence(component: component.name, window: window.start, lastCycle: cycle)
    }
    nextWindow += 1
  }

  private func keepCheckpoint() {
    guard cycle % interval == 0, cycle > entries[entries.count - 1].cycle else { return }
    entries.append(
      Entry(
        cycle: cycle, messages: simulation.messageCount,
        checkpoint: session.checkpoint(sharing: entries.last?.checkpoint)))
    guard entries.count > Self.checkpointLimit else { return }
    interval *= 2
    entries.removeAll { $0.cycle >= 0 && $0.cycle % interval != 0 }
  }

  // MARK: Back

  private func restore(_ entry: Entry) {
    session.restore(entry.checkpoint)
    cycle = entry.cycle
  }

  /// The last entry that satisfies `isEarly`, which holds up to some entry and for none behind it.
  private func entryIndex(where isEarly: (Entry) -> Bool) -> Int {
    var (low, high) = (0, entries.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if isEarly(entries[middle]) { low = middle } else { high = middle - 1 }
    }
    return low
  }
}

/// A run that is not what was recorded: another program, a changed input, or a fault.
public struct ReplayDivergence: Error, Equatable, CustomStringConvertible {
  /// The first component, in order, whose state differs.
  public let component: String
  /// First cycle of the first window behind which it does.
  public let window: Cycle
  /// Last cycle of that window.
  public let lastCycle: Cycle

  public var description: String {
    "\(component) is not in the recorded state behind cycle \(lastCycle): the first difference lies in the window "
      + "\(window)...\(lastCycle)"
  }
}
