// SPDX-License-Identifier: Apache-2.0
import Foundation
import Recording
import Sparsity

/// What a run says about itself at its end, read from its database.
struct RunReport {
  let run: RecordedRun
  let path: String

  init(_ run: RecordedRun, path: String) {
    self.run = run
    self.path = path
  }

  /// One JSON object with sorted keys: the database's path, and the columns of `run` and `layer_summary`.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(Answer(database: path, run: run)), as: UTF8.self) + "\n"
  }

  private struct Answer: Encodable {
    let database: String
    let run: RecordedRun
  }

  /// The table of the layers, what is remarkable about them, and where to look next.
  var text: String {
    var text = table.description + "\n"
    for remark in run.layers.compactMap(Self.remark) { text += remark + "\n" }
    if let costs { text += costs + "\n" }
    if let total, run.layers.count > 1 || run.layers.contains(where: { $0.repeatCount > 1 }) { text += total + "\n" }
    let query =
      "SELECT layer, cause, blamed, sum(lane_cycles) AS lane_cycles FROM cycle_ledger "
      + "GROUP BY layer, cause, blamed ORDER BY layer, lane_cycles DESC"
    text += """
      \(run.workload) on \(run.design), \(run.status), is in \(path). Where the cycles went:
        sqlite3 -box \(shellWord(path)) "\(query)"

      """
    return text
  }

  /// What the layers come to, each as often as the network runs it.
  private var total: String? {
    guard let total = run.total else { return nil }
    let time = decimal(total.seconds * 1000, places: 3)
    let edp = total.energyDelayProduct.map { ", EDP " + scientific($0) + " J*s" } ?? ""
    let runs =
      total.layerRuns == total.layers ? "\(total.layers) layers" : "\(total.layerRuns) runs of \(total.layers) layers"
    return "total of \(runs): \(total.cycles) cycles\(margin ?? ""), \(time) ms, utilization "
      + "\(decimal(100 * total.utilization, places: 1)) %, \(total.macsDense) dense MACs\(edp)"
  }

  /// The half width of the total's 95 % interval, the layers' errors being independent; nil where all is exact.
  private var margin: String? {
    let sampled = run.layers.filter(\.isSampled)
    guard !sampled.isEmpty else { return nil }
    let squares = sampled.reduce(0) { sum, layer in
      let margin = Double(layer.repeatCount) * layer.cyclesMargin
      return sum + margin * margin
    }
    return " +/- \(Int64(squares.squareRoot().rounded(.up)))"
  }

  /// Energy of all layers, each as often as the network runs it, and the chip's area; nil where no prices were applied.
  private var costs: String? {
    guard let layer = run.layers.first, let area = layer.areaSquareMicrons, let energy = run.total?.energyPicojoules
    else { return nil }
    let taxes = run.layers.reduce(0) {
      $0 + Double($1.repeatCount) * ($1.energyPicojoules ?? 0) * ($1.taxShareOfEnergy ?? 0)
    }
    let share = energy > 0 ? 100 * taxes / energy : 0
    return "energy \(decimal(energy / 1e6, places: 2)) uJ, of it \(decimal(share, places: 1)) % sparsity tax; "
      + "area \(decimal(area / 1e6, places: 3)) mm2 without DRAM, of it "
      + "\(decimal(100 * (layer.taxShareOfArea ?? 0), places: 1)) %"
  }

  private var table: TextTable {
    // Only networks run layers more than once.
    let hasRepeats = run.layers.contains { $0.repeatCount > 1 }
    var columns: [(title: String, alignment: TextTable.Alignment)] = [
      ("layer", .left), ("pattern", .left), ("executed", .left), ("cycles", .right), ("utilization", .right),
      ("speed-up", .right), ("bound", .right), ("cycles/bound", .right), ("bounded by", .left), ("DRAM MB", .right),
      ("energy uJ", .right), ("of it tax", .right), ("verified", .left),
    ]
    let isSampled = run.layers.contains(where: \.isSampled)
    if isSampled {
      columns.insert(("+/- cycles", .right), at: 4)
      columns.insert(("simulated", .right), at: columns.count - 1)
    }
    if hasRepeats { columns.insert(("times", .right), at: 1) }
    var table = TextTable(columns)
    for layer in run.layers {
      let bound = layer.bounds.first
      let ratio = bound.map { decimal(Double(layer.cycles) / Double(max(1, $0.cycles)), places: 3) } ?? "-"
      let traffic = decimal(Double(layer.dramReadBytes + layer.dramWriteBytes) / 1e6, places: 2)
      let energy = layer.energyPicojoules.map { decimal($0 / 1e6, places: 2) } ?? "-"
      let tax = layer.taxShareOfEnergy.map { decimal(100 * $0, places: 1) + " %" } ?? "-"
      var cells: [String] = [layer.layer, layer.pattern, layer.patternExecuted, "\(layer.cycles)"]
      cells += [decimal(100 * layer.utilization, places: 1) + " %", decimal(layer.speedupVersusDense, places: 2)]
      cells += [bound.map { "\($0.cycles)" } ?? "-", ratio, bound?.kind ?? "-", traffic, energy, tax]
      cells.append(layer.isVerified ? (layer.isSampled ? "the sample" : "yes") : "NO")
      if isSampled {
        cells.insert("\(Int64(layer.cyclesMargin.rounded(.up)))", at: 4)
        cells.insert(decimal(100 * layer.sampledFraction, places: 1) + " %", at: cells.count - 1)
      }
      if hasRepeats { cells.insert("\(layer.repeatCount)", at: 1) }
      table.append(cells)
    }
    return table
  }

  /// A sentence where the design does not exploit all that the pattern promises; nil otherwise.
  private static func remark(on layer: RecordedLayer) -> String? {
    guard let declared = try? Pattern(layer.pattern), let executed = try? Pattern(layer.patternExecuted),
      declared.density != executed.density
    else { return nil }
    return "\(layer.layer): \(declared) (density \(declared.density)) runs as \(executed) "
      + "(density \(executed.density)), the sparsest supported pattern that contains it"
  }
}
