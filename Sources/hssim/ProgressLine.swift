// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A line on the terminal that says how far a run is, and about how long it will take; nothing where standard error is no
/// terminal. The one place that looks at a clock, and nothing of it reaches a result.
struct ProgressLine {
  /// A layer that is being simulated.
  struct Layer {
    /// Position in the trace, from 0.
    let index: Int
    /// Of a comparison with the design behind it.
    let name: String
    /// What it takes, in the unit of the total.
    let work: Double
    let cycle: Int64
    let bound: Int64
  }

  private let work: Double
  private let isShown: Bool
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var finishedWork = 0.0
  /// The one that the line is about.
  private var shown = ""
  private var cycle: Int64 = 0
  private var layerStart: ContinuousClock.Instant
  private var lastShown: ContinuousClock.Instant
  private var isOnScreen = false

  /// - Parameter work: what all layers will take, in any unit.
  init(work: Double) {
    self.work = work
    isShown = isatty(STDERR_FILENO) == 1
    start = clock.now
    layerStart = start
    lastShown = start
  }

  mutating func finish(work: Double) { finishedWork += work }

  /// Says how far the first of the layers at work is, at most five times a second.
  ///
  /// - Parameters:
  ///   - running: the layers at work, in order.
  ///   - layers: how many layers the run has.
  mutating func update(_ running: [Layer], of layers: Int) {
    let now = clock.now
    guard let first = running.first else { return }
    let title = "layer \(first.index + 1)/\(layers) \(first.name)"
    if title != shown {
      shown = title
      cycle = 0
      layerStart = now
    }
    guard isShown, first.cycle > cycle, now - lastShown > .milliseconds(200) else { return }
    lastShown = now
    isOnScreen = true
    cycle = first.cycle
    let seconds = (now - layerStart) / .seconds(1)
    let share = first.bound > 0 ? "\(min(100, 100 * cycle / first.bound)) % of its bound, " : ""
    let rate = seconds > 0 ? decimal(Double(cycle) / seconds / 1000, places: 0) : "-"
    let others = running.count > 1 ? ", \(running.count - 1) more at work" : ""
    write(
      "\r\u{1B}[K\(title): \(cycle) cycles, \(share)\(rate) thousand cycles/s"
        + others + left(running, after: (now - start) / .seconds(1)))
  }

  /// About how long the rest will take if it goes on like this; nothing while that cannot be known.
  private func left(_ running: [Layer], after elapsed: Double) -> String {
    let done = running.reduce(finishedWork) { done, layer in
      done + layer.work * (layer.bound > 0 ? min(1, Double(layer.cycle) / Double(layer.bound)) : 0)
    }
    guard elapsed > 2, done > 0, done <= work else { return "" }
    let seconds = elapsed * (work - done) / done
    let text =
      switch seconds {
      case ..<100: "\(Int(seconds.rounded(.up))) s"
      case ..<6000: "\(Int((seconds / 60).rounded())) min"
      default: "\(Int((min(seconds, 1e9) / 3600).rounded())) h"
      }
    return ", about \(text) left"
  }

  /// Takes the line off the screen.
  mutating func clear() {
    if isOnScreen { write("\r\u{1B}[K") }
    isOnScreen = false
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
