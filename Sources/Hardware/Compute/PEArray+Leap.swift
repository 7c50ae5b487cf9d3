// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

// In the middle of a K window nothing keeps an array from taking a window a cycle: its registers stay as they are, the
// finished block has left, and each column was accumulated to long ago.
extension PEArray {
  /// How many of the next `count` windows the array takes for certain, one a cycle from `cycle` on, if they come, and none of
  /// them is its stationary window's first or last.
  func leapableWindows(_ count: Int, from cycle: Cycle) -> Int {
    guard state.column > 0, !state.isLastBlockDone, state.drained == state.drainCount, !state.wait.isOpen else {
      return 0
    }
    guard specification.hazardRule == .stall else { return count }
    let column = Int(state.column)
    let delay = Cycle(specification.accumulateCycles)
    for index in 0..<min(count, specification.columns - column)
    where lastUpdate[column + index] + delay > cycle + Cycle(index) { return index }
    return count
  }

  /// Keeps `count` windows, one a cycle from `cycle` on, whose words lie one window behind the other.
  func takeInLeap(_ count: Int, words: UnsafePointer<Int16>, from cycle: Cycle) {
    datapath.accept(count, words: words, column: Int(state.column))
    noteLeap(count, from: cycle)
  }

  /// Keeps `count` windows as a sibling did, which the network gives the same in the same cycles.
  func takeInLeap(_ count: Int, as sibling: PEArray, from cycle: Cycle) {
    datapath.accept(count, as: sibling.datapath, column: Int(state.column))
    noteLeap(count, from: cycle)
  }

  private func noteLeap(_ count: Int, from cycle: Cycle) {
    let column = Int(state.column)
    let updates = lastUpdate.elements(column..<column + count)
    for index in 0..<count { updates[index] = cycle + Cycle(index) }
    state.column += Int32(count)
    state.steps += Int64(count)
  }
}
