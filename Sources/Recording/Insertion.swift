// SPDX-License-Identifier: Apache-2.0

import GRDB

/// A prepared statement that inserts rows into one table, some at a time.
struct Insertion {
  private let statement: Statement
  private let values: Int

  /// Prepares the insertion of `rows` rows at a time.
  init(into relation: Relation, rows: Int = 1, in database: Database) throws {
    values = rows * relation.columns.count
    statement = try database.cachedStatement(sql: relation.insertion(rows: rows))
  }

  /// Inserts the values of all columns of all rows, in the order of the schema.
  func insert(_ row: [(any DatabaseValueConvertible)?]) throws {
    precondition(row.count == values, "A row has another number of values than its table has columns.")
    statement.setUncheckedArguments(StatementArguments(row))
    try statement.execute()
  }
}

extension Relation {
  /// The statement that inserts `rows` rows of all columns, with a parameter for each value.
  func insertion(rows: Int) -> String {
    let row = "(" + Array(repeating: "?", count: columns.count).joined(separator: ",") + ")"
    return "INSERT INTO \(name) VALUES \(Array(repeating: row, count: rows).joined(separator: ","))"
  }
}
