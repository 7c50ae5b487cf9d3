// SPDX-License-Identifier: Apache-2.0

import Hardware
import SimulationKernel
import Workloads

/// Keeps the requests that a timed memory takes in, as a memory trace.
final class MemoryRequestRecorder: DRAMRequestObserver {
  private(set) var lines: [DRAMTraceLine] = []

  /// Forgets all requests but the first `count`.
  func rewind(to count: Int) { lines.removeSubrange(count...) }

  func took(address: Int64, isWrite: Bool, at clock: Cycle) {
    lines.append(DRAMTraceLine(clock: clock, address: UInt64(address), isWrite: isWrite))
  }
}
