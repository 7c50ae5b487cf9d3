// SPDX-License-Identifier: Apache-2.0
import Foundation
import Yams

/// A place in a YAML file with its dotted name, read strictly: no anchors, aliases, tags or guessed types.
struct TableNode {
  let node: Node
  let field: String
  let file: String

  /// The largest file that is read.
  static let byteLimit = 4 << 20
  /// Deepest nesting of `[` and `{`, and number of words that may look like an alias, an explicit key or a directive:
  /// none is allowed, but that is known only after parsing, whose time they multiply.
  private static let nestingLimit = 16
  private static let suspectLimit = 16

  private init(node: Node, field: String, file: String) {
    self.node = node
    self.field = field
    self.file = file
  }

  /// The text of the file at `path`.
  ///
  /// - Throws: `PriceTableError`: missing class for a file that is not there or cannot be read, else content class.
  static func text(ofFile path: String) throws(PriceTableError) -> String {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw PriceTableError(.missing, at: path, problem: "there is no such file")
    }
    guard !isDirectory.boolValue, let handle = FileHandle(forReadingAtPath: path) else {
      throw PriceTableError(.missing, at: path, problem: "this cannot be read", allowed: "a YAML file")
    }
    defer { try? handle.close() }
    var data = Data()
    do {
      while data.count <= byteLimit, let piece = try handle.read(upToCount: byteLimit), !piece.isEmpty {
        data.append(piece)
      }
    } catch {
      throw PriceTableError(.missing, at: path, problem: "the file cannot be read")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw PriceTableError(.content, at: path, problem: "the file is not UTF-8 text")
    }
    return text
  }

  /// Calls `body` with the root of the document `text`.
  static func withRoot<Result>(
    of text: String, file: String, _ body: (TableNode) throws(PriceTableError) -> Result
  ) throws(PriceTableError) -> Result {
    try refuseSuspects(in: text, file: file)
    let text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    let parser: Parser
    let root: Node?
    do {
      parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
      root = try parser.singleRoot()
    } catch {
      throw problem(with: error, file: file)
    }
    guard let root else { throw PriceTableError(.content, at: file, problem: "the file is empty") }
    // The parser must outlive the nodes, which refer to their anchors weakly.
    defer { withExtendedLifetime(parser) {} }
    let node = TableNode(node: root, field: "", file: file)
    try node.refuseExtras()
    return try body(node)
  }

  // MARK: Reading

  /// The entries of a mapping in the file's order.
  func entries() throws(PriceTableError) -> [(key: String, value: TableNode)] {
    guard case .mapping(let mapping) = node else {
      throw error("this is not a mapping", allowed: "lines of the form key: value")
    }
    var entries: [(key: String, value: TableNode)] = []
    for (key, value) in mapping {
      guard case .scalar(let scalar) = key, !scalar.string.isEmpty else { throw error("a key is not a name") }
      let name = field.isEmpty ? scalar.string : "\(field).\(scalar.string)"
      entries.append((scalar.string, TableNode(node: value, field: name, file: file)))
    }
    return entries
  }

  /// The entries of a mapping by key, where every key must be one of `keys` and every one of `required` must be there.
  func fields(_ keys: [String], required: [String]) throws(PriceTableError) -> [String: TableNode] {
    var fields: [String: TableNode] = [:]
    for (key, value) in try entries() {
      guard keys.contains(key) else {
        throw value.error(
          "this key is not known", allowed: keys.joined(separator: ", "), suggestion: nearest(to: key, among: keys))
      }
      fields[key] = value
    }
    for key in required where fields[key] == nil { throw error("\(key) is missing", allowed: "\(key): …") }
    return fields
  }

  /// The elements of a list.
  func elements() throws(PriceTableError) -> [TableNode] {
    guard case .sequence(let sequence) = node else { throw error("this is not a list", allowed: "a list of entries") }
    return sequence.enumerated().map { TableNode(node: $1, field: "\(field)[\($0)]", file: file) }
  }

  /// A single value as it is written, and whether in quotes.
  func scalar() throws(PriceTableError) -> (text: String, isQuoted: Bool) {
    guard case .scalar(let scalar) = node else { throw error("this is not a single value", allowed: "one value") }
    return (scalar.string, scalar.style != .plain)
  }

  func text() throws(PriceTableError) -> String {
    let (text, isQuoted) = try scalar()
    guard !text.isEmpty, isQuoted || !["~", "null"].contains(text) else {
      throw error("there is no value", allowed: "a text")
    }
    return text
  }

  // MARK: Errors

  func error(_ problem: String, allowed: String? = nil, suggestion: String? = nil) -> PriceTableError {
    let place = node.mark.map { "\(file):\($0.line):\($0.column)" } ?? file
    return PriceTableError(
      .content, at: place, field: field.isEmpty ? nil : String(field.prefix(200)), problem: problem, allowed: allowed,
      suggestion: suggestion)
  }

  private static func problem(with error: any Error, file: String) -> PriceTableError {
    switch error as? YamlError {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let situation = context.map { " \($0.text)" } ?? ""
      return PriceTableError(
        .content, at: "\(file):\(mark.line):\(mark.column)", problem: "this is not YAML: \(problem)\(situation)")
    case .duplicatedKeysInMapping(let keys, let context):
      return PriceTableError(
        .content, at: "\(file):\(context.mark.line):\(context.mark.column)", field: keys.first,
        problem: "the key is given more than once", allowed: "each key once")
    default:
      return PriceTableError(.content, at: file, problem: "this is not YAML text")
    }
  }

  // MARK: What of YAML is refused

  private static func refuseSuspects(in text: String, file: String) throws(PriceTableError) {
    var suspects = 0
    var nesting = 0
    var previous = UInt8(ascii: "\n")
    for byte in text.utf8 {
      let isAtToken = " \t\r\n[]{},:-?'\"".utf8.contains(previous)
      switch byte {
      case UInt8(ascii: "*") where isAtToken, UInt8(ascii: "?") where isAtToken: suspects += 1
      case UInt8(ascii: "%") where previous == UInt8(ascii: "\n"): suspects += 1
      case UInt8(ascii: "["), UInt8(ascii: "{"): nesting += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): nesting = max(0, nesting - 1)
      default: break
      }
      guard suspects <= suspectLimit, nesting <= nestingLimit else {
        throw PriceTableError(
          .content, at: file, problem: "too many words begin with '*', '?' or '%', or brackets nest too deeply",
          allowed: "no aliases, explicit keys or directives")
      }
      previous = byte
    }
  }

  /// Walks until the first anchor, which comes before every alias of it; so shared nodes are never walked twice.
  private func refuseExtras() throws(PriceTableError) {
    if node.anchor != nil { throw error("an anchor", allowed: "values written out") }
    let tag = node.tag.description
    guard ["tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"].contains(tag) else {
      throw error("the tag \(quoted(tag))", allowed: "values without tags")
    }
    switch node {
    case .mapping(let mapping):
      for (key, value) in mapping {
        try TableNode(node: key, field: field, file: file).refuseExtras()
        try TableNode(node: value, field: field, file: file).refuseExtras()
      }
    case .sequence(let sequence):
      for value in sequence { try TableNode(node: value, field: field, file: file).refuseExtras() }
    case .scalar, .alias: break
    }
  }
}
