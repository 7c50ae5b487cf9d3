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

  private(set) var windows: [Window] = []
  /// The cycle behind the last span.
  private(set) var reached: Int64 = 0
  /// The window that the next span begins in, and its end.
  private var open = Window()
  private var openEnd: Int64
  private let cycles: Int64

  /// Windows over a layer of `cycles` cycles.
  init(cycles: Int64) {
    self.cycles = cycles
    openEnd = min(ActivitySchema.windowCycles, cycles)
    windows.reserveCapacity(Int(cycles / ActivitySchema.windowCycles + 1))
  }

  /// Adds the cycles of the next span to the windows that it reaches into.
  @inline(__always)
  mutating func add(_ activity: ActivityKind, cycles: Int64) {
    precondition(reached + cycles <= self.cycles, "The spans of a component reach over the end of the layer.")
    var left = cycles
    while left > 0 {
      let part = min(left, openEnd - reached)
      open.add(activity, part)
      reached += part
      left -= part
      if reached == openEnd { close() }
    }
  }

  private mutating func close() {
    windows.append(open)
    open = Window()
    openEnd = min(openEnd + ActivitySchema.windowCycles, cycles)
  }
}

extension UtilizationWindows.Window {
  @inline(__always)
  fileprivate mutating func add(_ activity: ActivityKind, _ cycles: Int64) {
    let cycles = Int32(truncatingIfNeeded: cycles)
    switch activity {
    case .idle: break
    case .busy: busy += cycles
    case .starved: starved += cycles
    case .backpressured: backpressured += cycles
    }
  }
}
