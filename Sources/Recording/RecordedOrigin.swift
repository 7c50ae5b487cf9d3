// SPDX-License-Identifier: Apache-2.0

import GRDB
import Statistics

/// What a run was made of, as its database tells it: all that it takes to make it again, and to tell whether it is the same.
public struct RecordedOrigin: Equatable, Sendable {
  /// A finished layer.
  public struct Layer: Equatable, Sendable {
    /// Position in the workload.
    public let index: Int
    public let name: String
    public let cycles: Int64
    public let eventHash: String
    public let resultHash: String
    /// The components' names, in the order of the statistics.
    public let components: [String]
    /// In order of time; empty where none were recorded.
    public let stateHashes: [StateHashWindow]
  }

  public let status: String
  public let design: String
  public let workload: String
  public let seed: Int64
  public let version: String
  public let configuration: String
  public let command: String
  public let contentID: String
  /// The table of prices; nil where none was applied.
  public let energyTable: String?
  /// In the order of the workload.
  public let layers: [Layer]

  /// Reads the run `identifier` of a file.
  ///
  /// - Throws: `QueryError`: 66 for a file that is missing, 65 for one that is no database of runs or has no such run, 74
  ///   for one that cannot be read.
  public init(path: String, identifier: Int64 = 1) throws(QueryError) {
    do {
      switch try RunFile(path).content() {
      case .ours: break
      case .absent: throw QueryError(.missing, "\(path): there is no such file")
      case .foreign(let what): throw QueryError(.notADatabase, "\(path): \(what)")
      }
      let connection = try Connection.open(RunFile(path).path, readonly: true)
      defer { try? connection.close() }
      let origin = try connection.read { try RecordedOrigin($0, identifier: identifier) }
      guard let origin else {
        let runs = try connection.read { try Int64.fetchAll($0, sql: "SELECT run_id FROM run ORDER BY run_id") }
        throw QueryError(
          .notADatabase,
          "\(path): there is no run \(identifier); allowed: \(runs.map(String.init).joined(separator: ", "))"
        )
      }
      self = origin
    } catch let error as QueryError {
      throw error
    } catch let error as RecordingError {
      throw QueryError(.missing, "\(path): \(error.reason)")
    } catch {
      throw QueryError(.unreadable, "\(path): cannot be read: \(RecordingError.cause(error))")
    }
  }

  private init?(_ database: Database, identifier: Int64) throws {
    guard let row = try Row.fetchOne(database, sql: "SELECT * FROM run WHERE run_id = ?", arguments: [identifier])
    else { return nil }
    status = row["status"]
    design = row["design"]
    workload = row["workload"]
    seed = row["seed"]
    version = row["version"]
    configuration = row["configuration"]
    command = row["command"]
    contentID = row["content_id"]
    energyTable = row["energy_table"]
    layers = try Row.fetchAll(
      database, sql: "SELECT * FROM stored_layer WHERE run_id = ? ORDER BY layer_index", arguments: [identifier]
    ).map { try Layer($0, in: database) }
  }
}

extension RecordedOrigin.Layer {
  fileprivate init(_ row: Row, in database: Database) throws {
    index = row["layer_index"]
    name = row["name"]
    cycles = row["cycles"]
    eventHash = row["event_hash"]
    resultHash = row["result_hash"]
    let layer: Int64 = row["layer_id"]
    components = try String.fetchAll(
      database, sql: "SELECT name FROM stored_component WHERE layer_id = ? ORDER BY component_index",
      arguments: [layer])
    var windows: [StateHashWindow] = []
    let hashes = try Row.fetchCursor(
      database,
      sql: """
        SELECT window_start, hash FROM stored_state_hash WHERE layer_id = ? ORDER BY window_start, component_index
        """, arguments: [layer])
    while let hash = try hashes.next() {
      let start: Int64 = hash[0]
      if windows.last?.start != start { windows.append(StateHashWindow(start: start, hashes: [])) }
      windows[windows.count - 1].hashes.append(UInt64(bitPattern: hash[1] as Int64))
    }
    stateHashes = windows
  }
}
