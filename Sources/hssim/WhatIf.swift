// SPDX-License-Identifier: Apache-2.0
import Accelerators
import Recording
import Workloads

/// A layer of a run, simulated again on its design with parameters changed, beside the run itself.
struct WhatIf {
  let overrides: [String]
  let before: LayerOutcome
  let after: LayerOutcome

  /// - Throws: `ConfigurationError` for an override that the design does not have; what simulating throws.
  init(_ overrides: [String], of run: ReplayedRun, layer index: Int, recorded: RecordedOrigin.Layer?) throws {
    self.overrides = overrides
    let values = try run.machine.values.applying(overrides: overrides)
    let part =
      overrides.contains { $0.hasPrefix("dram.") } ? try DesignOptions.part(of: values)?.specification : run.part
    let changed = DesignKind.machine(values, part: part, mapping: run.mapping)
    let layer = try run.workload.layer(index, seed: UInt64(run.origin.seed))
    let options = LayerOptions(keptActivations: run.keptActivations)
    before = try run.machine.simulate(layer, options: options)
    after = try changed.simulate(layer, options: options)
    if let recorded, recorded.eventHash != before.statistics.eventHash.hashText {
      throw LayerFailure(layer: recorded.name, problem: "it ran otherwise when \(run.path) was recorded")
    }
  }

  /// What the change comes to: cycles, and the causes of lane-cycles that differ, the largest change first.
  var text: String {
    func change(_ difference: Int64) -> String { difference > 0 ? "+\(difference)" : "\(difference)" }
    let (old, new) = (before.summary.cycles, after.summary.cycles)
    let percent = Double(new - old) / Double(old) * 100
    var text =
      "with \(overrides.joined(separator: ", ")): \(new) cycles instead of \(old), \(change(new - old)) "
      + "(\(percent > 0 ? "+" : "")\(decimal(percent, places: 1)) %)\n"
    if before.summary.mapping != after.summary.mapping { text += "the layer is mapped differently\n" }
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

  private static func ledger(of outcome: LayerOutcome) -> [[String]: Int64] {
    outcome.statistics.ledger.entries.reduce(into: [:]) { sums, entry in
      sums[[entry.cause.rawValue, entry.blamed], default: 0] += entry.laneCycles
    }
  }
}
