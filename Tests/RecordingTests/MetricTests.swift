// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Statistics
import Testing

@testable import Recording

/// Calculated columns: each equals its formula in `metric`, and a calculation apart from both.
struct MetricTests {
  private let folder: Folder
  private let path: String

  init() throws {
    folder = try Folder()
    path = folder.path("run.sqlite")
    let database = try RunDatabase.open(
      path, runs: [.example(layers: 2), .example(layers: 2, contentID: 5, design: "tc")])
    for run in 0...1 {
      for index in 0...1 { try database.write(ExampleLayer(index, seed: UInt64(run)), at: index, run: run) }
    }
    try database.finish()
  }

  @Test
  func `every formula gives the value of its column in every row`() throws {
    try read(path) { database in
      let metrics = try Row.fetchAll(database, sql: "SELECT name, formula FROM metric WHERE formula IS NOT NULL")
      #expect(metrics.count > 15)
      for metric in metrics {
        let name = (metric["name"] as String).split(separator: ".")
        let formula: String = metric["formula"]
        let rows = try Row.fetchAll(database, sql: "SELECT \(name[1]), \(formula) FROM \(name[0])")
        #expect(!rows.isEmpty, "\(name)")
        #expect(rows.contains { $0[0] != nil }, "\(name)")
        for row in rows {
          guard let value = row[0] as Double?, let calculated = row[1] as Double? else {
            #expect((row[0] as Double?) == nil && (row[1] as Double?) == nil, "\(name): \(row)")
            continue
          }
          #expect(abs(value - calculated) <= 1e-12 * abs(value), "\(name): \(row)")
        }
      }
    }
  }

  @Test
  func `the summary is calculated as the contract defines it`() throws {
    let layer = ExampleLayer(1, seed: 0)
    let summary = layer.summary
    let row = try #require(
      try read(path) {
        try Row.fetchOne($0, sql: "SELECT * FROM layer_summary WHERE run_id = 1 AND layer = 'layer1'")
      })
    let laneCycles = Double(64 * 5000)
    let energy = try #require(summary.energyAttojoules)
    let area = try #require(summary.areaMicroSquareMicrons)
    #expect(row["macs_dense"] == Int64(60 * 33 * 128))
    #expect(row["utilization"] == 125_000 / laneCycles)
    #expect(row["utilization_effectual"] == 100_000 / laneCycles)
    #expect(row["speedup_vs_dense"] == Double(60 * 33 * 128) / laneCycles)
    #expect(row["speedup_vs_dense_run"] == 2.0)
    #expect(row["energy_pj"] == Double(energy) / 1e6)
    #expect(row["energy_attojoules"] == energy)
    #expect(row["area_um2"] == Double(area) / 1e6)
    let edp: Double = row["edp"]
    // 5000 cycles at 1.25 GHz are 4 us.
    #expect(abs(edp - Double(energy) * 1e-18 * 4e-6) <= 1e-12 * edp)
    #expect(row["bound_cycles"] == 2500)
    #expect(row["verified"] == 1)
    #expect(row["event_hash"] == layer.statistics.eventHash.hashText)
    #expect(row["result_hash"] == layer.statistics.resultHash.hashText)
    #expect(row["pattern_executed"] == "C1(4:4)->C0(2:4)")
  }

  @Test
  func `the dense run is unknown where none was simulated`() throws {
    let speedups = try read(path) {
      try Double?.fetchAll($0, sql: "SELECT speedup_vs_dense_run FROM layer_summary ORDER BY run_id, layer_index")
    }
    #expect(speedups == [nil, 2, nil, 2])
  }

  @Test
  func `the ledger, the energies and the areas sum to the layer's totals, exactly`() throws {
    try read(path) { database in
      let differences = """
        SELECT
          (SELECT sum(lane_cycles) FROM cycle_ledger AS g WHERE g.run_id = s.run_id AND g.layer = s.layer)
            - lanes * cycles,
          (SELECT sum(energy_attojoules) FROM energy_breakdown AS g WHERE g.run_id = s.run_id AND g.layer = s.layer)
            - energy_attojoules,
          (SELECT sum(area_micro_um2) FROM area_breakdown AS g WHERE g.run_id = s.run_id AND g.layer = s.layer)
            - area_micro_um2
        FROM layer_summary AS s
        """
      let rows = try Row.fetchAll(database, sql: differences)
      #expect(rows.count == 4)
      for row in rows { #expect(row[0] == 0 && row[1] == 0 && row[2] == 0) }
    }
  }

  @Test
  func `the tax has a row per component and rank, and shares of the layer's totals`() throws {
    let layer = ExampleLayer(0, seed: 0)
    let total = try #require(layer.summary.energyAttojoules)
    let rows = try read(path) {
      try Row.fetchAll($0, sql: "SELECT * FROM sparsity_tax WHERE run_id = 1 AND layer = 'layer0'")
    }
    let cycles = rows.filter { $0["quantity"] == "cycles" }
    #expect(
      Set(cycles.map { "\($0["component"] as String) \($0["value"] as Int64) \($0["unit"] as String)" })
        == ["PEArray[0] 1050 lane-cycles", "MetadataDecoder[1] 250 lane-cycles"])
    for (quantity, unit) in [("energy", "pJ"), ("area", "um2")] {
      let parts = rows.filter { $0["quantity"] == quantity }
      #expect(
        Set(parts.map { "\($0["component"] as String) \(($0["rank"] as Int?) ?? -1)" })
          == ["GLB 0", "GLB 1", "VFMU -1"])
      #expect(parts.allSatisfy { $0["unit"] == unit })
    }
    let shift = try #require(rows.first { $0["quantity"] == "energy" && $0["component"] == "VFMU" })
    #expect(shift["value"] == Double(layer.costs.actionAttojoules[3]) / 1e6)
    #expect(shift["share"] == Double(layer.costs.actionAttojoules[3]) / Double(total))
  }

  @Test
  func `a link's use counts bytes over width, or messages where there is no width`() throws {
    let links = ExampleLayer(0, seed: 0).statistics.links
    let use = try read(path) {
      try Double.fetchAll($0, sql: "SELECT utilization FROM link WHERE run_id = 1 AND layer = 'layer0' ORDER BY link")
    }
    // The first link is sent from the DRAM's clock, in which the layer is longer by half.
    #expect(use == [Double(links[0].bytesSent) / (32 * 7500), Double(links[1].messages) / 5000])
  }
}
