// SPDX-License-Identifier: Apache-2.0

/// One column of a table or view, with everything that there is to say about it.
///
/// The same value makes the column's SQL, its row in the table `metric` and its line in `docs/database.md`, so that the
/// three cannot disagree.
struct Column {
  let name: String
  /// In a table: type and constraints. In a view: the expression that the column shows.
  let sql: String
  /// Unit of the value; `text`, `id`, `0 or 1` and `1` (a ratio) count as units.
  let unit: String
  let definition: String
  /// How the value follows from other columns that a user can select: an SQL expression, valid in a query on the
  /// column's own relation. Nil where the value was measured, not calculated.
  let formula: String?

  init(_ name: String, _ sql: String, unit: String, _ definition: String, formula: String? = nil) {
    self.name = name
    self.sql = sql
    self.unit = unit
    self.definition = definition
    self.formula = formula
  }
}

/// A table or view of the database, described once.
struct Relation {
  enum Kind {
    /// A STRICT table. With a `key` of several columns it is stored in the order of that key, without row ids, and
    /// needs no index besides.
    case table(key: String?, unique: [String] = [])
    /// A view over `from`: everything of its SELECT statement after the columns.
    case view(from: String)
    /// A view whose SELECT statement is a UNION; the columns' `sql` is not used.
    case union([String])
  }

  enum Audience {
    /// Meant to be selected from; explained in `metric`.
    case user
    /// Holds what the views show, in compact form; may change from version to version.
    case storage
  }

  let name: String
  let kind: Kind
  let audience: Audience
  /// What one row is.
  let summary: String
  let columns: [Column]

  init(_ name: String, _ kind: Kind, _ audience: Audience = .user, summary: String, columns: [Column]) {
    self.name = name
    self.kind = kind
    self.audience = audience
    self.summary = summary
    self.columns = columns
  }

  var isView: Bool {
    if case .table = kind { return false }
    return true
  }

  /// The statement that creates the relation.
  var creation: String {
    switch kind {
    case .table(let key, let unique):
      var lines = columns.map { "\($0.name) \($0.sql)" }
      if let key { lines.append("PRIMARY KEY (\(key))") }
      lines += unique.map { "UNIQUE (\($0))" }
      let options = key == nil ? "STRICT" : "STRICT, WITHOUT ROWID"
      return "CREATE TABLE \(name) (\n  \(lines.joined(separator: ",\n  "))\n) \(options)"
    case .view(let from):
      let shown = columns.map { "\($0.sql) AS \($0.name)" }
      return "CREATE VIEW \(name) AS\nSELECT\n  \(shown.joined(separator: ",\n  "))\n\(from)"
    case .union(let arms):
      let names = columns.map(\.name).joined(separator: ", ")
      return "CREATE VIEW \(name) (\(names)) AS\n\(arms.joined(separator: "\nUNION ALL\n"))"
    }
  }
}
