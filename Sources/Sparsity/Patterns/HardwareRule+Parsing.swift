// SPDX-License-Identifier: Apache-2.0

extension HardwareRule {
  /// Reads a rule such as `C1(4:{4<=H<=8})->C0(2:{2<=H<=4})`, ranks from the highest to rank 0.
  ///
  /// G and H are each a number (`2`), a range (`{2<=H<=4}`, `{1<=G<=4}`) or a list (`{2,4}`). Behind the ranks may stand
  /// the longest period that the hardware holds: `, period<=64`. White space is ignored; `→` and `≤` are accepted.
  ///
  /// - Throws: `PatternError` with the position, the offending text and what is allowed there.
  public init(_ text: String) throws(PatternError) {
    var scanner = try PatternScanner(text)
    var ranks: [Rank] = []
    var places: [(position: Int, length: Int)] = []
    while true {
      guard case .word(let name) = scanner.token else { throw scanner.error(allowed: "a rank name such as C0") }
      places.append((scanner.position, name.count))
      try scanner.advance()
      try scanner.expect(.symbol("("), as: "'(' and the ratios, such as '(2:{2<=H<=4})'")
      let g = try Self.values(of: "G", in: &scanner)
      try scanner.expect(.symbol(":"), as: "':' and the values of H")
      let h = try Self.values(of: "H", in: &scanner)
      try scanner.expect(.symbol(")"), as: "')'")
      ranks.append(Rank(name, g: g, h: h))
      guard scanner.token != .end && scanner.token != .symbol(",") else { break }
      try scanner.expect(.arrow, as: "'->' and the next rank, ', period<=' and a number, or the end")
    }
    let longestPeriod = try Self.longestPeriod(in: &scanner)
    do {
      try self.init(ranks: ranks, longestPeriod: longestPeriod)
    } catch {
      // The position is that of a rank in canonical notation; find the same rank in the text as written.
      let canonical = ranks.map { $0.description.count + 2 }
      var (rank, start) = (0, 0)
      while rank < ranks.count - 1, start < error.position {
        start += canonical[rank]
        rank += 1
      }
      throw scanner.error(at: places[rank].position, length: places[rank].length, allowed: error.allowed)
    }
  }

  /// What stands behind the ranks: nothing, or `, period<=64`.
  private static func longestPeriod(in scanner: inout PatternScanner) throws(PatternError) -> Int? {
    guard scanner.token != .end else { return nil }
    try scanner.advance()
    try scanner.expect(.word("period"), as: "'period<=' and a number")
    try scanner.expect(.atMost, as: "'<='")
    let period = try scanner.number(in: 1...Pattern.maximumPeriod, as: "the longest period")
    guard scanner.token == .end else { throw scanner.error(allowed: "the end") }
    return period
  }

  /// A number, `{low<=symbol<=high}` or `{number,...}`.
  private static func values(of symbol: String, in scanner: inout PatternScanner) throws(PatternError) -> [Int] {
    let limits = 1...GH.maximumH
    guard scanner.token == .symbol("{") else { return [try scanner.number(in: limits, as: symbol)] }
    try scanner.advance()
    let low = try scanner.number(in: limits, as: "\(symbol) or its lower bound")
    var values = [low]
    if scanner.token == .atMost {
      try scanner.advance()
      try scanner.expect(.word(symbol), as: "'\(symbol)'")
      try scanner.expect(.atMost, as: "'<='")
      values = Array(low...(try scanner.number(in: low...GH.maximumH, as: "the upper bound of \(symbol)")))
    } else {
      while scanner.token == .symbol(",") {
        try scanner.advance()
        values.append(try scanner.number(in: limits, as: symbol))
      }
    }
    try scanner.expect(.symbol("}"), as: "'}', '<=' or ','")
    return values
  }
}

extension HardwareRule.Rank: CustomStringConvertible {
  /// `C0(2:{2<=H<=4})`.
  public var description: String {
    "\(name)(\(Self.describe(g, symbol: "G")):\(Self.describe(h, symbol: "H")))"
  }

  private static func describe(_ values: [Int], symbol: String) -> String {
    guard let low = values.first, let high = values.last else { return "{}" }
    if values.count == 1 { return "\(low)" }
    if high - low == values.count - 1 { return "{\(low)<=\(symbol)<=\(high)}" }
    return "{\(values.map(String.init).joined(separator: ","))}"
  }
}

extension HardwareRule: CustomStringConvertible {
  /// The canonical notation, which reads back as an equal rule.
  public var description: String {
    ranks.map(\.description).joined(separator: "->") + (longestPeriod.map { ", period<=\($0)" } ?? "")
  }
}
