// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB

/// How the file is opened and closed.
enum Connection {
  /// Opens a database with the journal that it has; a new one gets SQLite's default, and so is one file that can be moved.
  static func open(_ path: String, readonly: Bool = false) throws -> DatabaseQueue {
    if readonly { rollBackLeftJournal(of: path) }
    var configuration = Configuration()
    configuration.readonly = readonly
    // The writer makes its keys itself; there is nothing to check.
    configuration.foreignKeysEnabled = false
    configuration.busyMode = .timeout(10)
    return try DatabaseQueue(path: path, configuration: configuration)
  }

  /// Undoes a transaction that a kill cut off, which SQLite refuses a reader that may not write.
  ///
  /// Only the change between the two kinds of journal, at the beginning and at the end of a run, leaves such a journal. Where
  /// the file cannot be written, reading it will say so.
  private static func rollBackLeftJournal(of path: String) {
    guard access(path + "-journal", F_OK) == 0 else { return }
    // The first look at the file does it.
    let connection = try? open(path)
    _ = try? connection?.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_schema") }
    try? connection?.close()
  }

  /// Opens a database to write layers to it, with a write-ahead log and `synchronous = NORMAL`: a transaction is safe against the
  /// end of the process, costs no wait for the disk, and does not keep others from reading.
  static func openWithLog(_ path: String) throws -> DatabaseQueue {
    let connection = try open(path)
    try connection.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
    }
    return connection
  }

  /// Moves the write-ahead log into the file and does without one from now on.
  static func leaveSingleFile(_ connection: DatabaseQueue) throws {
    let mode = try connection.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
      return try String.fetchOne(database, sql: "PRAGMA journal_mode = DELETE")
    }
    guard mode == "delete" else {
      throw DatabaseError(resultCode: .SQLITE_BUSY, message: "another process reads the file; its -wal file stays")
    }
  }
}
