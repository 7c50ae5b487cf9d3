// SPDX-License-Identifier: Apache-2.0

import GRDB

/// How the file is opened and closed.
enum Connection {
  /// Opens a database for writing.
  ///
  /// A new one is made with SQLite's default journal, in one file that can be moved. An existing one gets a write-ahead log with
  /// `synchronous = NORMAL`: a transaction is safe against the end of the process, and costs no wait for the disk.
  static func open(_ path: String, creating: Bool) throws -> DatabaseQueue {
    var configuration = Configuration()
    // The writer makes its keys itself; the check would look up a layer for every span.
    configuration.foreignKeysEnabled = false
    configuration.busyMode = .timeout(10)
    configuration.prepareDatabase { database in
      if creating { return }
      try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
    }
    return try DatabaseQueue(path: path, configuration: configuration)
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
