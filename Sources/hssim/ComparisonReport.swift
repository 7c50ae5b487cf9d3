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

  /// A layer's costs over those of the baseline's layer.
  struct Ratios: Encodable {
    let cycles: Double
    let energy: Double
    let edp: Double
    let ed2p: Double

    /// Nil where either has no prices or the costs are 0.
    init?(_ layer: RecordedLayer, over base: RecordedLayer) {
      guard let energy = layer.energyPicojoules, let baseEnergy = base.energyPicojoules,
        let edp = layer.energyDelayProduct, let baseEDP = base.energyDelayProduct, energy > 0, baseEnergy > 0, edp > 0,
        baseEDP > 0
      else { return nil }
      cycles = Double(layer.cycles) / Double(base.cycles)
      self.energy = energy / baseEnergy
      self.edp = edp / baseEDP
      ed2p = self.edp * self.edp / self.energy
    }

    private init(cycles: Double, energy: Double, edp: Double, ed2p: Double) {
      self.cycles = cycles
      self.energy = energy
      self.edp = edp
      self.ed2p = ed2p
    }

    /// The geometric mean; nil of nothing.
    static func mean(_ ratios: [Ratios]) -> Ratios? {
      guard !ratios.isEmpty else { return nil }
      func mean(_ value: (Ratios) -> Double) -> Double {
        exp(ratios.reduce(0) { $0 + log(value($1)) } / Double(ratios.count))
      }
      return Ratios(cycles: mean(\.cycles), energy: mean(\.energy), edp: mean(\.edp), ed2p: mean(\.ed2p))
    }

    var cells: [String] { [cycles, energy, edp, ed2p].map { decimal($0, places: 3) } }
  }

  private func ratios(of run: RecordedRun) -> [Ratios] {
    let bases = Dictionary(baseline.layers.map { ($0.layer, $0) }) { first, _ in first }
    return run.layers.compactMap { layer in bases[layer.layer].flatMap { Ratios(layer, over: $0) } }
  }

  // MARK: Text

  var text: String {
    var text = layers.description + "\n" + designs.description + "\n"
    text += "Ratios are over \(baseline.design); of designs, geometric means over the layers.\n"
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
        let ratios = bases[name].flatMap { Ratios(layer, over: $0) }
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
        ] + (Ratios.mean(ratios(of: run))?.cells ?? Array(repeating: "-", count: Self.ratioColumns.count)))
    }
    return table
  }

  // MARK: JSON

  private struct Answer: Encodable {
    struct Mean: Encodable {
      let design: String
      let ratios: Ratios?
    }

    let database: String
    let baseline: String
    let runs: [RecordedRun]
    let geometricMeans: [Mean]
  }

  /// One JSON object with sorted keys: the database's path, the baseline, the runs, and geometric means of ratios.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    let means = runs.map { Answer.Mean(design: $0.design, ratios: Ratios.mean(ratios(of: $0))) }
    let answer = Answer(database: path, baseline: baseline.design, runs: runs, geometricMeans: means)
    return String(decoding: try encoder.encode(answer), as: UTF8.self) + "\n"
  }
}
