// SPDX-License-Identifier: Apache-2.0

import GRDB
import GRDBSQLite

/// Inserts very many rows of integers, a batch a statement, bound without a value being boxed on the way.
struct IntegerInsertion {
  private static let batchRows = 128

  private let database: Database
  private let batch: Statement
  private let single: Statement
  private let columns: Int
  /// Values of the rows that wait for a full batch, row by row.
  private var pending: [Int64?] = []

  init(into relation: Relation, in database: Database) throws {
    self.database = database
    columns = relation.columns.count
    batch = try database.cachedStatement(sql: relation.insertion(rows: Self.batchRows))
    single = try database.cachedStatement(sql: relation.insertion(rows: 1))
    pending.reserveCapacity(Self.batchRows * columns)
  }

  /// Adds the next value; rows follow each other without gap, in the order of the schema's columns.
  mutating func append(_ value: Int64?) { pending.append(value) }

  /// Ends a row.
  mutating func endRow() throws {
    precondition(pending.count % columns == 0, "A row has another number of values than its table has columns.")
    guard pending.count == Self.batchRows * columns else { return }
    try insert(pending[...], by: batch)
    pending.removeAll(keepingCapacity: true)
  }

  /// Inserts the rows of the last, incomplete batch.
  mutating func flush() throws {
    for start in stride(from: 0, to: pending.count, by: columns) {
      try insert(pending[start..<start + columns], by: single)
    }
    pending.removeAll(keepingCapacity: true)
  }

  private func insert(_ values: ArraySlice<Int64?>, by statement: Statement) throws {
    let prepared = statement.sqliteStatement
    var place: Int32 = 1
    for value in values {
      let code = value.map { sqlite3_bind_int64(prepared, place, $0) } ?? sqlite3_bind_null(prepared, place)
      guard code == SQLITE_OK else { throw failure(code) }
      place += 1
    }
    let code = sqlite3_step(prepared)
    sqlite3_reset(prepared)
    guard code == SQLITE_DONE else { throw failure(code) }
  }

  private func failure(_ code: Int32) -> DatabaseError {
    DatabaseError(resultCode: ResultCode(rawValue: code), message: database.lastErrorMessage)
  }
}
