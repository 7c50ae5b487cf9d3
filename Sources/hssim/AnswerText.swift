// SPDX-License-Identifier: Apache-2.0
import Foundation
import Recording

/// A query's answer as text for people, spreadsheets or programs.
struct AnswerText {
  private let answer: QueryAnswer

  init(_ answer: QueryAnswer) { self.answer = answer }

  /// Columns as wide as their widest cell, numbers to the right.
  var table: String {
    let alignments = answer.columns.indices.map { column -> TextTable.Alignment in
      answer.rows.contains { row in if case .text = row[column] { true } else { false } } ? .left : .right
    }
    var table = TextTable(zip(answer.columns, alignments).map { (title: $0, alignment: $1) })
    for row in answer.rows { table.append(row.map { Self.plain($0) }) }
    return table.description
  }

  /// RFC 4180, but with plain line feeds: a header, quotes where needed, NULL as nothing.
  var csv: String {
    let lines = [answer.columns.map(Self.quoted)] + answer.rows.map { $0.map { Self.quoted(Self.plain($0)) } }
    return lines.map { $0.joined(separator: ",") + "\n" }.joined()
  }

  /// A list of objects, a row each, with the columns in their order.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    func text(_ value: some Encodable) throws -> String { String(decoding: try encoder.encode(value), as: UTF8.self) }
    let rows = try answer.rows.map { row in
      let fields = try zip(answer.columns, row).map { column, value in
        let shown =
          switch value {
          case .null: "null"
          case .text(let value): try text(value)
          case .integer, .real: Self.plain(value)
          }
        return "\(try text(column)):\(shown)"
      }
      return "  {\(fields.joined(separator: ","))}"
    }
    return rows.isEmpty ? "[]\n" : "[\n\(rows.joined(separator: ",\n"))\n]\n"
  }

  /// A number with all its digits, a text as it is, nothing for NULL.
  private static func plain(_ value: QueryAnswer.Value) -> String {
    switch value {
    case .null: ""
    case .integer(let value): "\(value)"
    case .real(let value): "\(value)"
    case .text(let value): value
    }
  }

  private static func quoted(_ cell: String) -> String {
    guard cell.contains(where: { ",\"\n\r".contains($0) }) else { return cell }
    return "\"\(cell.replacingOccurrences(of: "\"", with: "\"\""))\""
  }
}
