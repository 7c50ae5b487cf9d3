// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// Latencies in cycles, exact up to a limit and as one tail beyond it, for percentiles at the end of a run.
struct LatencyHistogram {
  private static let limit = 8192
  /// Counts of 0 ..< limit cycles, the tail's count, the sum, the maximum.
  private let cells: NotedArray<Int64>

  init(of owner: String, in clock: ClockDomain) {
    cells = NotedArray(repeating: 0, count: Self.limit + 3, of: owner, in: clock)
  }

  func record(_ cycles: Cycle) {
    let cell = min(Int(cycles), Self.limit)
    cells.store(cells[cell] + 1, at: cell)
    cells.store(cells[Self.limit + 1] + cycles, at: Self.limit + 1)
    cells.store(max(cells[Self.limit + 2], cycles), at: Self.limit + 2)
  }

  var count: Int64 {
    var count: Int64 = 0
    for index in 0...Self.limit { count += cells[index] }
    return count
  }

  var mean: Double { count == 0 ? 0 : Double(cells[Self.limit + 1]) / Double(count) }
  var maximum: Int64 { cells[Self.limit + 2] }

  /// The smallest latency that at least `percent` of the requests do not exceed; the maximum where that lies in the
  /// tail.
  func percentile(_ percent: Int64) -> Int64 {
    let total = count
    guard total > 0 else { return 0 }
    let rank = (total * percent + 99) / 100
    var seen: Int64 = 0
    for index in 0..<Self.limit {
      seen += cells[index]
      if seen >= rank { return Int64(index) }
    }
    return maximum
  }
}
