// SPDX-License-Identifier: Apache-2.0

import Yams

/// A value in a YAML file, with its place and the path of keys that leads to it.
struct YAMLValue {
  let node: Node
  /// Such as `layers[2].weights.pattern`; empty for the root.
  let field: String
  let file: String

  /// Where the value stands, to be kept for an error that is found only later.
  var place: YAMLPlace { YAMLPlace(file: file, line: node.mark?.line, column: node.mark?.column, field: field) }

  func error(_ problem: String, allowed: String? = nil, suggestion: String? = nil) -> WorkloadError {
    place.error(.content, problem, allowed: allowed, suggestion: suggestion)
  }

  /// How the value looks in a message.
  var shown: String {
    switch node {
    case .scalar(let scalar): isAbsent(scalar) ? "nothing" : quoted(scalar.string)
    case .sequence: "a list"
    default: "a mapping"
    }
  }

  /// Any text that is not empty. What YAML would take for a number or a truth value is text like any other.
  func text(_ allowed: String = "a text") throws(WorkloadError) -> String {
    guard let scalar = node.scalar, !isAbsent(scalar), !scalar.string.isEmpty else {
      throw error("\(shown) is given", allowed: allowed)
    }
    return scalar.string
  }

  /// A decimal integer: digits with an optional minus, unquoted. No other base, no underscore, no leading zero.
  func integer(in range: ClosedRange<Int>) throws(WorkloadError) -> Int {
    let allowed = "an integer from \(range.lowerBound) to \(range.upperBound)"
    guard let scalar = node.scalar, scalar.style == .plain, isDecimalInteger(scalar.string),
      let value = Int(scalar.string), range.contains(value)
    else { throw error(shown, allowed: allowed) }
    return value
  }

  /// Like `integer(in:)`, over all of `UInt64`.
  func unsignedInteger() throws(WorkloadError) -> UInt64 {
    guard let scalar = node.scalar, scalar.style == .plain, isDecimalInteger(scalar.string),
      let value = UInt64(scalar.string)
    else { throw error(shown, allowed: "an integer from 0 to \(UInt64.max)") }
    return value
  }

  /// A decimal number such as `0.56` or `1e-3`, unquoted.
  func number(in range: ClosedRange<Double>) throws(WorkloadError) -> Double {
    guard let scalar = node.scalar, scalar.style == .plain, scalar.string.utf8.count <= 40,
      scalar.string.utf8.allSatisfy({ "0123456789.eE+-".utf8.contains($0) }), let value = Double(scalar.string),
      range.contains(value)
    else { throw error(shown, allowed: "a number from \(range.lowerBound) to \(range.upperBound)") }
    return value
  }

  /// One of the raw values of an enumeration.
  func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ type: Choice.Type = Choice.self
  ) throws(WorkloadError) -> Choice {
    let names = Choice.allCases.map(\.rawValue)
    guard let scalar = node.scalar, let choice = Choice(rawValue: scalar.string) else {
      let typed = node.scalar?.string ?? ""
      throw error(shown, allowed: names.joined(separator: ", "), suggestion: suggestion(for: typed, among: names))
    }
    return choice
  }

  /// The elements of a list.
  func list(_ allowed: String) throws(WorkloadError) -> [YAMLValue] {
    guard let sequence = node.sequence else { throw error("\(shown) is given", allowed: allowed) }
    return sequence.enumerated().map { YAMLValue(node: $1, field: "\(field)[\($0)]", file: file) }
  }

  /// One integer, or a list of two.
  func pair(in range: ClosedRange<Int>) throws(WorkloadError) -> ConvolutionShape.Pair {
    guard node.sequence != nil else {
      let both = try integer(in: range)
      return ConvolutionShape.Pair(both, both)
    }
    let elements = try list("a list")
    guard elements.count == 2 else {
      throw error("a list of \(elements.count)", allowed: "one integer, or two: [vertical, horizontal]")
    }
    return ConvolutionShape.Pair(try elements[0].integer(in: range), try elements[1].integer(in: range))
  }

  private func isAbsent(_ scalar: Node.Scalar) -> Bool {
    scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  private func isDecimalInteger(_ text: String) -> Bool {
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return false
    }
    return digits.count == 1 || digits.first != "0"
  }
}

/// Where something stands in a YAML file.
struct YAMLPlace: Sendable, Hashable {
  let file: String
  let line: Int?
  let column: Int?
  let field: String

  func error(
    _ kind: WorkloadError.Kind, _ problem: String, allowed: String? = nil, suggestion: String? = nil
  ) -> WorkloadError {
    WorkloadError(
      kind, file: file, line: line, column: column, field: field.isEmpty ? nil : field, problem, allowed: allowed,
      suggestion: suggestion)
  }
}
