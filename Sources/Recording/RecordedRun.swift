// SPDX-License-Identifier: Apache-2.0

import GRDB

/// A run as its database tells it: what `run`, `layer_summary` and `bound` hold.
///
///     let run = try RecordedRun(path: "run.sqlite")
///     run.layers.map(\.cycles)
///
/// Encoded, its keys are the names of the columns.
public struct RecordedRun: Equatable, Sendable {
  /// `running`, `finished` or `failed`.
  public let status: String
  /// Why the run failed; nil where it did not.
  public let message: String?
  public let design: String
  public let workload: String
  public let seed: Int64
  public let version: String
  public let contentID: String
  public let recordLevel: String
  /// Nil until the run is finished.
  public let eventHash: String?
  /// Nil until the run is finished.
  public let resultHash: String?
  /// The finished layers, in the order of the trace.
  public let layers: [RecordedLayer]
  /// What they come to; nil where none is finished.
  public let total: RecordedTotal?

  /// Reads the run `identifier` of a file.
  ///
  /// - Throws: `RecordingError` (74) if the file cannot be read or holds no such run.
  public init(path: String, identifier: Int64 = 1) throws(RecordingError) {
    do {
      let connection = try Connection.open(path, readonly: true)
      defer { try? connection.close() }
      self = try connection.read { try RecordedRun($0, identifier: identifier) }
    } catch {
      throw RecordingError(.inputOutput, path: path, reason: "cannot be read: \(RecordingError.cause(error))")
    }
  }

  private init(_ database: Database, identifier: Int64) throws {
    guard let row = try Row.fetchOne(database, sql: "SELECT * FROM run WHERE run_id = ?", arguments: [identifier])
    else { throw DatabaseError(resultCode: .SQLITE_NOTFOUND, message: "there is no run \(identifier)") }
    status = row["status"]
    message = row["message"]
    design = row["design"]
    workload = row["workload"]
    seed = row["seed"]
    version = row["version"]
    contentID = row["content_id"]
    recordLevel = row["record_level"]
    eventHash = row["event_hash"]
    resultHash = row["result_hash"]
    let bounds = Dictionary(
      grouping: try Row.fetchAll(
        database, sql: "SELECT layer, kind, cycles FROM bound WHERE run_id = ? ORDER BY cycles DESC, kind",
        arguments: [identifier]),
      by: { $0["layer"] as String })
    layers = try Row.fetchAll(
      database, sql: "SELECT * FROM layer_summary WHERE run_id = ? ORDER BY layer_index", arguments: [identifier]
    ).map { RecordedLayer($0, bounds: bounds[$0["layer"]] ?? []) }
    total = try Row.fetchOne(
      database, sql: "SELECT * FROM run_total WHERE run_id = ?", arguments: [identifier]
    ).map(RecordedTotal.init)
  }
}

extension RecordedRun: Encodable {
  private enum Key: String, CodingKey {
    case status, design, workload, seed, version
    case contentID = "content_id"
    case recordLevel = "record_level"
    case eventHash = "event_hash"
    case resultHash = "result_hash"
    case layers, total
  }

  /// What is unknown is encoded as null: the keys are always the same.
  public func encode(to encoder: any Encoder) throws {
    var keys = encoder.container(keyedBy: Key.self)
    try keys.encode(status, forKey: .status)
    try keys.encode(design, forKey: .design)
    try keys.encode(workload, forKey: .workload)
    try keys.encode(seed, forKey: .seed)
    try keys.encode(version, forKey: .version)
    try keys.encode(contentID, forKey: .contentID)
    try keys.encode(recordLevel, forKey: .recordLevel)
    try keys.encode(eventHash, forKey: .eventHash)
    try keys.encode(resultHash, forKey: .resultHash)
    try keys.encode(layers, forKey: .layers)
    try keys.encode(total, forKey: .total)
  }
}
