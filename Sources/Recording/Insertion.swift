// SPDX-License-Identifier: Apache-2.0

import GRDB

/// A prepared statement that inserts rows into one table, some at a time.
struct Insertion {
  private let statement: Statement
  private let values: Int

  /// Prepares the insertion of `rows` rows at a time.
  init(into relation: Relation, rows: Int = 1, in database: Database) throws {
    let row = "(" + Array(repeating: "?", count: relation.columns.count).joined(separator: ",") + ")"
    values = rows * relation.columns.count
    statement = try database.cachedStatement(
      sql: "INSERT INTO \(relation.name) VALUES \(Array(repeating: row, count: rows).joined(separator: ","))")
  }

  /// Inserts the values of all columns of all rows, in the order of the schema.
  func insert(_ row: [(any DatabaseValueConvertible)?]) throws {
    precondition(row.count == values, "A row has another number of values than its table has columns.")
    statement.setUncheckedArguments(StatementArguments(row))
    try statement.execute()
  }
}
