// SPDX-License-Identifier: Apache-2.0

import GRDB
import Statistics

/// The whole database: every table and view, in the order in which the reference lists them.
///
/// What a user selects from are tables and views with text names; what is stored are compact tables (`stored_…`) keyed
/// by integers. Those are kept in the order of their keys, so that no index has to be built, neither while a run
/// is written nor at its end, and a run that was killed answers as fast as a finished one.
enum Schema {
  /// Stored in the file as `user_version`; a file of another version is not ours to continue.
  static let version: Int32 = 3

  /// Stored in the file as `application_id`: the letters "hssi".
  static let applicationID: Int32 = 0x6873_7369

  static let relations: [Relation] =
    RunSchema.relations + LayerSchema.relations + SampleSchema.relations + TotalSchema.relations
    + LedgerSchema.relations
    + CostSchema.relations + ActivitySchema.relations + LinkSchema.relations + DRAMSchema.relations
    + ReplaySchema.relations
    + MessageSchema.relations

  /// Relations that a user selects from.
  static var userRelations: [Relation] { relations.filter { $0.audience == .user } }

  /// Tables that hold rows of a layer, and therefore have a column `layer_id`.
  static var layerTables: [Relation] {
    relations.filter { relation in !relation.isView && relation.columns.contains { $0.name == "layer_id" } }
  }

  /// Creates every table and view and fills those that are the same in every file.
  static func create(in database: Database) throws {
    try database.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version)")
    for relation in relations where !relation.isView { try database.execute(sql: relation.creation) }
    for relation in relations where relation.isView { try database.execute(sql: relation.creation) }
    try fillMetrics(in: database)
    try fillLegends(in: database)
  }

  private static func fillMetrics(in database: Database) throws {
    let metrics = try Insertion(into: RunSchema.metric, in: database)
    for relation in userRelations {
      for column in relation.columns {
        try metrics.insert(["\(relation.name).\(column.name)", column.unit, column.definition, column.formula])
      }
    }
  }

  private static func fillLegends(in database: Database) throws {
    let causes = try Insertion(into: LedgerSchema.cause, in: database)
    for (position, cause) in Cause.allCases.enumerated() {
      try causes.insert([cause.rawValue, position, cause.isSparsityTax ? "tax" : "base"])
    }
    let activities = try Insertion(into: ActivitySchema.activity, in: database)
    for activity in ActivityKind.allCases {
      try activities.insert([Int64(activity.rawValue), activity.name])
    }
    try database.execute(
      sql: """
        WITH RECURSIVE counter(value) AS (
          SELECT 0 UNION ALL SELECT value + 1 FROM counter WHERE value < \(ActivitySchema.longestSpan - 1)
        )
        INSERT INTO stored_offset SELECT value FROM counter
        """)
  }
}
