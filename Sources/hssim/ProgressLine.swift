// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A line on the terminal that says how far a run is; nothing where standard error is no terminal.
struct ProgressLine {
  private let layers: Int
  private let isShown: Bool
  private let clock = ContinuousClock()
  private var layer = 0
  private var name = ""
  private var layerStart: ContinuousClock.Instant
  private var lastShown: ContinuousClock.Instant
  private var isOnScreen = false

  init(layers: Int) {
    self.layers = layers
    isShown = isatty(STDERR_FILENO) == 1
    layerStart = clock.now
    lastShown = layerStart
  }

  mutating func begin(layer: Int, name: String) {
    self.layer = layer
    self.name = name
    layerStart = clock.now
  }

  /// Says how far the layer is, at most five times a second.
  mutating func update(cycle: Int64, bound: Int64) {
    let now = clock.now
    guard isShown, now - lastShown > .milliseconds(200) else { return }
    lastShown = now
    isOnScreen = true
    let seconds = (now - layerStart) / .seconds(1)
    let share = bound > 0 ? "\(min(100, 100 * cycle / bound)) % of its bound, " : ""
    let rate = seconds > 0 ? decimal(Double(cycle) / seconds / 1000, places: 0) : "-"
    write("\r\u{1B}[Klayer \(layer + 1)/\(layers) \(name): \(cycle) cycles, \(share)\(rate) thousand cycles/s")
  }

  /// Takes the line off the screen.
  mutating func clear() {
    if isOnScreen { write("\r\u{1B}[K") }
    isOnScreen = false
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
