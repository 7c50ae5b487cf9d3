// SPDX-License-Identifier: Apache-2.0

/// A table as people keep it in `.csv` files: a header, then rows of cells, padded with spaces, with commas to spare.
///
/// Rows without any text are left out. There are no quotes: what this is for has no commas in its cells.
struct CommaSeparatedText {
  /// A row and the line that it stands in, counted from 1.
  struct Row {
    let line: Int
    /// Without the spaces around them; shorter than the header where the line is.
    let cells: [String]

    /// The cell of a column; empty where the line ends before it.
    func cell(_ column: Int) -> String { column < cells.count ? cells[column] : "" }
  }

  let path: String
  /// The columns' names as they are written; some may be empty.
  let header: Row
  let rows: [Row]

  /// Tens of thousands of layers.
  static let largestFile = 4 << 20

  /// - Throws: `WorkloadError`: `missing` if the file cannot be opened, `content` if it is no UTF-8 or has no row.
  init(path: String) throws(WorkloadError) {
    let input = try InputBytes(file: path)
    guard input.count <= Self.largestFile else {
      throw input.malformed("has \(input.count) bytes", allowed: "at most \(Self.largestFile)")
    }
    guard let text = String(validating: try input.read(0..<input.count), as: UTF8.self) else {
      throw input.malformed("is not UTF-8 text")
    }
    try self.init(text, path: path)
  }

  init(_ text: String, path: String) throws(WorkloadError) {
    var bytes = Array(text.utf8)[...]
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    let lines = bytes.split(omittingEmptySubsequences: false) { $0 == UInt8(ascii: "\n") }
    var rows: [Row] = []
    for (index, line) in lines.enumerated() {
      let cells = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map(Self.trimmed)
      if cells.contains(where: { !$0.isEmpty }) { rows.append(Row(line: index + 1, cells: cells)) }
    }
    guard let header = rows.first else { throw WorkloadError(.content, file: path, "has no row with text") }
    self.path = path
    self.header = header
    self.rows = Array(rows.dropFirst())
  }

  private static func trimmed(_ cell: ArraySlice<UInt8>) -> String {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    let kept = cell.drop(while: isSpace)
    return String(decoding: kept[..<(kept.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? kept.startIndex)], as: UTF8.self)
  }

  /// An error in a cell.
  ///
  /// - Parameter column: nil for the whole row.
  func error(
    _ row: Row, _ column: Int?, _ problem: String, allowed: String? = nil, suggestion: String? = nil
  ) -> WorkloadError {
    let name = column.map { header.cell($0).isEmpty ? "column \($0 + 1)" : header.cell($0) }
    return WorkloadError(
      .content, file: path, line: row.line, field: name, problem, allowed: allowed, suggestion: suggestion)
  }

  /// A cell as a number of plain digits.
  func number(_ row: Row, _ column: Int, in range: ClosedRange<Int>) throws(WorkloadError) -> Int {
    let cell = row.cell(column)
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard cell.utf8.allSatisfy(digits.contains), let value = Int(cell), range.contains(value) else {
      throw error(
        row, column, cell.isEmpty ? "is empty" : quoted(cell),
        allowed: "an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }
}
