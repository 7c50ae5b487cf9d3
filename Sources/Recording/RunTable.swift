// SPDX-License-Identifier: Apache-2.0

import GRDB

/// The rows of the table `run`: made with the file, compared when it is opened again, completed at the end.
enum RunTable {
  static func insert(_ runs: [RunDescription], in database: Database) throws {
    let insertion = try Insertion(into: RunSchema.run, in: database)
    for (index, run) in runs.enumerated() {
      try insertion.insert([
        identifier(index), "running", run.design, run.workload, Int64(run.seed), run.version, run.configuration,
        nil, nil, run.contentID.hashText, run.command, run.recordText, run.layers,
        run.energyTable, nil,
      ])
    }
  }

  /// Checks that the file holds `runs`, unfinished; changes nothing.
  static func checkUnfinished(_ runs: [RunDescription], in database: Database, file: RunFile) throws {
    let rows = try Row.fetchAll(database, sql: "SELECT * FROM run ORDER BY run_id")
    try compare(rows, with: runs, file: file)
    let isFinished = rows.allSatisfy { $0["status"] == "finished" }
    if isFinished {
      throw file.cannotCreate("already holds this run, finished; it is left as it is (--force runs it again)")
    }
  }

  /// Marks what is not finished as running, and tells which layers each run has.
  ///
  /// A layer that did not verify is removed, and so simulated again: a file is finished only with verified layers.
  static func takeUp(_ runs: [RunDescription], in database: Database) throws -> [Set<Int>] {
    let unverified = try Int64.fetchAll(database, sql: "SELECT layer_id FROM stored_layer WHERE verified = 0")
    for layer in unverified { try remove(layer: layer, in: database) }
    try database.execute(sql: "UPDATE run SET status = 'running', message = NULL WHERE status <> 'finished'")
    return try runs.indices.map { run in
      let layers = "SELECT layer_index FROM stored_layer WHERE run_id = ?"
      return try Set(Int.fetchAll(database, sql: layers, arguments: [identifier(run)]))
    }
  }

  static func fail(run: Int, message: String, in database: Database) throws {
    try database.execute(
      sql: "UPDATE run SET status = 'failed', message = ? WHERE run_id = ? AND status = 'running'",
      arguments: [message, identifier(run)])
  }

  static func isFailed(run: Int, in database: Database) throws -> Bool {
    try Bool.fetchOne(
      database, sql: "SELECT status = 'failed' FROM run WHERE run_id = ?", arguments: [identifier(run)]) ?? false
  }

  /// Marks the run as finished and gives it the hashes over its layers' hashes, in the order of the trace.
  static func finish(run: Int, in database: Database) throws {
    var events = StableHash()
    var results = StableHash()
    let layers = try Row.fetchCursor(
      database, sql: "SELECT event_hash, result_hash FROM stored_layer WHERE run_id = ? ORDER BY layer_index",
      arguments: [identifier(run)])
    while let layer = try layers.next() {
      guard let event = UInt64(hashText: layer[0]), let result = UInt64(hashText: layer[1]) else {
        preconditionFailure("A stored hash is not hexadecimal.")
      }
      events.combine(event)
      results.combine(result)
    }
    try database.execute(
      sql: "UPDATE run SET status = 'finished', event_hash = ?, result_hash = ? WHERE run_id = ?",
      arguments: [events.value.hashText, results.value.hashText, identifier(run)])
  }

  /// The `run_id` of a position in the list of runs.
  static func identifier(_ run: Int) -> Int64 { Int64(run + 1) }

  private static func compare(_ rows: [Row], with runs: [RunDescription], file: RunFile) throws {
    let advice = "it is left as it is (--force replaces it)"
    let stored = rows.map { $0["content_id"] as String }
    guard stored == runs.map(\.contentID.hashText) else {
      throw file.cannotCreate("exists and holds another run (content id \(stored.joined(separator: ", "))); \(advice)")
    }
    for (row, run) in zip(rows, runs) {
      let differences = [
        ("version", row["version"] as String, run.version),
        ("record_level", row["record_level"], run.recordText),
        ("layers", String(row["layers"] as Int), String(run.layers)),
      ]
      for (column, old, new) in differences where old != new {
        throw file.cannotCreate("exists with \(column) \(old), where this run has \(new); \(advice)")
      }
    }
  }

  private static func remove(layer: Int64, in database: Database) throws {
    for table in Schema.layerTables {
      try database.execute(sql: "DELETE FROM \(table.name) WHERE layer_id = ?", arguments: [layer])
    }
  }
}
