// SPDX-License-Identifier: Apache-2.0
import Accelerators
import SimulationKernel

/// Where `continue` stops: when something begins to hold, or when a value changes.
public struct StopCondition {
  /// As it was typed.
  let text: String
  /// Yields what is compared from one cycle to the next.
  private let observe: () -> Int64?
  private let isWatch: Bool

  /// `VFMU.buffered < 16`: a quantity, a comparison, and a number, an activity or another quantity.
  ///
  /// - Parameter place: what messages call the text.
  public init(breakWhen text: String, place: String = "break when", in simulation: Simulation) throws(DebuggerError) {
    let words = text.split(separator: " ").map(String.init)
    guard words.count == 3 else {
      throw DebuggerError("\(place) \(text): this is no condition", allowed: "\(place) \(Self.form)")
    }
    guard let comparison = Self.comparisons[words[1]] else {
      throw DebuggerError(
        "\(place) \(text): \(words[1]) compares nothing",
        allowed: Self.comparisons.keys.sorted().joined(separator: " "))
    }
    let left = try Probe(words[0], in: simulation)
    let right = try Self.operand(words[2], beside: words[0], in: simulation)
    self.text = "break when \(text)"
    isWatch = false
    observe = {
      guard let left = left.read(), let right = right() else { return 0 }
      return comparison(left, right) ? 1 : 0
    }
  }

  init(watch path: String, in simulation: Simulation) throws(DebuggerError) {
    let probe = try Probe(path, in: simulation)
    text = "watch \(path)"
    isWatch = true
    observe = probe.read
  }

  /// Whether the condition holds now; of a quantity that is watched, false.
  public var holds: Bool { !isWatch && observe() == 1 }

  /// What holds now.
  func value() -> Int64? { observe() }

  /// Whether to stop where `before` became `after` by one cycle.
  func stops(from before: Int64?, to after: Int64?) -> Bool {
    isWatch ? before != after : before != 1 && after == 1
  }

  /// What is said at a stop.
  func message(from before: Int64?, to after: Int64?) -> String {
    func shown(_ value: Int64?) -> String { value.map { "\($0)" } ?? "nothing" }
    return isWatch ? "\(text): \(shown(before)) -> \(shown(after))" : text
  }

  private static let form = "<quantity> <comparison> <number, activity or quantity>"

  private static let comparisons: [String: @Sendable (Int64, Int64) -> Bool] = [
    "<": { $0 < $1 }, "<=": { $0 <= $1 }, ">": { $0 > $1 }, ">=": { $0 >= $1 }, "==": { $0 == $1 }, "!=": { $0 != $1 },
  ]

  private static let activities: [String: Activity.Kind] = [
    "idle": .idle, "busy": .busy, "starved": .starved, "backpressured": .backpressured,
  ]

  private static func operand(
    _ word: String, beside left: String, in simulation: Simulation
  ) throws(DebuggerError) -> () -> Int64? {
    if let number = Int64(word) { return { number } }
    guard left.hasSuffix(".activity") else { return try Probe(word, in: simulation).read }
    guard let kind = activities[word] else {
      throw DebuggerError(
        "\(word): this is no activity", suggestions: NearNames.suggestions(for: word, among: activities.keys.sorted()),
        allowed: activities.keys.sorted().joined(separator: ", "))
    }
    return { Int64(kind.rawValue) }
  }
}
