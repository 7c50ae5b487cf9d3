// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB

/// The answer of a query on a run's database.
public struct QueryAnswer: Equatable, Sendable {
  /// A value as SQLite has it.
  public enum Value: Equatable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
  }

  public let columns: [String]
  public let rows: [[Value]]

  public init(columns: [String], rows: [[Value]]) {
    self.columns = columns
    self.rows = rows
  }

  /// Runs one SELECT statement on the database at `path`, which is only read.
  ///
  /// - Parameters:
  ///   - sql: the statement; comments may come before it.
  ///   - name: what messages call the statement.
  ///   - parameters: values of `:name` parameters; those not given are NULL, as in the `sqlite3` shell.
  /// - Throws: `QueryError` naming the file or the statement.
  public init(
    of sql: String, named name: String, on path: String, parameters: [String: Value] = [:]
  ) throws(QueryError) {
    do {
      switch try RunFile(path).content() {
      case .ours: break
      case .absent: throw QueryError(.missing, "\(path): there is no such file")
      case .foreign(let what): throw QueryError(.notADatabase, "\(path): \(what)")
      }
      let connection = try Connection.open(RunFile(path).path, readonly: true)
      defer { try? connection.close() }
      self = try connection.read { try QueryAnswer(of: sql, in: $0, parameters: parameters) }
    } catch let error as QueryError {
      throw error
    } catch let error as RecordingError {
      throw QueryError(.missing, "\(path): \(error.reason)")
    } catch let error as DatabaseError where error.resultCode == .SQLITE_ERROR {
      throw QueryError(.statement, "\(name): \(RecordingError.cause(error))")
    } catch {
      throw QueryError(.unreadable, "\(path): cannot be read: \(RecordingError.cause(error))")
    }
  }

  private init(of sql: String, in database: Database, parameters: [String: Value]) throws {
    let statement = try database.makeStatement(sql: sql)
    guard statement.isReadonly else {
      throw DatabaseError(resultCode: .SQLITE_ERROR, message: "this statement changes the database; allowed: SELECT")
    }
    let known = Dictionary(
      uniqueKeysWithValues: Self.parameterNames(in: sql).map { ($0, parameters[$0]?.databaseValue ?? .null) })
    statement.setUncheckedArguments(StatementArguments(known))
    columns = statement.columnNames
    let width = columns.count
    rows = try Row.fetchAll(statement).map { row in (0..<width).map { Value(row[$0] as DatabaseValue) } }
  }

  /// The `:name` parameters of a statement, without those in comments and quoted texts.
  private static func parameterNames(in sql: String) -> Set<String> {
    var names: Set<String> = []
    let plain = sql.replacing(/--[^\n]*|'[^']*'|"[^"]*"/, with: " ")
    for match in plain.matches(of: /:([A-Za-z_][A-Za-z0-9_]*)/) { names.insert(String(match.1)) }
    return names
  }
}

extension QueryAnswer.Value {
  fileprivate init(_ value: DatabaseValue) {
    switch value.storage {
    case .null: self = .null
    case .int64(let value): self = .integer(value)
    case .double(let value): self = .real(value)
    case .string(let value): self = .text(value)
    case .blob(let value): self = .text(value.map { String($0, radix: 16) }.joined())
    }
  }

  fileprivate var databaseValue: DatabaseValue {
    switch self {
    case .null: .null
    case .integer(let value): value.databaseValue
    case .real(let value): value.databaseValue
    case .text(let value): value.databaseValue
    }
  }
}

/// Why a database did not answer.
public struct QueryError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Kind: Int32, Sendable {
    /// The file is of another kind.
    case notADatabase = 65
    case missing = 66
    /// The statement is wrong.
    case statement = 64
    case unreadable = 74
  }

  public let kind: Kind
  public let description: String

  init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  /// The exit code of a command that ends with this error.
  public var exitCode: Int32 { kind.rawValue }
}
