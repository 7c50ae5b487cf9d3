// SPDX-License-Identifier: Apache-2.0
import Hardware
import SimulationKernel

/// Notices a run in which somebody is always awake and nothing comes of it.
///
/// What counts is what retires: operands that an array took, and lines of results that memory took.
struct Watchdog {
  private let limit: Cycle
  private var retired: Int64 = -1
  private var retiredAt: Cycle = -1

  init(limit: Cycle) {
    precondition(limit > 0, "a watchdog waits for a cycle at least")
    self.limit = limit
  }

  /// The next cycle behind `cycle` in which to look.
  func nextLook(after cycle: Cycle) -> Cycle { cycle + max(1, limit / 4) }

  /// - Parameter retired: a count of what has retired.
  /// - Throws: `Livelock` where nothing did for too long.
  mutating func look(_ simulation: Simulation, retired now: Int64, at cycle: Cycle) throws(Livelock) {
    if now != retired {
      retired = now
      retiredAt = cycle
    } else if cycle - retiredAt >= limit {
      throw Livelock(
        in: simulation, what: "no array took operands and memory took no result", since: retiredAt, cycle: cycle)
    }
  }
}
