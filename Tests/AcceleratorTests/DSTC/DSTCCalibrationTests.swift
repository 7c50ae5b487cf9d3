// SPDX-License-Identifier: Apache-2.0
import EnergyArea
import Foundation
import Statistics
import Testing
import Workloads

@testable import Accelerators

/// DSTC against numbers from outside: the rows of the Sparseloop artifact, and its own paper's ratios.
struct DSTCCalibrationTests {
  private static let energyTables = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../configs/energy").standardized.path

  @Test func `the copied table has rows of DSTC`() { #expect(CSVRow.dstc.count == 4) }

  @Test(arguments: CSVRow.dstc)
  func `a published row is reproduced: cycles, the expectation over tiles, and energy level by level`(row: CSVRow)
    throws
  {
    let machine = try dstc(shipped: "calibration/dstc", mapping: row.mapping)
    let densities = (a: try #require(Double(row["density_A"])), b: try #require(Double(row["density_B"])))
    let shape = GEMMShape(m: row.m, k: row.k, n: row.n)
    var outcome = try machine.simulate(try SyntheticGEMM(shape, densityA: densities.a, densityB: densities.b).layer())
    let tile = try DSTCPinnedMapping(
      LoopMapping(row.mapping), rows: row.m, columns: row.n, on: machine.specification
    ).tile
    let expected = expectation(shape, tile: tile, densities: densities)
    let cycles = Double(outcome.summary.cycles)
    #expect(abs(cycles / Double(row.cycles) - 1) < 0.15)
    #expect(cycles > expected && cycles < 1.1 * expected)
    // Nothing is lost but to rounding up to 16, and at both ends of the run.
    let ledger = outcome.statistics.ledger
    let explained = [Cause.effectual, .paddingPattern, .fill, .drain, .idle].reduce(0) {
      $0 + ledger.laneCycles(of: $1)
    }
    #expect(Double(explained) > 0.98 * Double(ledger.total))
    try expectEnergy(of: &outcome, on: machine, near: row)
  }

  private func expectEnergy(of outcome: inout LayerOutcome, on machine: DSTCMachine, near row: CSVRow) throws {
    let table = try PriceTable(named: machine.values.text("energy.table"), in: Self.energyTables)
    let pricing = Pricing(table, options: Pricing.Options(pricedBits: machine.pricedBits))
    let costs = try pricing.apply(to: &outcome.summary, &outcome.statistics, of: outcome.inventory)
    var energy: [String: Double] = [:]
    for (action, attojoules) in zip(outcome.statistics.actions, costs.actionAttojoules) {
      energy[level(of: action), default: 0] += Double(attojoules) / 1e6
    }
    for (level, published) in row.energy {
      #expect(
        abs((energy[level] ?? 0) / published - 1) < 0.1, "\(level): \(energy[level] ?? 0), published \(published)")
    }
    #expect(energy["other"] == 0)
    let total = energy.values.reduce(0, +) / 1e6
    #expect(abs(total / (try #require(Double(row["total_uJ"]))) - 1) < 0.1)
  }

  private func level(of action: ActionCount) -> String {
    switch action.component {
    case "GLB": return "SMEM"
    case "DRAM": return "DRAM"
    case let name where name.hasPrefix("OuterProductArray"):
      if action.action.hasPrefix("mac_") { return "MAC" }
      if action.action.hasPrefix("rf_") { return "RF" }
      return action.action.hasPrefix("register") || action.action.hasPrefix("mask") ? "LRF" : "other"
    default: return "other"
    }
  }

  /// The models hold where nothing was published: other shapes, tiles and densities.
  @Test(
    arguments: [
      (256, 512, 512, 0.25, 0.27, "DRAM: N2 | SMEM: M2 N4 Ms2 Ns2 | RF: K512 | LRF: M4 N2 Ms16 Ns16"),
      (512, 256, 512, 0.33, 0.8, "DRAM: N4 | SMEM: M8 Ms2 Ns2 | RF: K256 | LRF: M2 N4 Ms16 Ns16"),
      (128, 512, 256, 0.8, 0.2, "DRAM: N2 | SMEM: M2 N2 Ms2 Ns2 | RF: K512 | LRF: M2 N2 Ms16 Ns16"),
    ])
  func `other shapes take what their tiles are expected to take, or the port's time`(
    m: Int, k: Int, n: Int, a: Double, b: Double, mapping: String
  ) throws {
    let machine = try dstc(shipped: "calibration/dstc", mapping: mapping)
    let shape = GEMMShape(m: m, k: k, n: n)
    let outcome = try machine.simulate(try SyntheticGEMM(shape, densityA: a, densityB: b).layer())
    let tile = try DSTCPinnedMapping(LoopMapping(mapping), rows: m, columns: n, on: machine.specification).tile
    let expected = expectation(shape, tile: tile, densities: (a, b))
    // Words and bitmasks of two tiles of each operand for every k cross a port of 42 bytes a cycle.
    let bytes = 2 * (Double(tile.rows) * (a + 0.125) + Double(tile.columns) * (b + 0.125))
    let port = bytes / 42 * Double(k * (m / tile.rows / 2) * (n / tile.columns / 2))
    let cycles = Double(outcome.summary.cycles)
    #expect(cycles > 0.98 * max(expected, port), "\(expected) \(port)")
    #expect(cycles < 1.1 * max(expected, port) + 1000, "\(expected) \(port)")
  }

  /// Tiles times K, a fourth on each array, times E[ceil(nnzA/16)]·E[ceil(nnzB/16)] of binomial non-zeros.
  private func expectation(
    _ shape: GEMMShape, tile: DSTCSpecification.TileShape, densities: (a: Double, b: Double)
  ) -> Double {
    let tiles = Double(shape.m / tile.rows * (shape.n / tile.columns))
    return tiles * Double(shape.k) / 4 * chunks(tile.rows, densities.a, by: 16)
      * chunks(tile.columns, densities.b, by: 16)
  }

  private func chunks(_ size: Int, _ density: Double, by width: Int) -> Double {
    var probabilities = [1.0]
    for _ in 0..<size {
      var next = [Double](repeating: 0, count: probabilities.count + 1)
      for (count, probability) in probabilities.enumerated() {
        next[count] += probability * (1 - density)
        next[count + 1] += probability * density
      }
      probabilities = next
    }
    return probabilities.enumerated().reduce(0) { $0 + $1.element * Double(($1.offset + width - 1) / width) }
  }

  /// DSTC's paper, fig. 21, as the Sparseloop artifact's fig. 13 has it; relative to dense times dense.
  @Test
  func `ratios between densities are the paper's`() throws {
    let machine = try dstc(shipped: "calibration/dstc-fig13")
    func cycles(_ a: Double, _ b: Double) throws -> Double {
      let layer = try SyntheticGEMM(GEMMShape(m: 1024, k: 1024, n: 1024), densityA: a, densityB: b).layer()
      let wide = GEMMLayer(
        name: layer.name, shape: layer.shape, a: layer.a, bTransposed: layer.bTransposed, operandBits: 16)
      let outcome = try machine.simulate(wide)
      // The gap to the ideal speed-up is rounding up to the array's sides, and nothing else.
      let ledger = outcome.statistics.ledger
      let explained = ledger.laneCycles(of: .effectual) + ledger.laneCycles(of: .paddingPattern)
      #expect(Double(explained) > 0.995 * Double(ledger.total))
      return Double(outcome.summary.cycles)
    }
    let dense = try cycles(1, 1)
    for (a, b, published) in [(1.0, 0.4, 0.543), (0.5, 1.0, 0.585), (0.5, 0.4, 0.322)] {
      let ratio = try cycles(a, b) / dense
      #expect(abs(ratio / published - 1) < 0.1, "\(a) x \(b): \(ratio)")
    }
  }
}
