// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

extension MulticastNetwork {
  /// Whether a stream of a window a cycle passes the network at `cycle`.
  func isStreaming(at cycle: Cycle) -> Bool {
    guard cyclesPerWindow == 1, state.freeAt <= cycle, !state.wasBlocked else { return false }
    for branch in 0..<branches.count where !branches[branch].isStreaming(at: cycle) { return false }
    return true
  }

  /// Passes `count` windows on, one a cycle from `cycle` on.
  func leap(_ count: Int, from cycle: Cycle) {
    for branch in 0..<branches.count { branches[branch].stream(count, bytes: windowBytes, from: cycle) }
    state.freeAt = cycle + Cycle(count)
    state.bytes += Int64(count * windowBytes)
    state.windows += Int64(count)
  }
}
