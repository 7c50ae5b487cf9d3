// SPDX-License-Identifier: Apache-2.0
import Accelerators
import Foundation

/// The questions that are ready-made: one file of `configs/queries` each, which the plain `sqlite3` shell runs as well.
struct QueryCatalogue {
  /// A question in SQL.
  struct Query {
    let name: String
    let sql: String

    /// What it asks: the file's first comment.
    var summary: String {
      let first = sql.split(separator: "\n").first ?? ""
      return first.hasPrefix("--") ? first.dropFirst(2).trimmingCharacters(in: .whitespaces) : ""
    }
  }

  private static let ending = ".sql"
  private let folder: String

  init() throws { folder = (try ConfigurationFolder().path as NSString).appendingPathComponent("queries") }

  /// The names of all queries, sorted.
  var names: [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasSuffix(Self.ending) && !$0.hasPrefix(".") }
      .map { String($0.dropLast(Self.ending.count)) }.sorted()
  }

  /// All queries, by name.
  func all() throws -> [Query] { try names.map { try query($0) } }

  /// The query called `nameOrPath`; what ends in `.sql` is a file of one's own.
  func query(_ nameOrPath: String) throws -> Query {
    if nameOrPath.hasSuffix(Self.ending) { return try Self.read(nameOrPath, as: nameOrPath) }
    guard names.contains(nameOrPath) else {
      let near = NearNames.suggestions(for: nameOrPath, among: names)
      let hint = near.isEmpty ? "" : "; did you mean \(near.map { "'\($0)'" }.joined(separator: " or "))?"
      throw CommandError(
        .usage,
        "query \(nameOrPath): there is no such query; allowed: \(names.joined(separator: ", ")), or a .sql file\(hint)")
    }
    return try Self.read((folder as NSString).appendingPathComponent(nameOrPath + Self.ending), as: nameOrPath)
  }

  private static func read(_ path: String, as name: String) throws -> Query {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CommandError(.missing, "\(path): cannot be read; allowed: a file with one SELECT statement")
    }
    return Query(name: name, sql: String(decoding: data, as: UTF8.self))
  }
}
