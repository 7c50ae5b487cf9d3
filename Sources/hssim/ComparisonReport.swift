// SPDX-License-Identifier: Apache-2.0
import Foundation
import Recording

/// Designs beside each other, read from their database: per layer, and as geometric means over the layers.
///
/// A ratio is a design's value over the baseline's: below 1 is better. Delay is time, not cycles, so that designs of
/// different clocks compare.
struct ComparisonReport {
  let runs: [RecordedRun]
  let baseline: RecordedRun
  let path: String

  init(_ runs: [RecordedRun], baseline: Int, path: String) {
    self.runs = runs
    self.baseline = runs[baseline]
    self.path = path
  }

  private func ratios(of run: RecordedRun) -> [CostRatios] {
    let bases = Dictionary(baseline.layers.map { ($0.layer, $0) }) { first, _ in first }
    return run.layers.compactMap { layer in bases[layer.layer].flatMap { CostRatios(layer, over: $0) } }
  }

  // MARK: Text

  var text: String {
    var text = layers.description + "\n" + designs.description + "\n"
    text += "Ratios are over \(baseline.design); of designs, geometric means over the layers.\n"
    if runs.contains(where: { $0.layers.count > 1 }) {
      text +=
        "\n\(totals)\nTotals count a layer as often as the network runs it; EDP is energy of the whole times its time.\n"
    }
    for run in runs where run.status == "failed" { text += "\(run.design) failed: \(run.message ?? "")\n" }
    return text + "\(runs[0].workload) on \(runs.count) designs is in \(path).\n"
  }

  private static let ratioColumns: [(title: String, alignment: TextTable.Alignment)] = [
    ("x cycles", .right), ("x energy", .right), ("x EDP", .right), ("x ED2P", .right),
  ]

  private var layers: TextTable {
    var table = TextTable(
      [
        ("layer", .left), ("design", .left), ("pattern", .left), ("executed", .left), ("cycles", .right),
        ("utilization", .right), ("energy uJ", .right), ("of it tax", .right),
      ] + Self.ratioColumns)
    let bases = Dictionary(baseline.layers.map { ($0.layer, $0) }) { first, _ in first }
    let names = runs.flatMap(\.layers).map(\.layer).reduce(into: [String]()) { names, name in
      if !names.contains(name) { names.append(name) }
    }
    for name in names {
      for run in runs {
        guard let layer = run.layers.first(where: { $0.layer == name }) else { continue }
        let ratios = bases[name].flatMap { CostRatios(layer, over: $0) }
        table.append(
          [
            name, run.design, layer.pattern, layer.patternExecuted, "\(layer.cycles)",
            decimal(100 * layer.utilization, places: 1) + " %",
            layer.energyPicojoules.map { decimal($0 / 1e6, places: 2) } ?? "-",
            layer.taxShareOfEnergy.map { decimal(100 * $0, places: 1) + " %" } ?? "-",
          ] + (ratios?.cells ?? Array(repeating: "-", count: Self.ratioColumns.count)))
      }
    }
    return table
  }

  private var designs: TextTable {
    var table = TextTable(
      [
        ("design", .left), ("status", .left), ("layers", .right), ("cycles", .right), ("energy uJ", .right),
        ("area mm2", .right), ("of it tax", .right), ("x area", .right),
      ] + Self.ratioColumns)
    for run in runs {
      let area = run.layers.first?.areaSquareMicrons
      let base = baseline.layers.first?.areaSquareMicrons
      let energies = run.layers.compactMap(\.energyPicojoules)
      table.append(
        [
          run.design, run.status, "\(run.layers.count)", "\(run.layers.reduce(0) { $0 + $1.cycles })",
          energies.isEmpty ? "-" : decimal(energies.reduce(0, +) / 1e6, places: 2),
          area.map { decimal($0 / 1e6, places: 3) } ?? "-",
          run.layers.first?.taxShareOfArea.map { decimal(100 * $0, places: 1) + " %" } ?? "-",
          area.flatMap { area in base.map { decimal(area / $0, places: 3) } } ?? "-",
        ] + (CostRatios.mean(ratios(of: run))?.cells ?? Array(repeating: "-", count: Self.ratioColumns.count)))
    }
    return table
  }

  private var totals: TextTable {
    var table = TextTable(
      [
        ("total of", .left), ("layer runs", .right), ("cycles", .right), ("time ms", .right), ("energy uJ", .right),
        ("EDP J*s", .right),
      ] + Self.ratioColumns)
    for run in runs {
      guard let total = run.total else { continue }
      table.append(
        [
          run.design, "\(total.layerRuns)", "\(total.cycles)", decimal(total.seconds * 1000, places: 3),
          total.energyPicojoules.map { decimal($0 / 1e6, places: 2) } ?? "-",
          total.energyDelayProduct.map(scientific) ?? "-",
        ] + (CostRatios(total, over: baseline.total)?.cells ?? Array(repeating: "-", count: Self.ratioColumns.count)))
    }
    return table
  }

  // MARK: JSON

  private struct Answer: Encodable {
    struct Mean: Encodable {
      let design: String
      let ratios: CostRatios?
    }

    let database: String
    let baseline: String
    let runs: [RecordedRun]
    let geometricMeans: [Mean]
    /// Of whole runs.
    let totals: [Mean]
  }

  /// One JSON object with sorted keys: the database's path, the baseline, the runs, geometric means of ratios over the
  /// layers, and ratios of totals.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    let means = runs.map { Answer.Mean(design: $0.design, ratios: CostRatios.mean(ratios(of: $0))) }
    let totals = runs.map { Answer.Mean(design: $0.design, ratios: CostRatios($0.total, over: baseline.total)) }
    let answer = Answer(
      database: path, baseline: baseline.design, runs: runs, geometricMeans: means, totals: totals)
    return String(decoding: try encoder.encode(answer), as: UTF8.self) + "\n"
  }
}
