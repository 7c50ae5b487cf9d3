// SPDX-License-Identifier: Apache-2.0
import Accelerators
import Recording
import Replay
import SimulationKernel
import Workloads

/// A layer of a run with parameters changed, beside the run itself: its recorded requests replayed at the boundary of the
/// part that the parameters belong to, and the whole layer simulated again.
struct WhatIf {
  let overrides: [String]
  let before: LayerOutcome
  let after: LayerOutcome
  let boundary: Boundary

  /// What the part costs by itself, or why that cannot be said.
  enum Boundary {
    case replayed(BoundaryReplay.Outcome)
    case none(String)
  }

  /// - Throws: `ConfigurationError` for an override that the design does not have; what simulating throws.
  init(_ overrides: [String], of run: ReplayedRun, layer index: Int, recorded: RecordedOrigin.Layer?) throws {
    self.overrides = overrides
    let values = try run.machine.values.applying(overrides: overrides)
    let memory =
      overrides.contains { $0.hasPrefix("dram.") } ? try DesignOptions.part(of: values)?.specification : run.part
    let changed = DesignKind.machine(values, part: memory, mapping: run.mapping)
    let layer = try run.workload.layer(index, seed: UInt64(run.origin.seed))
    let options = run.options
    before = try run.machine.simulate(layer, options: options)
    after = try changed.simulate(layer, options: options)
    if let recorded, recorded.eventHash != before.statistics.eventHash.hashText {
      throw LayerFailure(layer: recorded.name, problem: "it ran otherwise when \(run.path) was recorded")
    }
    let keys = overrides.map { String($0.prefix { $0 != "=" }) }
    let names = before.statistics.components.map(\.name)
    if let key = keys.first(where: { ParameterPart.components(of: $0, among: names).isEmpty }) {
      boundary = .none(
        ParameterPart.exists(for: key)
          ? "\(key) belongs to a part that this machine does not have"
          : "\(key) belongs to no one part: it changes the mapping, the operands' form, the boxes or the clock")
      return
    }
    let part = keys.flatMap { ParameterPart.components(of: $0, among: names) }
    do {
      boundary = .replayed(
        try BoundaryReplay.run(layer, on: run.machine, part: part, values: values, memoryPart: memory, options: options)
      )
    } catch let error as BoundaryReplayError {
      boundary = .none("\(error)")
    }
  }

  /// What the change comes to: cycles, and the causes of lane-cycles that differ, the largest change first.
  var text: String {
    let change = Self.change
    let (old, new) = (before.summary.cycles, after.summary.cycles)
    let percent = Double(new - old) / Double(old) * 100
    var text =
      "with \(overrides.joined(separator: ", ")): \(new) cycles instead of \(old), \(change(new - old)) "
      + "(\(percent > 0 ? "+" : "")\(decimal(percent, places: 1)) %)\n"
    if before.summary.mapping != after.summary.mapping { text += "the layer is mapped differently\n" }
    text += boundaryText + "\n"
    var table = TextTable([("cause", .left), ("blamed", .left), ("was", .right), ("is", .right), ("change", .right)])
    let (was, now) = (Self.ledger(of: before), Self.ledger(of: after))
    let keys = Set(was.keys).union(now.keys).filter { was[$0, default: 0] != now[$0, default: 0] }
    guard !keys.isEmpty else { return text + "every lane-cycle has the same cause\n" }
    func difference(_ key: [String]) -> Int64 { now[key, default: 0] - was[key, default: 0] }
    for key in keys.sorted(by: { (-abs(difference($0)), $0[0], $0[1]) < (-abs(difference($1)), $1[0], $1[1]) }) {
      table.append([key[0], key[1], "\(was[key, default: 0])", "\(now[key, default: 0])", change(difference(key))])
    }
    return text + "lane-cycles:\n" + table.description
  }

  /// What the part comes to at its boundary, and how far that is from really running the layer.
  private var boundaryText: String {
    guard case .replayed(let outcome) = boundary else {
      guard case .none(let reason) = boundary else { return "" }
      return "no replay at a boundary: \(reason)\n"
    }
    let part = outcome.components.joined(separator: ", ")
    let difference = outcome.cycles - after.summary.cycles
    var text =
      "at the boundary of \(part), the recorded requests take \(outcome.cycles) cycles, "
      + "\(Self.change(outcome.cycles - outcome.recordedCycles)): "
      + (difference == 0
        ? "as many as really running it\n"
        : "\(abs(difference)) \(difference < 0 ? "fewer" : "more") than really running it\n")
    text +=
      "busy there for \(outcome.busyCycles) cycles instead of \(outcome.recordedBusyCycles), "
      + "\(Self.change(outcome.busyCycles - outcome.recordedBusyCycles))\n"
    var table = TextTable([
      ("sent by the part on", .left), ("messages", .right), ("at other times", .right), ("latest by", .right),
      ("last by", .right),
    ])
    let changed = outcome.replies.filter { $0.moved > 0 || $0.recorded != $0.replayed }
    guard !changed.isEmpty else { return text + "every message is sent when it was\n" }
    for replies in changed {
      let count =
        replies.recorded == replies.replayed ? "\(replies.recorded)" : "\(replies.recorded) -> \(replies.replayed)"
      table.append([
        replies.link, count, "\(replies.moved)", decimal(replies.largestDelay, places: 1),
        decimal(replies.lastDelay, places: 1),
      ])
    }
    return text + table.description
  }

  private static func change(_ difference: Int64) -> String { difference > 0 ? "+\(difference)" : "\(difference)" }

  private static func ledger(of outcome: LayerOutcome) -> [[String]: Int64] {
    outcome.statistics.ledger.entries.reduce(into: [:]) { sums, entry in
      sums[[entry.cause.rawValue, entry.blamed], default: 0] += entry.laneCycles
    }
  }
}
