// SPDX-License-Identifier: Apache-2.0

/// Cuts a pattern or hardware rule into tokens and makes errors that point into the text.
struct PatternScanner {
  enum Token: Equatable {
    /// `->` or a Unicode arrow to the right.
    case arrow
    /// A run of ASCII letters and digits that starts with a letter.
    case word(String)
    /// A run of ASCII digits, as written.
    case digits(String)
    /// `<=` or `≤`.
    case atMost
    /// One of `( ) : { } , *`.
    case symbol(Character)
    case end
  }

  let text: String
  private let characters: [Character]
  private var next = 0
  /// Where the current token starts, in characters.
  private(set) var position = 0
  /// The token not yet consumed.
  private(set) var token = Token.end

  init(_ text: String) throws(PatternError) {
    self.text = text
    characters = Array(text)
    try advance()
  }

  /// An error at the current token.
  func error(allowed: String) -> PatternError {
    error(at: position, length: next - position, allowed: allowed)
  }

  /// An error at `length` characters from `start` on.
  func error(at start: Int, length: Int, allowed: String) -> PatternError {
    PatternError(text: text, position: start, offending: String(characters[start..<start + length]), allowed: allowed)
  }

  /// Moves to the next token.
  mutating func advance() throws(PatternError) {
    while next < characters.count, characters[next].isWhitespace { next += 1 }
    position = next
    guard next < characters.count else {
      token = .end
      return
    }
    let first = characters[next]
    if isDigit(first) {
      token = .digits(take(while: isDigit))
    } else if isLetter(first) {
      token = .word(take { isLetter($0) || isDigit($0) })
    } else if "→⟶➔➝⇒".contains(first) {
      next += 1
      token = .arrow
    } else if first == "-", next + 1 < characters.count, characters[next + 1] == ">" {
      next += 2
      token = .arrow
    } else if first == "≤" {
      next += 1
      token = .atMost
    } else if first == "<", next + 1 < characters.count, characters[next + 1] == "=" {
      next += 2
      token = .atMost
    } else if "():{},*".contains(first) {
      next += 1
      token = .symbol(first)
    } else {
      throw error(at: next, length: 1, allowed: "rank names, numbers, '->', '(', ')', ':'")
    }
  }

  /// Consumes `expected`, or fails naming it.
  mutating func expect(_ expected: Token, as name: String) throws(PatternError) {
    guard token == expected else { throw error(allowed: name) }
    try advance()
  }

  /// Consumes a whole number in `range`.
  mutating func number(in range: ClosedRange<Int>, as name: String) throws(PatternError) -> Int {
    let allowed = "\(name), a whole number from \(range.lowerBound) to \(range.upperBound)"
    guard case .digits(let digits) = token, let value = Int(digits), range.contains(value) else {
      throw error(allowed: allowed)
    }
    try advance()
    return value
  }

  private mutating func take(while condition: (Character) -> Bool) -> String {
    let start = next
    while next < characters.count, condition(characters[next]) { next += 1 }
    return String(characters[start..<next])
  }
}

private func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }

private func isLetter(_ character: Character) -> Bool { character.isASCII && character.isLetter }
