// SPDX-License-Identifier: Apache-2.0

import GRDB

/// Inserts many rows, a batch a statement: for tables with a row per event.
struct BulkInsertion {
  private static let batchRows = 32

  private let batch: Insertion
  private let single: Insertion
  private let columns: Int
  private var pending: [(any DatabaseValueConvertible)?] = []

  init(into relation: Relation, in database: Database) throws {
    batch = try Insertion(into: relation, rows: Self.batchRows, in: database)
    single = try Insertion(into: relation, in: database)
    columns = relation.columns.count
    pending.reserveCapacity(Self.batchRows * columns)
  }

  mutating func append(_ row: [Int64?]) throws {
    for value in row { pending.append(value) }
    try insertFullBatch()
  }

  /// Inserts a row of any values.
  mutating func append(values row: [(any DatabaseValueConvertible)?]) throws {
    pending += row
    try insertFullBatch()
  }

  private mutating func insertFullBatch() throws {
    if pending.count == Self.batchRows * columns {
      try batch.insert(pending)
      pending.removeAll(keepingCapacity: true)
    }
  }

  /// Inserts the rows of the last, incomplete batch.
  mutating func flush() throws {
    for start in stride(from: 0, to: pending.count, by: columns) {
      try single.insert(Array(pending[start..<start + columns]))
    }
    pending.removeAll(keepingCapacity: true)
  }
}
