// SPDX-License-Identifier: Apache-2.0

import GRDB

/// What the layers of a run come to, each as often as the network runs it: its row of `run_total`.
public struct RecordedTotal: Equatable, Sendable {
  public let layers: Int64
  public let layerRuns: Int64
  public let cycles: Int64
  public let seconds: Double
  public let macsDense: Int64
  public let macsEffectual: Int64
  public let utilization: Double
  /// Energy, area and their products are nil where no table was applied.
  public let energyPicojoules: Double?
  public let energyDelayProduct: Double?
  public let areaSquareMicrons: Double?
  public let dramReadBytes: Int64
  public let dramWriteBytes: Int64
  /// Layers of which only a share was simulated.
  public let sampledLayers: Int64

  init(_ row: Row) {
    layers = row["layers"]
    layerRuns = row["layer_runs"]
    cycles = row["cycles"]
    seconds = row["seconds"]
    macsDense = row["macs_dense"]
    macsEffectual = row["macs_effectual"]
    utilization = row["utilization"]
    energyPicojoules = row["energy_pj"]
    energyDelayProduct = row["edp"]
    areaSquareMicrons = row["area_um2"]
    dramReadBytes = row["dram_read_bytes"]
    dramWriteBytes = row["dram_write_bytes"]
    sampledLayers = row["sampled_layers"]
  }
}

extension RecordedTotal: Encodable {
  private enum Key: String, CodingKey {
    case layers, cycles, seconds, utilization, edp
    case layerRuns = "layer_runs"
    case macsDense = "macs_dense"
    case macsEffectual = "macs_effectual"
    case energyPicojoules = "energy_pj"
    case areaSquareMicrons = "area_um2"
    case dramReadBytes = "dram_read_bytes"
    case dramWriteBytes = "dram_write_bytes"
    case sampledLayers = "sampled_layers"
  }

  /// What is unknown is encoded as null: the keys are always the same.
  public func encode(to encoder: any Encoder) throws {
    var keys = encoder.container(keyedBy: Key.self)
    try keys.encode(layers, forKey: .layers)
    try keys.encode(layerRuns, forKey: .layerRuns)
    try keys.encode(cycles, forKey: .cycles)
    try keys.encode(seconds, forKey: .seconds)
    try keys.encode(macsDense, forKey: .macsDense)
    try keys.encode(macsEffectual, forKey: .macsEffectual)
    try keys.encode(utilization, forKey: .utilization)
    try keys.encode(energyPicojoules, forKey: .energyPicojoules)
    try keys.encode(energyDelayProduct, forKey: .edp)
    try keys.encode(areaSquareMicrons, forKey: .areaSquareMicrons)
    try keys.encode(dramReadBytes, forKey: .dramReadBytes)
    try keys.encode(dramWriteBytes, forKey: .dramWriteBytes)
    try keys.encode(sampledLayers, forKey: .sampledLayers)
  }
}
