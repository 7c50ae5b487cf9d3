// SPDX-License-Identifier: Apache-2.0
import EnergyArea
import Foundation
import Sparsity
import Statistics
import Testing
import Workloads

@testable import Accelerators

/// TC, STC and STC-flexible against the public artifact's results, and against the closed form that those follow, at
/// shapes and ratios that were not published.
struct SparseloopValidationTests {
  private static let configs = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../configs").standardized

  private static func simulate(
    _ design: String, _ shape: GEMMShape, pattern: String?, densityB: Double, mapping: String
  ) throws -> (outcome: LayerOutcome, energy: [String: Double]) {
    let values = try DesignFile(path: configs.appending(path: "designs/calibration/\(design).yaml").path)
      .values(among: DesignKind.schemas)
    let machine = DesignKind.machine(values, part: nil, mapping: try LoopMapping(mapping))
    let layer = try SyntheticGEMM(shape, pattern: pattern, densityB: densityB, seed: 0).layer()
    var outcome = try machine.simulate(layer)
    let table = try PriceTable(named: values.text("energy.table"), in: configs.appending(path: "energy").path)
    let pricing = Pricing(table, options: Pricing.Options(pricedBits: machine.pricedBits))
    let costs = try pricing.apply(to: &outcome.summary, &outcome.statistics, of: outcome.inventory)
    var energy: [String: Double] = [:]
    for (action, attojoules) in zip(outcome.statistics.actions, costs.actionAttojoules) {
      energy[level(of: action), default: 0] += Double(attojoules) / 1e6
    }
    return (outcome, energy)
  }

  private static func level(of action: ActionCount) -> String {
    switch action.component {
    case "GLB": return "SMEM"
    case "DRAM": return "DRAM"
    case let name where name.hasPrefix("PEArray"):
      if action.action.hasPrefix("mac_") { return "MAC" }
      if action.action.hasPrefix("rf_") { return "RF" }
      return action.action.contains("register") ? "LRF" : "other"
    default: return "other"
    }
  }

  /// Lane-cycles of the causes that a run may have beyond the closed form, as cycles of the machine.
  private static func cycles(_ ledger: Ledger, _ causes: Cause...) -> Double {
    causes.reduce(0) { $0 + Double(ledger.laneCycles(of: $1)) } / Double(ledger.lanes)
  }

  private static func expectNear(_ energy: [String: Double], _ expected: [String: Double], within share: Double) {
    for (level, value) in expected {
      #expect(abs((energy[level] ?? 0) / value - 1) < share, "\(level): \(energy[level] ?? 0), published \(value)")
    }
    #expect(energy["other"] == 0)
    let (sum, wanted) = (energy.values.reduce(0, +), expected.values.reduce(0, +))
    #expect(abs(sum / wanted - 1) < share)
  }

  @Test func `the copied table has the rows of every design`() {
    #expect(CSVRow.all.count == 24 && CSVRow.weightStationary.count == 20)
  }

  @Test(arguments: CSVRow.weightStationary)
  func `a published row is reproduced: cycles, their excess, and energy level by level`(row: CSVRow) throws {
    let design = try #require(row.design)
    let pattern = design == "tc" || row.isDense ? nil : "2:4"
    let (outcome, energy) = try Self.simulate(
      design, GEMMShape(m: row.m, k: row.k, n: row.n), pattern: pattern,
      densityB: Double(row["density_B"]) ?? 1, mapping: row.mapping)
    #expect(outcome.summary.cycles >= row.cycles)
    #expect(outcome.summary.cycles * 1000 <= row.cycles * 1027)
    let ledger = outcome.statistics.ledger
    let excess = Double(outcome.summary.cycles - row.cycles)
    let explained = Self.cycles(ledger, .fill, .drain, .idle, .starvedDRAM)
    // What else there is: the port, which these demands fill to the last byte, moves what DRAM brought late.
    #expect(abs(excess - explained) <= Double(row.cycles) / 500, "\(excess) cycles, \(explained) explained")
    // TC's rows are priced at 65 nm: the dense STC does the same work at 45 nm.
    let priced = try #require(
      design == "tc"
        ? CSVRow.all.first { $0.name == "STC" && $0.isDense && ($0.m, $0.k, $0.n) == (row.m, row.k, row.n) } : row)
    Self.expectNear(energy, priced.energy, within: 0.003)
  }

  /// A ratio: its K window, its density, and the bits of an index that it stores.
  private struct Ratio {
    let h: Int
    let metadataBits: Int
    var window: Int { 8 * h }
    var density: Double { 2 / Double(h) }
  }

  private static let designs: [(String, [Ratio])] = [
    ("stc-flexible-cp", [Ratio(h: 4, metadataBits: 2), Ratio(h: 6, metadataBits: 4), Ratio(h: 8, metadataBits: 4)]),
    ("stc-flexible-rle", [Ratio(h: 4, metadataBits: 2), Ratio(h: 6, metadataBits: 2), Ratio(h: 8, metadataBits: 4)]),
    (
      "stc-flexible-dual-rle",
      [Ratio(h: 4, metadataBits: 2), Ratio(h: 6, metadataBits: 2), Ratio(h: 8, metadataBits: 4)]
    ),
  ]

  /// Compute, or the bytes of operand A, its metadata, operand B and its bitmasks over a port of 42 bytes a cycle.
  private static func closedForm(
    _ shape: GEMMShape, _ ratio: Ratio, columns: Int, densityB: Double?
  ) -> (cycles: Double, energy: [String: Double]) {
    let windows = (shape.k + ratio.window - 1) / ratio.window
    let paddedK = Double(windows * ratio.window)
    let (m, n, k) = (Double(shape.m), Double(shape.n), Double(shape.k))
    let loads = 1024 / Double(columns) * (1 + Double(ratio.metadataBits) / 8)
    let words = Double(ratio.window)
    let b = densityB.map { words * $0 * k / paddedK + words / 8 } ?? words
    let cycles = m * n * paddedK * ratio.density / 1024 * max(1, (loads + b) / 42)
    let (rowBlocks, columnBlocks) = (m / 64, n / Double(columns))
    let keptA = m * paddedK * ratio.density
    let bytesB = densityB.map { k * n * $0 } ?? paddedK * n
    let metadata = Double(ratio.metadataBits) / 64
    var buffer = keptA * columnBlocks * (285.71464 / 64 + metadata * 25.8695)
    buffer += keptA * (316.96744 / 64 + metadata * 19.6486)
    buffer += bytesB * (rowBlocks * 285.71464 + 316.96744) / 64
    if densityB != nil { buffer += paddedK * n / 64 * (rowBlocks * 25.8695 + 19.6486) }
    let computed = m * n * paddedK * ratio.density
    return (
      cycles,
      [
        "MAC": computed * 0.5608, "LRF": (computed + keptA * columnBlocks) * 0.072 * (1 + 8 * metadata),
        "RF": m * n * (Double(windows - 1) * 1.65889 + Double(windows + 1) * 1.67589), "SMEM": buffer,
        "DRAM": 64 * (keptA + bytesB + m * n),
      ]
    )
  }

  @Test(
    arguments: 0..<3,
    [(128, 1152, 1024, 0.44), (512, 128, 1024, 0.56), (512, 256, 1024, 0.82), (192, 384, 640, 0.1)])
  func `other shapes and ratios take what the closed form says, and hardly more`(
    index: Int, layer: (m: Int, k: Int, n: Int, densityB: Double)
  ) throws {
    let (design, ratios) = Self.designs[index]
    let shape = GEMMShape(m: layer.m, k: layer.k, n: layer.n)
    for ratio in ratios {
      let windows = (shape.k + ratio.window - 1) / ratio.window
      let mapping =
        "DRAM: N\(shape.n / 128) | SMEM: M\(shape.m / 64) Ms4 | RF: K\(windows) Ms16 Ks\(ratio.window) | LRF: N128"
      let (outcome, energy) = try Self.simulate(
        design, shape, pattern: "2:\(ratio.h)", densityB: layer.densityB, mapping: mapping)
      let expected = Self.closedForm(
        shape, ratio, columns: 128, densityB: design.contains("dual") ? layer.densityB : nil)
      // Start and end take some 500 cycles, whatever the layer; the first block waits for DRAM.
      let excess = Double(outcome.summary.cycles) - expected.cycles
      let start = Self.cycles(outcome.statistics.ledger, .fill, .drain, .idle, .starvedDRAM)
      #expect(excess >= 0, "\(design) 2:\(ratio.h)")
      #expect(excess <= start + 0.01 * expected.cycles, "\(design) 2:\(ratio.h): \(excess), start \(start)")
      Self.expectNear(energy, expected.energy, within: 0.005)
    }
  }
}
