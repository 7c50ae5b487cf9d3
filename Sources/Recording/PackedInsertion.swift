// SPDX-License-Identifier: Apache-2.0

import GRDB
import GRDBSQLite

/// Inserts rows whose last column is a text, and whose others are integers, bound without a value being boxed on the way.
struct PackedInsertion {
  private let database: Database
  private let statement: Statement
  private let columns: Int

  init(into relation: Relation, in database: Database) throws {
    self.database = database
    columns = relation.columns.count
    statement = try database.cachedStatement(sql: relation.insertion(rows: 1))
  }

  /// Inserts a row.
  ///
  /// - Parameter text: UTF-8.
  func insert(_ integers: Int64..., text: [UInt8]) throws {
    precondition(integers.count + 1 == columns, "A row has another number of values than its table has columns.")
    let prepared = statement.sqliteStatement
    for (index, value) in integers.enumerated() {
      try check(sqlite3_bind_int64(prepared, Int32(index) + 1, value), SQLITE_OK)
    }
    try text.withUnsafeBytes { raw in
      // Not copied: the text is there until the statement was stepped.
      let start = raw.baseAddress?.assumingMemoryBound(to: CChar.self)
      try check(sqlite3_bind_text(prepared, Int32(columns), start, Int32(raw.count), nil), SQLITE_OK)
      let code = sqlite3_step(prepared)
      sqlite3_reset(prepared)
      try check(code, SQLITE_DONE)
    }
  }

  private func check(_ code: Int32, _ expected: Int32) throws {
    guard code == expected else {
      throw DatabaseError(resultCode: ResultCode(rawValue: code), message: database.lastErrorMessage)
    }
  }
}
