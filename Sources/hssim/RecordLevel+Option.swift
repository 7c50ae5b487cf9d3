// SPDX-License-Identifier: Apache-2.0
import Recording

extension RunDescription.RecordLevel {
  /// - Throws: `CommandError` where `option`, the value of `--record`, is no level.
  init(option: String) throws {
    let parts = option.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let level = parts.first.flatMap({ Self(rawValue: String($0)) }), parts.count == 1 || level == .events else {
      throw CommandError(
        .usage, "--record \(option): there is no such level; allowed: summary, spans, events, events:<from>-<to>")
    }
    self = level
  }
}

extension RunDescription {
  /// Takes the cycles of `option`, the value of `--record`, if it states any.
  ///
  /// - Throws: `CommandError` where they are no range.
  mutating func recordCycles(option: String) throws {
    let parts = option.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return }
    let ends = parts[1].split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
    guard ends.count == 2, let first = ends[0], let last = ends[1], 0 <= first, first <= last, last <= Int64(1) << 40
    else {
      throw CommandError(
        .usage,
        "--record \(option): \(parts[1]) is no range of cycles; allowed: events:<from>-<to>, such as "
          + "events:1000-1999")
    }
    recordedCycles = first...last
  }
}
