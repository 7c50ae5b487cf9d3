// SPDX-License-Identifier: Apache-2.0
import Recording

extension RunDescription.RecordLevel {
  /// - Throws: `CommandError` where `option`, the value of `--record`, is no level.
  init(option: String) throws {
    switch option {
    case Self.summary.rawValue: self = .summary
    case Self.spans.rawValue: self = .spans
    default:
      let isEvents = option == "events" || option.hasPrefix("events:")
      let problem = isEvents ? "single events are not recorded yet" : "there is no such level"
      throw CommandError(.usage, "--record \(option): \(problem); allowed: summary, spans")
    }
  }
}
