// SPDX-License-Identifier: Apache-2.0
import Statistics
import Testing
import Workloads

@testable import Accelerators

/// DSTC against numbers from outside: the rows of the Sparseloop artifact, and its own paper's ratios.
struct DSTCCalibrationTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let shape: GEMMShape
    let densityA: Double
    let densityB: Double
    let cycles: Int64
    let mapping: String

    var testDescription: String { "\(shape) \(densityA) x \(densityB)" }
  }

  /// Sparseloop artifact, fig. 15: cycles and loops as it gives them.
  static let rows = [
    Row(
      shape: GEMMShape(m: 128, k: 1152, n: 1024), densityA: 0.5, densityB: 0.44, cycles: 51197,
      mapping: "DRAM: N8 | SMEM: N2 Ms2 Ns2 | RF: K1152 | LRF: M4 N2 Ms16 Ns16"),
    Row(
      shape: GEMMShape(m: 512, k: 128, n: 1024), densityA: 0.5, densityB: 0.56, cycles: 30226,
      mapping: "DRAM: N8 | SMEM: M8 Ms2 Ns2 | RF: K128 | LRF: M2 N4 Ms16 Ns16"),
    Row(
      shape: GEMMShape(m: 128, k: 1152, n: 1024), densityA: 1, densityB: 0.44, cycles: 78059,
      mapping: "DRAM: M2 N8 | SMEM: Ms2 Ns2 | RF: K1152 | LRF: M2 N4 Ms16 Ns16"),
    Row(
      shape: GEMMShape(m: 512, k: 128, n: 1024), densityA: 1, densityB: 0.56, cycles: 45340,
      mapping: "DRAM: N8 | SMEM: M8 Ms2 Ns2 | RF: K128 | LRF: M2 N4 Ms16 Ns16"),
  ]

  @Test(arguments: rows)
  func `cycles are those of the artifact, or what its tiles are expected to take`(row: Row) throws {
    let machine = try dstc(shipped: "calibration/dstc", mapping: row.mapping)
    let layer = try SyntheticGEMM(row.shape, densityA: row.densityA, densityB: row.densityB).layer()
    let outcome = try machine.simulate(layer)
    let cycles = Double(outcome.summary.cycles)
    let expected = expectation(row, tile: try DSTCPinnedMapping(
      LoopMapping(row.mapping), rows: row.shape.m, columns: row.shape.n, on: machine.specification).tile)
    print(
      "ROW \(row.testDescription): \(cycles) row \(row.cycles) \(cycles / Double(row.cycles)) expected \(expected) \(cycles / expected)",
      outcome.statistics.bounds.map { "\($0.kind) \($0.cycles)" },
      Cause.allCases.map { "\($0.rawValue) \(outcome.statistics.ledger.laneCycles(of: $0) * 1000 / outcome.statistics.ledger.total)" })
    let isAtRow = abs(cycles / Double(row.cycles) - 1) < 0.15
    let isAtExpectation = abs(cycles / expected - 1) < 0.1
    #expect(isAtRow || isAtExpectation)
  }

  /// Tiles times K, a fourth on each array, times E[ceil(nnzA/16)]·E[ceil(nnzB/16)] of binomial non-zeros.
  private func expectation(_ row: Row, tile: DSTCSpecification.TileShape) -> Double {
    let tiles = Double(row.shape.m / tile.rows * (row.shape.n / tile.columns))
    return tiles * Double(row.shape.k) / 4 * chunks(tile.rows, row.densityA, by: 16)
      * chunks(tile.columns, row.densityB, by: 16)
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
      print("FIG13 \(a) \(b) \(outcome.summary.cycles)",       Cause.allCases.map { "\($0.rawValue) \(outcome.statistics.ledger.laneCycles(of: $0) * 1000 / outcome.statistics.ledger.total)" })
      return Double(outcome.summary.cycles)
    }
    let dense = try cycles(1, 1)
    #expect(abs(try cycles(1, 0.4) / dense / 0.543 - 1) < 0.1)
    #expect(abs(try cycles(0.5, 1) / dense / 0.585 - 1) < 0.1)
    #expect(abs(try cycles(0.5, 0.4) / dense / 0.322 - 1) < 0.1)
  }
}
