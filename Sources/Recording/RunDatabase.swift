// SPDX-License-Identifier: Apache-2.0

import GRDB
import Statistics

/// The database of a run, or of several runs, while it is written.
///
/// ```swift
/// let database = try RunDatabase.open("run.sqlite", runs: [description])
/// for index in layers.indices where !database.completedLayers().contains(index) {
///   try database.write(layer: summary, statistics: statistics, layerIndex: index)
/// }
/// try database.finish()
/// ```
///
/// The file appears with its first layer, or with `begin()`. Every layer is one transaction: whatever ends the process, the
/// layers written before are in the file, which says that its run is `running`; opening it again goes on from there.
/// Layers may be written in any order; the file's content does not depend on it. `finish()`, `fail(_:)` or `close()`
/// leave one file, without companions.
///
/// It is no reader: results are read with SQL. It is not thread-safe: one owner writes.
public final class RunDatabase {
  /// What to do about a file that exists.
  public enum ExistingFile: Sendable {
    /// Go on with it if it is the same run, unfinished; else leave it alone and throw.
    case resume
    /// Make a new one, and put it in the old one's place when its first layer is in it.
    case replace
  }

  /// The file, as the caller named it.
  public var path: String { file.name }

  let runs: [RunDescription]
  private let file: RunFile
  private let isReplacing: Bool
  private var completed: [Set<Int>]
  /// The open file; nil before it is made and after it is closed.
  private(set) var connection: DatabaseQueue?
  /// Held while this or any other file at `path` is ours to write.
  private var lock: FileLock?
  private var isEnded = false

  private init(file: RunFile, runs: [RunDescription], isReplacing: Bool) {
    self.file = file
    self.runs = runs
    self.isReplacing = isReplacing
    completed = Array(repeating: [], count: runs.count)
  }

  deinit {
    try? connection?.close()
    lock = nil
  }

  /// Checks that the runs can be written to `path`, and goes on with the file if it holds the same runs, unfinished.
  ///
  /// Nothing is made or changed before the first layer, other than that a file to go on with is marked as running.
  ///
  /// - Throws: `RecordingError` (exit code 64, 73 or 74), naming the file and what to do.
  public static func open(
    _ path: String, runs: [RunDescription], existing: ExistingFile = .resume
  ) throws(RecordingError) -> RunDatabase {
    precondition(!runs.isEmpty, "A database holds at least one run.")
    let file = RunFile(path)
    for run in runs {
      precondition(run.layers > 0, "A run has at least one layer.")
      guard run.seed <= Int64.max else {
        throw RecordingError(
          .invalidDescription, path: path, reason: "seed \(run.seed) is too large; allowed are 0 to \(Int64.max)")
      }
    }
    let content = try file.content()
    try file.checkFolder()
    let database = RunDatabase(file: file, runs: runs, isReplacing: existing == .replace && content != .absent)
    if content == .ours { database.lock = try file.lock(file.path) }
    if existing == .replace { return database }
    switch content {
    case .absent: break
    case .ours: try database.resume()
    case .foreign(let what):
      throw file.cannotCreate("exists and \(what); it is left as it is (--force replaces it)")
    }
    return database
  }

  /// Positions, in the trace, of the layers that are in the file and need not be simulated.
  public func completedLayers(run: Int = 0) -> Set<Int> { completed[run] }

  /// Makes the file now, without waiting for the first layer.
  public func begin() throws(RecordingError) {
    try transaction { _ in }
  }

  /// Writes a layer, whole or not at all.
  ///
  /// - Parameters:
  ///   - costs: what a technology table makes of the statistics; its sums must be those of `layer`.
  ///   - layerIndex: position in the trace, from 0.
  ///   - run: position in the `runs` that the database was opened with.
  public func write(
    layer: LayerSummary, statistics: LayerStatistics, costs: LayerCosts? = nil, layerIndex: Int, run: Int = 0
  ) throws(RecordingError) {
    precondition(runs.indices.contains(run), "The database was not opened with this run.")
    precondition((0..<runs[run].layers).contains(layerIndex), "The run has no layer of this index.")
    precondition(!completed[run].contains(layerIndex), "A layer is written once.")
    let key = LayerKey(runs: runs, run: run, layerIndex: layerIndex)
    let writer = LayerWriter(key: key, layer: layer, statistics: statistics, costs: costs)
    try transaction(writer.write)
    completed[run].insert(layerIndex)
  }

  /// Marks one run of several as failed; the others go on.
  public func fail(_ message: String, run: Int) throws(RecordingError) {
    precondition(runs.indices.contains(run), "The database was not opened with this run.")
    guard connection != nil else { return }
    try transaction { try RunTable.fail(run: run, message: message, in: $0) }
  }

  /// Marks every run that is not finished as failed, and closes the file. No file is made for it.
  public func fail(_ message: String) throws(RecordingError) {
    if connection != nil {
      try transaction { [runs] database in
        for run in runs.indices { try RunTable.fail(run: run, message: message, in: database) }
      }
    }
    try close()
  }

  /// Marks every run that did not fail as finished, with its hashes, and closes the file.
  public func finish() throws(RecordingError) {
    try transaction { [runs, completed] database in
      for run in runs.indices where try !RunTable.isFailed(run: run, in: database) {
        precondition(completed[run].count == runs[run].layers, "A run is finished when all its layers are written.")
        try RunTable.finish(run: run, in: database)
      }
    }
    try close()
  }

  /// Closes the file and leaves its runs as they are, to be resumed later.
  public func close() throws(RecordingError) {
    isEnded = true
    // Last of all: see `FileLock`.
    defer { lock = nil }
    guard let connection else { return }
    self.connection = nil
    try reportingInputOutput {
      try Connection.leaveSingleFile(connection)
      try connection.close()
    }
  }

  private func resume() throws(RecordingError) {
    do {
      let reader = try Connection.open(file.path, readonly: true)
      defer { try? reader.close() }
      try reader.read { try RunTable.checkUnfinished(runs, in: $0, file: file) }
      let connection = try Connection.openWithLog(file.path)
      completed = try connection.write { try RunTable.takeUp(runs, in: $0) }
      self.connection = connection
    } catch let error as RecordingError {
      throw error
    } catch let error as DatabaseError
      where [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR].contains(error.resultCode)
    {
      let cause = RecordingError.cause(error)
      throw file.cannotCreate("exists and is damaged (\(cause)); it is left as it is (--force replaces it)")
    } catch {
      throw RecordingError(
        .inputOutput, path: path, reason: "cannot be continued: \(RecordingError.cause(error))")
    }
  }

  /// Runs `body` in a transaction; in the first, the file is made as well.
  private func transaction(_ body: (Database) throws -> Void) throws(RecordingError) {
    precondition(!isEnded, "The database is closed.")
    if let connection {
      try reportingInputOutput { try connection.write(body) }
      return
    }
    let temporaryLock = try file.makeTemporary()
    do {
      let temporary = try Connection.open(file.temporaryPath)
      try temporary.write { database in
        try Schema.create(in: database)
        try RunTable.insert(runs, in: database)
        try body(database)
      }
      try temporary.close()
      try file.place(replacing: isReplacing)
      lock = temporaryLock
    } catch {
      file.discardTemporary()
      if let error = error as? RecordingError { throw error }
      let kind: RecordingError.Kind =
        (error as? DatabaseError)?.resultCode == .SQLITE_CANTOPEN ? .cannotCreate : .inputOutput
      throw RecordingError(kind, path: path, reason: "cannot be written: \(RecordingError.cause(error))")
    }
    connection = try reportingInputOutput { try Connection.openWithLog(file.path) }
  }

  private func reportingInputOutput<Result>(_ body: () throws -> Result) throws(RecordingError) -> Result {
    do {
      return try body()
    } catch let error as RecordingError {
      throw error
    } catch {
      throw RecordingError(.inputOutput, path: path, reason: "cannot be written: \(RecordingError.cause(error))")
    }
  }
}
