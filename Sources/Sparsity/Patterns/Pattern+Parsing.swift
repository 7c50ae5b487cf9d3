// SPDX-License-Identifier: Apache-2.0

extension Pattern {
  /// Reads a pattern in any of its notations; white space is ignored, and `→` is as good as `->`.
  ///
  /// - Ranks from outer to inner, rules in parentheses: `RS->C1(4:6)->C0(2:4)`, `C->RS(2:4)`, `CRS(unstructured)`. A
  ///   rank without parentheses, or with `(dense)`, has no rule.
  /// - Short form, G:H from the highest rank to rank 0: `3:4->2:4`; the ranks are named after C.
  /// - `dense`.
  ///
  /// - Throws: `PatternError` with the position, the offending text and what is allowed there.
  public init(_ text: String) throws(PatternError) {
    var scanner = try PatternScanner(text)
    switch scanner.token {
    case .word("dense"):
      try scanner.advance()
      guard scanner.token == .end else { throw scanner.error(allowed: "nothing after 'dense'") }
      self = .dense
    case .digits:
      try self.init(shortForm: &scanner)
    case .word:
      try self.init(longForm: &scanner)
    default:
      throw scanner.error(
        allowed: "a pattern such as 'C1(4:6)->C0(2:4)', '3:4->2:4', '2:4', 'C(unstructured)' or 'dense'")
    }
  }

  private init(longForm scanner: inout PatternScanner) throws(PatternError) {
    var ranks: [Rank] = []
    var places: [(position: Int, length: Int)] = []
    while true {
      guard case .word(let name) = scanner.token else { throw scanner.error(allowed: "a rank name such as C0") }
      places.append((scanner.position, name.count))
      try scanner.advance()
      ranks.append(Rank(name, try Self.rule(in: &scanner)))
      guard scanner.token != .end else { break }
      try scanner.expect(.arrow, as: "'->' and the next rank, or the end")
    }
    if let flaw = Self.flaw(in: ranks) {
      let place = places[flaw.rank]
      throw scanner.error(at: place.position, length: place.length, allowed: flaw.allowed)
    }
    self.init(checked: ranks)
  }

  /// An optional rule in parentheses.
  private static func rule(in scanner: inout PatternScanner) throws(PatternError) -> Rule {
    guard scanner.token == .symbol("(") else {
      guard scanner.token == .arrow || scanner.token == .end else {
        throw scanner.error(allowed: "'(' and a rule, '->' and the next rank, or the end")
      }
      return .dense
    }
    try scanner.advance()
    let rule: Rule
    switch scanner.token {
    case .word("unstructured"):
      rule = .unstructured
      try scanner.advance()
    case .word("dense"):
      rule = .dense
      try scanner.advance()
    case .digits:
      rule = .structured(try GH(in: &scanner))
    default:
      throw scanner.error(allowed: "a rule: G:H such as 2:4, 'unstructured' or 'dense'")
    }
    try scanner.expect(.symbol(")"), as: "')'")
    return rule
  }

  private init(shortForm scanner: inout PatternScanner) throws(PatternError) {
    var rules: [GH] = []
    var places: [(position: Int, length: Int)] = []
    while true {
      let start = scanner.position
      guard case .digits = scanner.token else { throw scanner.error(allowed: "G:H, such as 2:4") }
      let rule = try GH(in: &scanner)
      rules.append(rule)
      places.append((start, rule.description.count))
      guard scanner.token != .end else { break }
      try scanner.expect(.arrow, as: "'->' and the next G:H, or the end")
    }
    let ranks = rules.indices.map { Rank("C\(rules.count - 1 - $0)", .structured(rules[$0])) }
    if let flaw = Self.flaw(in: ranks) {
      throw scanner.error(at: places[flaw.rank].position, length: 1, allowed: flaw.allowed)
    }
    self.init(checked: ranks)
  }
}

extension GH {
  /// Reads `G:H`.
  init(in scanner: inout PatternScanner) throws(PatternError) {
    let start = scanner.position
    let limits = 1...GH.maximumH
    let g = try scanner.number(in: limits, as: "G")
    try scanner.expect(.symbol(":"), as: "':' and H")
    let h = try scanner.number(in: limits, as: "H")
    guard let rule = GH(checking: g, h) else {
      throw scanner.error(at: start, length: "\(g)".count, allowed: "G from 1 to H = \(h)")
    }
    self = rule
  }
}

extension Pattern.Rank: CustomStringConvertible {
  /// `C0(2:4)`, `CRS(unstructured)`, `RS`.
  public var description: String {
    switch rule {
    case .dense: name
    case .unstructured: "\(name)(unstructured)"
    case .structured(let rule): "\(name)(\(rule))"
    }
  }
}

extension Pattern: CustomStringConvertible {
  /// The canonical notation, which reads back as an equal pattern: `RS->C1(4:6)->C0(2:4)`, or `dense` without ranks.
  public var description: String {
    ranks.isEmpty ? "dense" : ranks.map(\.description).joined(separator: "->")
  }
}
