// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Recording
import Replay

/// `hssim diff`: where two runs part, and what that comes to.
struct Diff: ParsableCommand {
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, markdown, json
  }

  static let configuration = CommandConfiguration(
    abstract: "Compares two runs: configuration, the first cycle that differs, then what that comes to.",
    discussion: """
      Both runs are replayed, side by side, until anything differs: a message that was sent at another time or carries \
      something else, or the state of a component. Then ledger, energy and traffic are compared, the largest differences \
      first.

      Examples:
        hssim diff before.sqlite after.sqlite
        hssim diff a.sqlite b.sqlite --layer l0.ffn.up --format markdown
      """)

  @Argument(help: ArgumentHelp("The first database.", valueName: "a.sqlite"))
  var first: String

  @Argument(help: ArgumentHelp("The second database.", valueName: "b.sqlite"))
  var second: String

  @Option(help: ArgumentHelp("Only this layer. (default: all that both have)", valueName: "name"))
  var layer: String?

  @Option(
    help: ArgumentHelp(
      "Where the layer trace is. (default: in the current folder, beside the database, or what comes with hssim)",
      valueName: "trace.yaml"))
  var trace: String?

  @Option(help: ArgumentHelp("How many differences of a kind are shown.", valueName: "number"))
  var n = 10

  @Option(help: "How the answer is written: text, markdown or json.")
  var format = Format.text

  func run() throws {
    guard n >= 0 else { throw CommandError(.usage, "--n \(n): this is no number of differences; allowed: 0 or more") }
    let runs = try [first, second].map { try ReplayedRun(path: $0, identifier: 1, trace: trace) }
    let names = try layers(of: runs)
    var report = DiffReport(configuration: DiffReport.configuration(runs[0].machine.values, runs[1].machine.values))
    for name in names {
      let timelines = try runs.map { run in
        let (index, recorded) = try run.layer(name)
        return try run.timeline(ofLayer: index, recorded: recorded)
      }
      report.layers.append(
        DiffReport.Layer(name: name, divergence: try Divergence.first(timelines[0], timelines[1])))
    }
    report.differences = try DiffReport.Kind.allCases.flatMap { kind in
      try DiffReport.differences(of: kind, first, second, layer: layer, limit: n)
    }
    switch format {
    case .text: try StandardOutput.write(report.text)
    case .markdown: try StandardOutput.write(report.markdown)
    case .json: try StandardOutput.write(try report.json())
    }
  }

  /// The layers that both runs have.
  private func layers(of runs: [ReplayedRun]) throws -> [String] {
    let common = runs[0].workload.layerNames.filter(runs[1].workload.layerNames.contains)
    if let layer {
      for run in runs { _ = try run.layer(layer) }
      return [layer]
    }
    guard !common.isEmpty else {
      throw CommandError(.content, "\(first) and \(second) have no layer in common; allowed: runs of one workload")
    }
    return common
  }
}
