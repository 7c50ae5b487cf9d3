// SPDX-License-Identifier: Apache-2.0
import Foundation
import Recording

/// Costs of a layer, or of a whole run, over those of the baseline's.
struct CostRatios: Encodable {
  let cycles: Double
  let energy: Double
  let edp: Double
  let ed2p: Double

  /// Nil where either has no prices or the costs are 0.
  init?(_ layer: RecordedLayer, over base: RecordedLayer) {
    self.init(
      cycles: (layer.cycles, base.cycles), energy: (layer.energyPicojoules, base.energyPicojoules),
      edp: (layer.energyDelayProduct, base.energyDelayProduct))
  }

  /// Of whole runs, each layer counted as often as the network runs it. Nil as of layers, and where the two did not finish
  /// the same number of layers.
  init?(_ total: RecordedTotal?, over base: RecordedTotal?) {
    guard let total, let base, total.layers == base.layers else { return nil }
    self.init(
      cycles: (total.cycles, base.cycles), energy: (total.energyPicojoules, base.energyPicojoules),
      edp: (total.energyDelayProduct, base.energyDelayProduct))
  }

  private init?(cycles: (Int64, Int64), energy: (Double?, Double?), edp: (Double?, Double?)) {
    guard let ownEnergy = energy.0, let baseEnergy = energy.1, let ownEDP = edp.0, let baseEDP = edp.1, ownEnergy > 0,
      baseEnergy > 0, ownEDP > 0, baseEDP > 0
    else { return nil }
    self.cycles = Double(cycles.0) / Double(cycles.1)
    self.energy = ownEnergy / baseEnergy
    self.edp = ownEDP / baseEDP
    ed2p = self.edp * self.edp / self.energy
  }

  private init(cycles: Double, energy: Double, edp: Double, ed2p: Double) {
    self.cycles = cycles
    self.energy = energy
    self.edp = edp
    self.ed2p = ed2p
  }

  /// The geometric mean; nil of nothing.
  static func mean(_ ratios: [CostRatios]) -> CostRatios? {
    guard !ratios.isEmpty else { return nil }
    func mean(_ value: (CostRatios) -> Double) -> Double {
      exp(ratios.reduce(0) { $0 + log(value($1)) } / Double(ratios.count))
    }
    return CostRatios(cycles: mean(\.cycles), energy: mean(\.energy), edp: mean(\.edp), ed2p: mean(\.ed2p))
  }

  var cells: [String] { [cycles, energy, edp, ed2p].map { decimal($0, places: 3) } }
}
