// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

extension Debugger {
  func goto(_ word: String) throws {
    switch word {
    case "start": try timeline.go(to: -1)
    case "end": try timeline.goToEnd()
    default: try timeline.go(to: try number(word, in: "goto \(word)", least: 0))
    }
  }

  /// Goes ahead to the next stop, or to the end.
  func goOn() throws -> String {
    guard !timeline.isAtEnd else { return position }
    guard !stops.isEmpty else {
      try timeline.goToEnd()
      return position
    }
    var before = stops.map { $0.condition.value() }
    while !timeline.isAtEnd {
      try timeline.go(to: timeline.cycle + 1)
      let after = stops.map { $0.condition.value() }
      let met = meeting(before, after)
      if !met.isEmpty { return ([position] + met).joined(separator: "\n") }
      before = after
    }
    return "\(position): no stop was met"
  }

  /// Goes back to the last cycle before this one in which a stop was met, or to reset.
  ///
  /// The past is searched from checkpoint to checkpoint, the latest first; within one, ahead.
  func reverseContinue() throws -> String {
    var last = timeline.cycle - 1
    if !stops.isEmpty {
      for start in timeline.checkpoints(before: timeline.cycle) where start <= last {
        try timeline.go(to: start)
        var before = stops.map { $0.condition.value() }
        var found: (cycle: Cycle, met: [String])?
        while timeline.cycle < last {
          try timeline.go(to: timeline.cycle + 1)
          let after = stops.map { $0.condition.value() }
          let met = meeting(before, after)
          if !met.isEmpty { found = (timeline.cycle, met) }
          before = after
        }
        if let found {
          try timeline.go(to: found.cycle)
          return ([position] + found.met).joined(separator: "\n")
        }
        last = start
      }
    }
    try timeline.go(to: -1)
    return stops.isEmpty ? position : "\(position): no stop was met"
  }

  /// What is said of the stops that are met where the values `before` became `after`.
  private func meeting(_ before: [Int64?], _ after: [Int64?]) -> [String] {
    stops.indices.compactMap { index in
      let condition = stops[index].condition
      guard condition.stops(from: before[index], to: after[index]) else { return nil }
      return "stop \(stops[index].number): \(condition.message(from: before[index], to: after[index]))"
    }
  }
}
