// SPDX-License-Identifier: Apache-2.0

/// A choice of columns that V rows share, and in each of these rows a G:H rule on the chosen columns.
///
///     let pattern = try VNMPattern("64:2:8")   // or, the same: M64*C1(4:8)->C0(2:4)
///     pattern.columns                          // 4:8
///     pattern.values                           // 2:4
///     pattern.density                          // 1/4
///
/// A matrix [M, K] is cut into blocks of V rows and as many columns as `columns` has in a group. In each block at most
/// `columns.g` columns hold non-zeros, whichever of the V rows they are in; in each row at most `values.g` of these do.
/// So a row on its own has the pattern `rowPattern`, N:M. The rows and columns that the last blocks lack count as zeros.
///
/// It is no `Pattern`: C1 is a choice among single columns, not among blocks, and one choice holds for V rows. `M64*`
/// says that: the rank behind it is shared by 64 coordinates of M. C0 groups what C1 chose. Source: Castro et al.,
/// VENOM: A Vectorized N:M Format for Unleashing the Power of Sparse Tensor Cores (SC 2023), which writes V:N:M and
/// always chooses four columns, since the hardware's own rule is 2:4.
public struct VNMPattern: Hashable, Sendable {
  /// V, rows that share a choice of columns.
  public let rows: Int
  /// How many columns of a group are chosen; 4:M in VENOM.
  public let columns: GH
  /// How many of the chosen columns a row uses; its H is the G of `columns`. N:4 in VENOM.
  public let values: GH

  /// The columns that VENOM chooses in a group.
  public static let usualColumns = 4
  /// The largest V: more rows than a matrix may have would be of no use.
  public static let largestRows = 1 << 24

  /// Nil unless `1 <= rows <= largestRows` and `values.h == columns.g`.
  public init?(rows: Int, columns: GH, values: GH) {
    guard (1...Self.largestRows).contains(rows), values.h == columns.g else { return nil }
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// The largest share of non-zeros: N/M.
  public var density: Ratio { Ratio(values.g, columns.h) }

  /// What each row has on its own, N:M on rank 0. Hardware that knows no shared choice can run this.
  public var rowPattern: Pattern { Pattern(structured: [GH(values.g, columns.h)]) }

  /// Whether a text is meant as this kind of pattern: it has a `*`, or is V:N:M.
  public static func isNotation(_ text: String) -> Bool {
    text.contains("*") || (!text.contains("-") && text.count { $0 == ":" } == 2)
  }
}

extension VNMPattern {
  /// Reads `M64*C1(4:8)->C0(2:4)`, or `64:2:8` for short, which chooses four columns.
  ///
  /// - Throws: `PatternError` with the position, the offending text and what is allowed there.
  public init(_ text: String) throws(PatternError) {
    var scanner = try PatternScanner(text)
    if case .digits = scanner.token {
      try self.init(shortForm: &scanner)
    } else {
      try self.init(longForm: &scanner)
    }
    guard scanner.token == .end else { throw scanner.error(allowed: "nothing behind the pattern") }
  }

  private init(shortForm scanner: inout PatternScanner) throws(PatternError) {
    let rows = try scanner.number(in: 1...Self.largestRows, as: "V")
    try scanner.expect(.symbol(":"), as: "':' and N")
    let n = try scanner.number(in: 1...Self.usualColumns, as: "N")
    try scanner.expect(.symbol(":"), as: "':' and M")
    let m = try scanner.number(in: Self.usualColumns...GH.maximumH, as: "M")
    (self.rows, columns, values) = (rows, GH(Self.usualColumns, m), GH(n, Self.usualColumns))
  }

  private init(longForm scanner: inout PatternScanner) throws(PatternError) {
    let allowed = "M and the number of rows that share a choice, such as M64*C1(4:8)->C0(2:4), or V:N:M"
    guard case .word(let word) = scanner.token, word.first == "M", let rows = Int(word.dropFirst()),
      (1...Self.largestRows).contains(rows)
    else { throw scanner.error(allowed: allowed) }
    try scanner.advance()
    try scanner.expect(.symbol("*"), as: "'*' and C1")
    try scanner.expect(.word("C1"), as: "C1")
    try scanner.expect(.symbol("("), as: "'('")
    let columns = try GH(in: &scanner)
    try scanner.expect(.symbol(")"), as: "')'")
    try scanner.expect(.arrow, as: "'->' and C0")
    try scanner.expect(.word("C0"), as: "C0")
    try scanner.expect(.symbol("("), as: "'('")
    let start = scanner.position
    let values = try GH(in: &scanner)
    guard values.h == columns.g else {
      throw scanner.error(
        at: start, length: "\(values)".count, allowed: "G:\(columns.g), for C0 groups the \(columns.g) chosen columns")
    }
    try scanner.expect(.symbol(")"), as: "')'")
    (self.rows, self.columns, self.values) = (rows, columns, values)
  }
}

extension VNMPattern: CustomStringConvertible {
  /// The canonical notation, which reads back as an equal pattern.
  public var description: String { "M\(rows)*C1(\(columns))->C0(\(values))" }
}
