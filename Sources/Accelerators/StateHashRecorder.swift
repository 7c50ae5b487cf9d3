// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// Hashes every component's state at the end of each window of cycles: what a replay is held against.
final class StateHashRecorder {
  /// How far a recorder is.
  struct Mark {
    var windows = 0
    var windowStart: Cycle = 0
    var isClosed = false
  }

  private(set) var windows: [StateHashWindow] = []
  private var windowStart: Cycle = 0
  private var isClosed = false

  /// Last cycle of the window that is open; nil after the last.
  var windowEnd: Cycle? { isClosed ? nil : windowStart + StateHashWindow.cycles - 1 }

  /// Ends the open window: the state is that behind its last cycle, or behind the run's.
  func close(_ simulation: Simulation, isLast: Bool = false) {
    guard !isClosed else { return }
    windows.append(StateHashWindow(start: windowStart, hashes: simulation.stateHashes()))
    windowStart += StateHashWindow.cycles
    isClosed = isLast
  }

  var mark: Mark { Mark(windows: windows.count, windowStart: windowStart, isClosed: isClosed) }

  func rewind(to mark: Mark) {
    windows.removeSubrange(mark.windows...)
    windowStart = mark.windowStart
    isClosed = mark.isClosed
  }
}
