// SPDX-License-Identifier: Apache-2.0
import Accelerators
import Recording
import Replay

extension RunDescription.RecordLevel {
  /// - Throws: `CommandError` where `option`, the value of `--record`, is no level.
  init(option: String) throws {
    let parts = option.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let level = parts.first.flatMap({ Self(rawValue: String($0)) }), parts.count == 1 || level == .events else {
      throw CommandError(
        .usage,
        "--record \(option): there is no such level; allowed: summary, spans, events, "
          + "events:<from>-<to>, events:until <condition>, events:<cycles> until <condition>")
    }
    self = level
  }
}

extension RunDescription {
  /// Takes the messages that `option`, the value of `--record`, selects, if it does.
  ///
  /// - Throws: `CommandError` where it is no range of cycles and no condition. Whether a condition's quantities exist
  ///   is known when there is a machine.
  mutating func recordMessages(option: String) throws {
    let parts = option.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return }
    let limit = Int64(1) << 40
    let words = parts[1].split(separator: " ").map(String.init)
    if let place = words.firstIndex(of: "until") {
      let cycles = place == 0 ? nil : Int64(words[0])
      guard place == 0 || (place == 1 && (1...limit).contains(cycles ?? 0)), words.count > place + 1 else {
        throw CommandError(
          .usage,
          "--record \(option): \(parts[1]) is no trigger; allowed: events:until <condition>, or events:<cycles> until "
            + "<condition>, such as 'events:1000 until VFMU.buffered < 16'")
      }
      recordedMessages = .until(condition: words[(place + 1)...].joined(separator: " "), cycles: cycles)
      return
    }
    let ends = parts[1].split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
    guard ends.count == 2, let first = ends[0], let last = ends[1], 0 <= first, first <= last, last <= limit else {
      throw CommandError(
        .usage,
        "--record \(option): \(parts[1]) is no range of cycles; allowed: events:<from>-<to>, such as "
          + "events:1000-1999, or events:until <condition>")
    }
    recordedMessages = .cycles(first...last)
  }
}

extension RecordedMessages {
  /// What a layer's run keeps of what `description` says.
  init(_ description: RunDescription.RecordedMessages) {
    switch description {
    case .all: self = .cycles(0...(1 << 40))
    case .cycles(let range): self = .cycles(range)
    case .until(let text, let cycles):
      self = .until(cycles: cycles) { simulation in
        do {
          let condition = try StopCondition(breakWhen: text, place: "until", in: simulation)
          return { condition.holds }
        } catch {
          throw CommandError(.usage, "--record: \(error)")
        }
      }
    }
  }
}
