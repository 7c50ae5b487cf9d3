// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Statistics
import Testing

@testable import Recording

/// The names that users and scripts rely on: architecture, section 5.
struct ContractTests {
  private static let contract: [(String, String)] = [
    ("run", "run_id, status, design, workload, seed, version, configuration, event_hash, result_hash"),
    (
      "layer_summary",
      """
      run_id, layer, design, pattern, pattern_executed, cycles, macs_dense, macs_effectual, utilization, \
      utilization_effectual, speedup_vs_dense, speedup_vs_dense_run, energy_pj, area_um2, edp, dram_read_bytes, \
      dram_write_bytes, bound_cycles, verified, event_hash, result_hash
      """
    ),
    ("cycle_ledger", "run_id, layer, component, cause, blamed, lane_cycles"),
    ("sparsity_tax", "run_id, layer, component, rank, quantity, unit, value, share"),
    ("energy_breakdown", "run_id, layer, component, action, count, energy_pj, kind"),
    ("cycle_activity", "run_id, layer, component, clock_domain, cycle, activity, link"),
    ("utilization_window", "run_id, layer, component, window_start, window_cycles, busy_cycles, utilization"),
    ("metric", "name, unit, definition, formula"),
    ("bound", "run_id, layer, kind, cycles"),
    (
      "dram_summary",
      """
      run_id, layer, channel, requests, reads, writes, cycles, bandwidth_gb_per_s, latency_mean, latency_p50, \
      latency_p99, latency_max, row_hits, row_misses, row_conflicts, activates, precharges, refreshes
      """
    ),
  ]

  @Test(arguments: contract)
  func `a relation of the contract has its columns, in order, before any other`(
    relation: String, columns: String
  ) throws {
    let folder = try Folder()
    let database = try RunDatabase.open(folder.path("run.sqlite"), runs: [.example()])
    try database.begin()
    try database.close()
    let names = try read(folder.path("run.sqlite")) { try $0.columns(in: relation).map(\.name) }
    let expected = columns.components(separatedBy: ", ")
    #expect(Array(names.prefix(expected.count)) == expected)
  }

  @Test
  func `at record level summary every relation exists and what was not recorded is empty`() throws {
    let folder = try Folder()
    let path = folder.path("run.sqlite")
    let database = try RunDatabase.open(path, runs: [.example(layers: 1)])
    var layer = ExampleLayer(0)
    layer.statistics.spans = ActivityLog()
    layer.summary.energyAttojoules = nil
    layer.summary.areaMicroSquareMicrons = nil
    try database.write(layer: layer.summary, statistics: layer.statistics, layerIndex: 0)
    try database.finish()
    try read(path) { database in
      for name in Schema.relations.map(\.name) {
        let rows = try #require(try Int.fetchOne(database, sql: "SELECT count(*) FROM \(name)"))
        let unrecorded = [
          "activity_span", "cycle_activity", "utilization_window", "area_breakdown", "stored_span", "stored_window",
          "stored_symbol", "stored_area", "sparsity_gain", "stored_state_hash", "state_hash", "stored_message",
          "stored_text", "message", "stored_sample", "layer_sample",
        ]
        #expect((rows == 0) == unrecorded.contains(name), "\(name)")
      }
      let priced = "SELECT count(*) FROM energy_breakdown WHERE energy_pj IS NOT NULL"
      #expect(try Int.fetchOne(database, sql: priced) == 0)
      #expect(try String.fetchAll(database, sql: "SELECT DISTINCT quantity FROM sparsity_tax") == ["cycles"])
      let summary = "SELECT energy_pj IS NULL AND area_um2 IS NULL AND edp IS NULL FROM layer_summary"
      #expect(try Bool.fetchOne(database, sql: summary) == true)
    }
  }

  @Test
  func `metric explains every column that a user can select and nothing else`() throws {
    let folder = try Folder()
    let database = try RunDatabase.open(folder.path("run.sqlite"), runs: [.example()])
    try database.begin()
    try database.close()
    try read(folder.path("run.sqlite")) { database in
      let relations = try String.fetchAll(
        database,
        sql: "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'stored~_%' ESCAPE '~'")
      var columns: Set<String> = []
      for relation in relations {
        for column in try database.columns(in: relation) { columns.insert("\(relation).\(column.name)") }
      }
      #expect(columns.count > 100)
      #expect(try Set(String.fetchAll(database, sql: "SELECT name FROM metric")) == columns)
      let unexplained = "SELECT count(*) FROM metric WHERE unit = '' OR length(definition) < 10"
      #expect(try Int.fetchOne(database, sql: unexplained) == 0)
    }
  }

  @Test
  func `every table is strict and the file names its program`() throws {
    let folder = try Folder()
    let database = try RunDatabase.open(folder.path("run.sqlite"), runs: [.example()])
    try database.begin()
    try database.close()
    try read(folder.path("run.sqlite")) { (database: Database) throws in
      let lax = "SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main' AND strict = 0"
      #expect(try String.fetchAll(database, sql: lax) == ["sqlite_schema"])
      #expect(try Int32.fetchOne(database, sql: "PRAGMA application_id") == Schema.applicationID)
      #expect(try Int32.fetchOne(database, sql: "PRAGMA user_version") == Schema.version)
    }
  }
}
