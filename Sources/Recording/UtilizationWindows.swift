// SPDX-License-Identifier: Apache-2.0

import Statistics

/// What one component did in each window of `ActivitySchema.windowCycles` cycles.
struct UtilizationWindows {
  /// Cycles of a window by what the component did in them; the others were idle.
  struct Window: Equatable {
    var busy: Int32 = 0
    var starved: Int32 = 0
    var backpressured: Int32 = 0
  }

  private(set) var windows: [Window]
  /// The cycle behind the last span.
  private(set) var reached: Int64 = 0

  /// Empty windows over a layer of `cycles` cycles.
  init(cycles: Int64) {
    let length = ActivitySchema.windowCycles
    windows = Array(repeating: Window(), count: Int((cycles + length - 1) / length))
  }

  /// Adds the cycles of the next span to the windows that it reaches into.
  mutating func add(_ activity: ActivityKind, cycles: Int64) {
    let length = ActivitySchema.windowCycles
    let end = reached + cycles
    precondition(end <= Int64(windows.count) * length, "The spans of a component reach over the end of the layer.")
    while reached < end {
      let index = Int(reached / length)
      let part = min(end, (Int64(index) + 1) * length) - reached
      switch activity {
      case .idle: break
      case .busy: windows[index].busy += Int32(part)
      case .starved: windows[index].starved += Int32(part)
      case .backpressured: windows[index].backpressured += Int32(part)
      }
      reached += part
    }
  }
}
