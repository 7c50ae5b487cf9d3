// SPDX-License-Identifier: Apache-2.0

extension Parameter {
  /// The type of a parameter and the values it allows.
  public enum Kind: Sendable {
    /// A whole number within a range.
    case integer(ClosedRange<Int>, multipleOf: Int = 1)
    /// A power of two within a range.
    case powerOfTwo(ClosedRange<Int>)
    /// A decimal number within a range.
    case number(ClosedRange<Double>)
    /// One of these names.
    case choice([String])
    /// `true` or `false`.
    case boolean
    /// One line of text that `problem` accepts.
    ///
    /// - Parameters:
    ///   - expected: what is allowed, as a phrase with an example.
    ///   - problem: nil for text that is right, otherwise what is wrong with it.
    case text(expected: String, problem: @Sendable (String) -> String?)

    /// What is allowed, as a phrase without the unit.
    var allowed: String {
      switch self {
      case .integer(let range, 1): "an integer from \(range.lowerBound) to \(range.upperBound)"
      case .integer(let range, let factor):
        "an integer from \(range.lowerBound) to \(range.upperBound) that is a multiple of \(factor)"
      case .powerOfTwo(let range): "a power of two from \(range.lowerBound) to \(range.upperBound)"
      case .number(let range):
        "a number from \(ParameterValue.decimal(range.lowerBound)) to \(ParameterValue.decimal(range.upperBound))"
      case .choice(let names): names.joined(separator: " or ")
      case .boolean: "true or false"
      case .text(let expected, _): expected
      }
    }

    /// What is wrong with a value of this kind; nil when it is allowed.
    func problem(with value: ParameterValue) -> String? {
      switch (self, value) {
      case (.integer(let range, let factor), .integer(let value)):
        guard range.contains(value) else { return "\(value) is out of range" }
        return value.isMultiple(of: factor) ? nil : "\(value) is not a multiple of \(factor)"
      case (.powerOfTwo(let range), .integer(let value)):
        guard value > 0, value & (value - 1) == 0 else { return "\(value) is not a power of two" }
        return range.contains(value) ? nil : "\(value) is out of range"
      case (.number(let range), .number(let value)):
        return range.contains(value) ? nil : "\(ParameterValue.decimal(value)) is out of range"
      case (.choice(let names), .text(let name)):
        return names.contains(name) ? nil : "\(Excerpt(name)) is not a choice"
      case (.boolean, .boolean):
        return nil
      case (.text(_, let problem), .text(let text)):
        if text.isEmpty { return "the text is empty" }
        if text.unicodeScalars.count > 500 { return "the text is longer than 500 characters" }
        let isOneLine = text.unicodeScalars.allSatisfy(Self.isPrintable)
        return isOneLine ? problem(text) : "\(Excerpt(text)) has control characters or line breaks"
      default:
        return "\(value) is of another type"
      }
    }

    /// Line and paragraph separators end a line in YAML, and a byte order mark is dropped by its reader.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: false
      default: scalar != "\u{FEFF}"
      }
    }
  }
}

/// A value as the user wrote it.
struct WrittenValue {
  let text: String
  /// False for a quoted text in YAML, which is never a number nor a truth value.
  let isPlain: Bool
}

extension Parameter {
  /// Reads what the user wrote. Types follow from the parameter, never from YAML's guesses about the text.
  ///
  /// - Returns: the value; nil for `unset`, which only an optional parameter allows.
  /// - Throws: `ValueProblem`.
  func value(from written: WrittenValue) throws(ValueProblem) -> ParameterValue? {
    if written.isPlain {
      if written.text == "unset", defaultValue == nil { return nil }
      if ["", "~", "null"].contains(written.text) { throw ValueProblem("there is no value") }
    }
    let value = try kind.value(from: written)
    if let problem = kind.problem(with: value) {
      var near: [String] = []
      if case .choice(let names) = kind { near = NearNames.suggestions(for: written.text, among: names) }
      throw ValueProblem(problem, suggestions: near)
    }
    return value
  }
}

/// Why a written value is refused.
struct ValueProblem: Error, Equatable {
  let sentence: String
  let suggestions: [String]

  init(_ sentence: String, suggestions: [String] = []) {
    self.sentence = sentence
    self.suggestions = suggestions
  }
}

extension Parameter.Kind {
  fileprivate func value(from written: WrittenValue) throws(ValueProblem) -> ParameterValue {
    let text = written.text
    switch self {
    case .choice, .text:
      return .text(text)
    case .boolean:
      guard written.isPlain else { throw ValueProblem("\"\(Excerpt(text))\" is quoted text") }
      guard text == "true" || text == "false" else {
        throw ValueProblem("\(Excerpt(text)) is not a truth value", suggestions: Self.truthValue(meantBy: text))
      }
      return .boolean(text == "true")
    case .integer, .powerOfTwo:
      guard written.isPlain else { throw ValueProblem("\"\(Excerpt(text))\" is quoted text") }
      guard DecimalShape(text)?.isInteger == true else {
        throw ValueProblem("\(Excerpt(text)) is not an integer in plain decimal digits")
      }
      guard let value = Int(text) else { throw ValueProblem("\(Excerpt(text)) is out of range") }
      return .integer(value)
    case .number:
      guard written.isPlain else { throw ValueProblem("\"\(Excerpt(text))\" is quoted text") }
      guard DecimalShape(text) != nil, let value = Double(text) else {
        throw ValueProblem("\(Excerpt(text)) is not a decimal number")
      }
      guard value.isFinite else { throw ValueProblem("\(Excerpt(text)) is out of range") }
      return .number(value == 0 ? 0 : value)
    }
  }

  private static func truthValue(meantBy text: String) -> [String] {
    switch text.lowercased() {
    case "yes", "y", "on", "1", "true": ["true"]
    case "no", "n", "off", "0", "false": ["false"]
    default: []
    }
  }
}

/// The shape of a decimal number: `-12`, `0.5`, `2.5e-3`. Nothing else is a number here: no sign `+`, no leading
/// zeros (octal in YAML 1.1), no `0x`, no `_`, no base 60 (`1:30`), no `.5`, `.inf` or `.nan`.
private struct DecimalShape {
  let isInteger: Bool

  init?(_ text: String) {
    var rest = Substring(text).utf8
    func digits() -> Int {
      let count = rest.prefix(while: \.isDigit).count
      rest = rest.dropFirst(count)
      return count
    }
    func take(_ letters: String) -> Bool {
      guard let first = rest.first, letters.utf8.contains(first) else { return false }
      rest = rest.dropFirst()
      return true
    }
    _ = take("-")
    let startsWithZero = rest.first == UInt8(ascii: "0")
    let whole = digits()
    guard whole == 1 || (whole > 1 && !startsWithZero) else { return nil }
    var isInteger = true
    if take(".") {
      isInteger = false
      guard digits() > 0 else { return nil }
    }
    if take("eE") {
      isInteger = false
      _ = take("+-")
      guard digits() > 0 else { return nil }
    }
    guard rest.isEmpty else { return nil }
    self.isInteger = isInteger
  }
}
