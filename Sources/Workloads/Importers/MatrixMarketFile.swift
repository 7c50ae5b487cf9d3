// SPDX-License-Identifier: Apache-2.0

/// A matrix in the Matrix Market exchange format (`.mtx`), made dense.
///
/// Read are `matrix coordinate` and `matrix array` of `real`, `integer` and (coordinate only) `pattern` fields, general,
/// symmetric or skew-symmetric. Complex values and Hermitian matrices are refused. An entry may be given once only: the
/// format does not say what a second one would mean. Source: R. F. Boisvert, R. Pozo, K. A. Remington, The Matrix Market
/// Exchange Formats: Initial Design, NISTIR 5935 (1996).
public enum MatrixMarketFile {
  private enum Symmetry: String, CaseIterable {
    case general
    case symmetric
    case skew = "skew-symmetric"
  }

  /// Beyond this a text is no matrix that a layer could hold.
  static let largestFile = 1 << 30
  /// Dense elements: a sparse matrix of a few bytes can claim any number of zeros, which take memory.
  static let mostElements = 1 << 26

  /// The matrix of a file, [rows, columns].
  ///
  /// - Throws: `WorkloadError`: `missing` if the file cannot be opened, `content` with the line if it is malformed, has
  ///   too many elements, or is of a kind that is not read.
  public static func read(path: String) throws(WorkloadError) -> TensorValues {
    let input = try InputBytes(file: path)
    guard input.count <= largestFile else {
      throw input.malformed("has \(input.count) bytes", allowed: "at most \(largestFile)")
    }
    return try read(try input.read(0..<input.count), path: path)
  }

  static func read(_ bytes: [UInt8], path: String) throws(WorkloadError) -> TensorValues {
    var words = MatrixMarketWords(bytes, path: path)
    let banner = words.takeLine().map { $0.lowercased() }
    guard banner.count == 5, banner[0] == "%%matrixmarket", banner[1] == "matrix" else {
      throw words.error(
        "the first line is no banner of a matrix", allowed: "%%MatrixMarket matrix <format> <field> <symmetry>")
    }
    let isCoordinate = banner[2] == "coordinate"
    guard isCoordinate || banner[2] == "array" else {
      throw words.error("the format \(quoted(banner[2]))", allowed: "coordinate, array")
    }
    let fields = isCoordinate ? ["real", "double", "integer", "pattern"] : ["real", "double", "integer"]
    guard fields.contains(banner[3]) else {
      throw words.error("the field \(quoted(banner[3]))", allowed: fields.joined(separator: ", "))
    }
    let symmetries = Symmetry.allCases.filter { $0 != .skew || banner[3] != "pattern" }
    guard let symmetry = symmetries.first(where: { $0.rawValue == banner[4] }) else {
      throw words.error(
        "the symmetry \(quoted(banner[4]))", allowed: symmetries.map(\.rawValue).joined(separator: ", "))
    }
    let size = try words.takeSizeLine(isCoordinate ? 3 : 2)
    let (rows, columns) = (size[0], size[1])
    let extents = 1...GEMMShape.largestExtent
    guard extents.contains(rows), extents.contains(columns), rows * columns <= mostElements else {
      throw words.error(
        "a matrix of \(rows) x \(columns)",
        allowed: "1 to \(GEMMShape.largestExtent) rows and columns, \(mostElements) elements with the zeros")
    }
    // An entry takes at least two bytes of text.
    let dense = symmetry == .general ? rows * columns : rows * (rows - 1) / 2
    guard (isCoordinate ? size[2] : dense) <= bytes.count / 2 else {
      throw words.error("the file is too short for the entries that it claims", allowed: "a file that is whole")
    }
    guard symmetry == .general || rows == columns else {
      throw words.error("a \(symmetry.rawValue) matrix of \(rows) x \(columns)", allowed: "a square one")
    }
    var matrix = Matrix(
      rows: rows, columns: columns, symmetry: symmetry, isInteger: !["real", "double"].contains(banner[3]))
    if isCoordinate {
      try matrix.readEntries(size[2], hasValues: banner[3] != "pattern", from: &words)
    } else {
      try matrix.readColumns(from: &words)
    }
    guard words.isAtEnd else { throw words.error("there is more after the last entry", allowed: "nothing") }
    return matrix.values(field: banner[3])
  }

  private struct Matrix {
    let rows: Int
    let columns: Int
    let symmetry: Symmetry
    let isInteger: Bool
    var integers: [Int64]
    var reals: [Double]

    init(rows: Int, columns: Int, symmetry: Symmetry, isInteger: Bool) {
      self.rows = rows
      self.columns = columns
      self.symmetry = symmetry
      self.isInteger = isInteger
      integers = isInteger ? Array(repeating: 0, count: rows * columns) : []
      reals = isInteger ? [] : Array(repeating: 0, count: rows * columns)
    }

    mutating func readEntries(
      _ count: Int, hasValues: Bool, from words: inout MatrixMarketWords
    ) throws(WorkloadError) {
      var isGiven = [Bool](repeating: false, count: rows * columns)
      for _ in 0..<count {
        let row = try words.takeIndex(upTo: rows) - 1
        let column = try words.takeIndex(upTo: columns) - 1
        guard symmetry == .general || row > column || (row == column && symmetry == .symmetric) else {
          throw words.error(
            "entry (\(row + 1), \(column + 1)) of a \(symmetry.rawValue) matrix",
            allowed: symmetry == .skew ? "entries below the diagonal" : "entries on and below the diagonal")
        }
        guard !isGiven[row * columns + column] else {
          throw words.error("entry (\(row + 1), \(column + 1)) is given twice", allowed: "each entry once")
        }
        isGiven[row * columns + column] = true
        try take(row, column, hasValues: hasValues, from: &words)
      }
    }

    mutating func readColumns(from words: inout MatrixMarketWords) throws(WorkloadError) {
      for column in 0..<columns {
        let first = symmetry == .general ? 0 : symmetry == .symmetric ? column : column + 1
        for row in first..<max(first, rows) { try take(row, column, hasValues: true, from: &words) }
      }
    }

    /// Takes the value of an entry, and gives it to the entry across the diagonal.
    private mutating func take(
      _ row: Int, _ column: Int, hasValues: Bool, from words: inout MatrixMarketWords
    ) throws(WorkloadError) {
      let mirrored = symmetry == .general ? nil : column * columns + row
      let position = row * columns + column
      if isInteger {
        let value = hasValues ? try words.takeInteger() : 1
        integers[position] = value
        if let mirrored, mirrored != position { integers[mirrored] = symmetry == .skew ? -value : value }
      } else {
        let value = try words.takeReal()
        reals[position] = value
        if let mirrored, mirrored != position { reals[mirrored] = symmetry == .skew ? -value : value }
      }
    }

    func values(field: String) -> TensorValues {
      TensorValues(shape: [rows, columns], elements: isInteger ? .integers(integers) : .reals(reals), type: field)
    }
  }
}
