// SPDX-License-Identifier: Apache-2.0

/// The value of one design parameter. A choice is held as its name, in `text`.
public enum ParameterValue: Equatable, Sendable {
  case integer(Int)
  case number(Double)
  case boolean(Bool)
  case text(String)

  /// The value as a design file states it, such that reading it again gives the same value.
  var yaml: String {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): Self.decimal(value)
    case .boolean(let value): value ? "true" : "false"
    case .text(let value): Self.isPlainWord(value) ? value : Self.quoted(value)
    }
  }

  /// The shortest decimal that reads back as the same number, without a trailing `.0`.
  static func decimal(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// Whether YAML reads `text` unquoted as these very letters, and no reader could take it for another type.
  private static func isPlainWord(_ text: String) -> Bool {
    let reserved = ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "unset"]
    guard let first = text.utf8.first, first.isLetter, !reserved.contains(text.lowercased()) else { return false }
    return text.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") }
  }

  /// `text` as a double-quoted YAML scalar; control characters are refused before a value gets here.
  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for character in text.unicodeScalars {
      if character == "\"" || character == "\\" { quoted += "\\" }
      quoted.unicodeScalars.append(character)
    }
    return quoted + "\""
  }
}

extension ParameterValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByStringLiteral
{
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
  public init(stringLiteral value: String) { self = .text(value) }
}

extension UInt8 {
  var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
  var isLetter: Bool { (self | 0x20) >= UInt8(ascii: "a") && (self | 0x20) <= UInt8(ascii: "z") }
}
