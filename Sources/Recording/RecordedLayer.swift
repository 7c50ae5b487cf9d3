// SPDX-License-Identifier: Apache-2.0

import GRDB

/// A finished layer: its row of `layer_summary`, and its bounds.
public struct RecordedLayer: Equatable, Sendable {
  public let layer: String
  public let pattern: String
  public let patternExecuted: String
  public let m: Int64
  public let n: Int64
  public let k: Int64
  public let cycles: Int64
  public let macsDense: Int64
  public let macsEffectual: Int64
  public let utilization: Double
  public let utilizationEffectual: Double
  public let speedupVersusDense: Double
  /// Nil where no dense run was simulated.
  public let speedupVersusDenseRun: Double?
  /// Energy, area and their products are nil where no table was applied.
  public let energyPicojoules: Double?
  public let areaSquareMicrons: Double?
  public let energyDelayProduct: Double?
  /// Shares of the layer's lane-cycles, energy and area that sparsity alone causes; nil where no table was applied.
  public let taxShareOfCycles: Double
  public let taxShareOfEnergy: Double?
  public let taxShareOfArea: Double?
  public let dramReadBytes: Int64
  public let dramWriteBytes: Int64
  /// The largest bound; nil without bounds.
  public let boundCycles: Int64?
  /// The largest first; of equals by name.
  public let bounds: [Bound]
  public let isVerified: Bool
  /// How often the network runs the layer.
  public let repeatCount: Int64
  public let eventHash: String
  public let resultHash: String
  /// Share of Z that was simulated; 1 where all is exact.
  public let sampledFraction: Double
  /// Standard errors and half widths of 95 % intervals; 0 where all is exact, those of the energy nil without one.
  public let cyclesError: Double
  public let cyclesMargin: Double
  public let energyErrorPicojoules: Double?
  public let energyMarginPicojoules: Double?

  public var isSampled: Bool { sampledFraction < 1 }

  /// A number of cycles that no run of the layer can beat.
  public struct Bound: Equatable, Sendable, Encodable {
    public let kind: String
    public let cycles: Int64
  }

  init(_ row: Row, bounds: [Row]) {
    layer = row["layer"]
    pattern = row["pattern"]
    patternExecuted = row["pattern_executed"]
    m = row["m"]
    n = row["n"]
    k = row["k"]
    cycles = row["cycles"]
    macsDense = row["macs_dense"]
    macsEffectual = row["macs_effectual"]
    utilization = row["utilization"]
    utilizationEffectual = row["utilization_effectual"]
    speedupVersusDense = row["speedup_vs_dense"]
    speedupVersusDenseRun = row["speedup_vs_dense_run"]
    energyPicojoules = row["energy_pj"]
    areaSquareMicrons = row["area_um2"]
    energyDelayProduct = row["edp"]
    taxShareOfCycles = row["tax_share_cycles"]
    taxShareOfEnergy = row["tax_share_energy"]
    taxShareOfArea = row["tax_share_area"]
    dramReadBytes = row["dram_read_bytes"]
    dramWriteBytes = row["dram_write_bytes"]
    boundCycles = row["bound_cycles"]
    self.bounds = bounds.map { Bound(kind: $0["kind"], cycles: $0["cycles"]) }
    isVerified = row["verified"]
    repeatCount = row["repeat_count"]
    eventHash = row["event_hash"]
    resultHash = row["result_hash"]
    sampledFraction = row["sampled_fraction"]
    cyclesError = row["cycles_error"]
    cyclesMargin = row["cycles_margin"]
    energyErrorPicojoules = row["energy_error_pj"]
    energyMarginPicojoules = row["energy_margin_pj"]
  }
}

extension RecordedLayer: Encodable {
  private enum Key: String, CodingKey {
    case layer, pattern, m, n, k, cycles, utilization, bounds, verified, edp
    case patternExecuted = "pattern_executed"
    case macsDense = "macs_dense"
    case macsEffectual = "macs_effectual"
    case utilizationEffectual = "utilization_effectual"
    case speedupVersusDense = "speedup_vs_dense"
    case speedupVersusDenseRun = "speedup_vs_dense_run"
    case energyPicojoules = "energy_pj"
    case areaSquareMicrons = "area_um2"
    case taxShareOfCycles = "tax_share_cycles"
    case taxShareOfEnergy = "tax_share_energy"
    case taxShareOfArea = "tax_share_area"
    case dramReadBytes = "dram_read_bytes"
    case dramWriteBytes = "dram_write_bytes"
    case boundCycles = "bound_cycles"
    case repeatCount = "repeat_count"
    case eventHash = "event_hash"
    case resultHash = "result_hash"
    case sampledFraction = "sampled_fraction"
    case cyclesError = "cycles_error"
    case cyclesMargin = "cycles_margin"
    case energyErrorPicojoules = "energy_error_pj"
    case energyMarginPicojoules = "energy_margin_pj"
  }

  /// What is unknown is encoded as null: the keys are always the same.
  public func encode(to encoder: any Encoder) throws {
    var keys = encoder.container(keyedBy: Key.self)
    try keys.encode(layer, forKey: .layer)
    try keys.encode(pattern, forKey: .pattern)
    try keys.encode(patternExecuted, forKey: .patternExecuted)
    try keys.encode(m, forKey: .m)
    try keys.encode(n, forKey: .n)
    try keys.encode(k, forKey: .k)
    try keys.encode(cycles, forKey: .cycles)
    try keys.encode(macsDense, forKey: .macsDense)
    try keys.encode(macsEffectual, forKey: .macsEffectual)
    try keys.encode(utilization, forKey: .utilization)
    try keys.encode(utilizationEffectual, forKey: .utilizationEffectual)
    try keys.encode(speedupVersusDense, forKey: .speedupVersusDense)
    try keys.encode(speedupVersusDenseRun, forKey: .speedupVersusDenseRun)
    try keys.encode(energyPicojoules, forKey: .energyPicojoules)
    try keys.encode(areaSquareMicrons, forKey: .areaSquareMicrons)
    try keys.encode(energyDelayProduct, forKey: .edp)
    try keys.encode(taxShareOfCycles, forKey: .taxShareOfCycles)
    try keys.encode(taxShareOfEnergy, forKey: .taxShareOfEnergy)
    try keys.encode(taxShareOfArea, forKey: .taxShareOfArea)
    try keys.encode(dramReadBytes, forKey: .dramReadBytes)
    try keys.encode(dramWriteBytes, forKey: .dramWriteBytes)
    try keys.encode(boundCycles, forKey: .boundCycles)
    try keys.encode(bounds, forKey: .bounds)
    try keys.encode(isVerified, forKey: .verified)
    try keys.encode(repeatCount, forKey: .repeatCount)
    try keys.encode(eventHash, forKey: .eventHash)
    try keys.encode(resultHash, forKey: .resultHash)
    try keys.encode(sampledFraction, forKey: .sampledFraction)
    try keys.encode(cyclesError, forKey: .cyclesError)
    try keys.encode(cyclesMargin, forKey: .cyclesMargin)
    try keys.encode(energyErrorPicojoules, forKey: .energyErrorPicojoules)
    try keys.encode(energyMarginPicojoules, forKey: .energyMarginPicojoules)
  }
}
