// SPDX-License-Identifier: Apache-2.0

import Statistics

/// What one component did in each window of `ActivitySchema.windowCycles` cycles.
struct UtilizationWindows {
  struct Window: Equatable {
    var start: Int64
    var busyCycles: Int64 = 0
    var starvedCycles: Int64 = 0
    var backpressuredCycles: Int64 = 0
  }

  private(set) var windows: [Window]

  /// Empty windows over a layer of `cycles` cycles.
  init(cycles: Int64) {
    windows = stride(from: 0, to: cycles, by: Int(ActivitySchema.windowCycles)).map { Window(start: Int64($0)) }
  }

  /// Adds the span's cycles to the windows that it reaches into.
  mutating func add(_ span: ActivitySpan) {
    let length = ActivitySchema.windowCycles
    var start = span.start
    let end = span.start + span.cycles
    while start < end {
      let index = Int(start / length)
      let cycles = min(end, (Int64(index) + 1) * length) - start
      switch span.activity {
      case .idle: break
      case .busy: windows[index].busyCycles += cycles
      case .starved: windows[index].starvedCycles += cycles
      case .backpressured: windows[index].backpressuredCycles += cycles
      }
      start += cycles
    }
  }
}
