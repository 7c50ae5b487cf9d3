// SPDX-License-Identifier: Apache-2.0
import Accelerators
import ArgumentParser
import Recording

/// `hssim describe metric`: the columns of the database.
struct DescribeMetric: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metric", abstract: "Explains the columns of a run's database: unit, definition, formula.")

  @Argument(
    help: ArgumentHelp(
      "A column (layer_summary.utilization), a table (layer_summary), or a column of any table (utilization); all if left out."
    ))
  var name: String?

  func run() throws {
    let all = DatabaseReference.metrics
    let shown = all.filter { metric in
      guard let name else { return true }
      return metric.name == name || metric.name.split(separator: ".").contains { $0 == name }
    }
    if let name, shown.isEmpty {
      let parts = all.flatMap { [$0.name] + $0.name.split(separator: ".").map(String.init) }
      let near = NearNames.suggestions(for: name, among: Array(Set(parts)).sorted())
      let hint = near.isEmpty ? "" : "; did you mean \(near.map { "'\($0)'" }.joined(separator: " or "))?"
      throw CommandError(
        .usage, "metric \(name): there is no such column or table; allowed: what 'hssim describe metric' lists\(hint)")
    }
    try StandardOutput.write(shown.map(Self.text).joined(separator: "\n"))
  }

  private static func text(_ metric: DatabaseReference.Metric) -> String {
    let formula = metric.formula.map { "  = \($0)\n" } ?? ""
    return "\(metric.name)  [\(metric.unit)]\n  \(metric.definition)\n\(formula)"
  }
}
