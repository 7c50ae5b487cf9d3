// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Rows of text in columns as wide as their widest cell.
struct TextTable: CustomStringConvertible {
  enum Alignment {
    case left, right
  }

  private let alignments: [Alignment]
  private var rows: [[String]]

  init(_ columns: [(title: String, alignment: Alignment)]) {
    alignments = columns.map(\.alignment)
    rows = [columns.map(\.title)]
  }

  /// - Precondition: there is a cell for each column.
  mutating func append(_ cells: [String]) {
    precondition(cells.count == alignments.count, "a row has a cell for every column")
    rows.append(cells)
  }

  /// A line per row, each with its line break.
  var description: String {
    let widths = alignments.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return alignments[column] == .left ? row[column] + padding : padding + row[column]
      }
      var line = cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}

/// A number with a fixed number of places, the same in every locale.
func decimal(_ value: Double, places: Int) -> String {
  String(format: "%.\(places)f", value)
}

/// A number with three places behind the first digit and a power of ten, the same in every locale.
func scientific(_ value: Double) -> String {
  String(format: "%.3e", value)
}

/// `text` as one word of a shell command.
func shellWord(_ text: String) -> String {
  let isPlain = text.unicodeScalars.allSatisfy { scalar in
    scalar.isASCII
      && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        || "_-./=,:+@%".unicodeScalars.contains(scalar))
  }
  return isPlain && !text.isEmpty
    ? text : "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}
