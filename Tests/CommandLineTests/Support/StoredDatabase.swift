// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB

/// A database that the program made, read without the code that wrote it.
struct StoredDatabase {
  let path: String

  init(_ path: String) { self.path = path }

  func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    defer { try? queue.close() }
    return try queue.read(body)
  }

  /// The rows of a table or view, each as text, sorted.
  func rows(_ relation: String) throws -> [String] {
    try read { try Row.fetchAll($0, sql: "SELECT * FROM \"\(relation)\"").map(\.description).sorted() }
  }

  func count(_ relation: String) throws -> Int {
    try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \"\(relation)\"") ?? 0 }
  }

  /// The cells of a query's answer, each as text.
  func texts(_ sql: String) throws -> [[String]] {
    try read { database in
      try Row.fetchAll(database, sql: sql).map { row in
        row.databaseValues.map { String.fromDatabaseValue($0) ?? "\($0)" }
      }
    }
  }

  /// Changes the database, as nobody should.
  func execute(_ sql: String) throws {
    let queue = try DatabaseQueue(path: path)
    try queue.write { try $0.execute(sql: sql) }
    try queue.close()
  }

  /// The status of its only run.
  func status() throws -> String? { try read { try String.fetchOne($0, sql: "SELECT status FROM run") } }

  /// Names of tables and views.
  func relations() throws -> [String] {
    try read {
      try String.fetchAll($0, sql: "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name")
    }
  }

  /// Tables whose rows are not the same in both files, and `sqlite_schema` if tables, indexes or views are not. No table
  /// holds a time of day or a duration, so none is left out; views follow from tables.
  func differences(from other: StoredDatabase) throws -> [String] {
    var configuration = Configuration()
    configuration.readonly = true
    return try DatabaseQueue(path: path, configuration: configuration).inDatabase { database in
      try database.execute(sql: "ATTACH ? AS other", arguments: [other.path])
      let schema = "SELECT type, name, tbl_name, sql FROM"
      var differences: [String] = []
      if try !isSame("\(schema) main.sqlite_schema", "\(schema) other.sqlite_schema", in: database) {
        differences.append("sqlite_schema")
      }
      let tables = try String.fetchAll(database, sql: "SELECT name FROM main.sqlite_schema WHERE type = 'table'")
      for table in tables {
        let (own, others) = ("SELECT * FROM main.\"\(table)\"", "SELECT * FROM other.\"\(table)\"")
        if try !isSame(own, others, in: database) { differences.append(table) }
      }
      return differences
    }
  }

  private func isSame(_ first: String, _ second: String, in database: Database) throws -> Bool {
    let counts = try [first, second].map { try Int.fetchOne(database, sql: "SELECT count(*) FROM (\($0))") ?? 0 }
    let surplus = try Int.fetchOne(database, sql: "SELECT count(*) FROM (\(first) EXCEPT \(second))") ?? 0
    return counts[0] == counts[1] && surplus == 0
  }
}
