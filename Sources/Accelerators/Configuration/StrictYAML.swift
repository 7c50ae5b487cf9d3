// SPDX-License-Identifier: Apache-2.0
import Foundation
import Yams

/// The part of YAML that design files use: nested mappings of single values, read with line and column.
///
/// YAML's anchors, aliases, tags, lists and several documents are refused; types are never guessed from the text.
struct StrictYAML {
  /// One `key: value` with its full, dotted key.
  struct Entry {
    let key: String
    let value: WrittenValue
    let position: Position
  }

  /// Line and column, both from 1; a column counts Unicode scalars.
  struct Position {
    let line: Int
    let column: Int

    init(_ mark: Mark?) {
      line = mark?.line ?? 1
      column = mark?.column ?? 1
    }
  }

  let path: String
  private(set) var entries: [Entry] = []

  /// More text than this is no design file.
  static let byteLimit = 65_536

  /// Reads the file at `path`.
  ///
  /// - Throws: `ConfigurationError`: missing class for a file that is not there or cannot be read, else content class.
  static func text(ofFile path: String) throws -> String {
    var isDirectory: ObjCBool = false
    let place = Excerpt(path, limit: 1000).description
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw ConfigurationError(.missing, at: place, problem: "there is no such file")
    }
    guard !isDirectory.boolValue else {
      throw ConfigurationError(.missing, at: place, problem: "this is a directory", allowed: "a design file")
    }
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw ConfigurationError(.missing, at: place, problem: "the file cannot be opened")
    }
    defer { try? handle.close() }
    var data = Data()
    do {
      // A pipe gives less than was asked for, and an endless device must not be read to its end.
      while data.count <= byteLimit, let piece = try handle.read(upToCount: byteLimit + 1), !piece.isEmpty {
        data.append(piece)
      }
    } catch {
      throw ConfigurationError(.missing, at: place, problem: "the file cannot be read")
    }
    guard data.count <= byteLimit else {
      throw ConfigurationError(.content, at: place, problem: "the file has more than \(byteLimit) bytes")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw ConfigurationError(.content, at: place, problem: "the file is not UTF-8 text")
    }
    return text
  }

  /// - Throws: `ConfigurationError` of the content class.
  init(text: String, path: String) throws {
    self.path = path
    guard text.utf8.count <= Self.byteLimit else { throw error("the text has more than \(Self.byteLimit) bytes") }
    guard Self.isHarmless(text) else { throw error("lists, { } and aliases are not used in a design file") }
    // Yams takes a byte order mark for content.
    let text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    // The parser must outlive the nodes, which refer to their anchors weakly.
    let parser: Parser
    let root: Node?
    do {
      parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
      root = try parser.singleRoot()
    } catch let problem as YamlError {
      throw error(for: problem)
    }
    try withExtendedLifetime(parser) {
      guard let root else { throw error("the file is empty") }
      guard case .mapping(let mapping) = root else {
        throw error("this is not a mapping", at: Position(root.mark), allowed: "lines of the form key: value")
      }
      try append(mapping, under: "")
    }
  }

  /// Whether the text is so poor in brackets and aliases that Yams reads it in no time.
  ///
  /// Yams hashes every mapping key, a collection or an alias of one included, and the nesting of these multiplies the
  /// time. Design files use neither; the counts are far above what comments and pattern texts contain.
  private static func isHarmless(_ text: String) -> Bool {
    var brackets = 0
    var aliases = 0
    var previous = UInt8(ascii: "\n")
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "?"): brackets += 1
      // An alias starts a token: what precedes its * is never a letter or a digit.
      case UInt8(ascii: "*") where !previous.isLetter && !previous.isDigit: aliases += 1
      default: break
      }
      previous = byte
    }
    return brackets <= 64 && aliases <= 24
  }

  private mutating func append(_ mapping: Node.Mapping, under prefix: String) throws {
    try refuseExtras(tag: mapping.tag, anchor: mapping.anchor, isQuoted: false, at: mapping.mark)
    for (keyNode, node) in mapping {
      guard case .scalar(let keyScalar) = keyNode, !keyScalar.string.isEmpty else {
        throw error("a key is not a name", at: Position(keyNode.mark))
      }
      let key = prefix + keyScalar.string
      if let anchor = keyScalar.anchor ?? node.anchor {
        throw error(
          "the anchor \(Excerpt(anchor.rawValue)) is not used in design files", field: key, at: Position(keyNode.mark))
      }
      guard key.utf8.count <= 200 else { throw error("the key is too long", field: key, at: Position(keyNode.mark)) }
      switch node {
      case .mapping(let inner):
        try append(inner, under: key + ".")
      case .scalar(let scalar):
        let isQuoted = scalar.style != .plain
        try refuseExtras(tag: scalar.tag, anchor: scalar.anchor, isQuoted: isQuoted, at: scalar.mark)
        let value = WrittenValue(text: scalar.string, isPlain: !isQuoted)
        entries.append(Entry(key: key, value: value, position: Position(scalar.mark)))
      case .sequence, .alias:
        throw error("this is a list", field: key, at: Position(node.mark), allowed: "one value")
      }
    }
  }

  private func refuseExtras(tag: Tag, anchor: Anchor?, isQuoted: Bool, at mark: Mark?) throws {
    let name = tag.rawValue
    let isImplicit = name.isEmpty || (isQuoted && name == Tag.Name.str.rawValue)
    guard isImplicit else { throw error("the tag \(Excerpt(name)) is not used in design files", at: Position(mark)) }
    guard anchor == nil else { throw error("anchors are not used in design files", at: Position(mark)) }
  }
}

// MARK: - Errors with their place

extension StrictYAML {
  /// An error of the content class at `position`, or about the file as a whole.
  func error(
    _ problem: String, field: String? = nil, at position: Position? = nil, allowed: String? = nil,
    suggestions: [String] = []
  ) -> ConfigurationError {
    let place = Excerpt(path, limit: 1000).description + (position.map { ":\($0.line):\($0.column)" } ?? "")
    return ConfigurationError(
      .content, at: place, field: field.map { Excerpt($0).description }, problem: problem, allowed: allowed,
      suggestions: suggestions)
  }

  func error(
    _ problem: String, at entry: Entry, allowed: String? = nil, suggestions: [String] = []
  ) -> ConfigurationError {
    error(
      problem, field: entry.key, at: entry.position, allowed: allowed, suggestions: suggestions)
  }

  private func error(for yaml: YamlError) -> ConfigurationError {
    switch yaml {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let place = context.map { " (\($0.text), from line \($0.mark.line))" } ?? ""
      return error("this is not YAML: \(problem)\(place)", at: Position(mark))
    case .reader(let problem, _, let value, _):
      return error("this is not YAML text: \(problem)\(value > 0 ? " (U+\(String(value, radix: 16)))" : "")")
    case .duplicatedKeysInMapping(let keys, let context):
      let names = keys.map { Excerpt($0).description }.joined(separator: ", ")
      return error(
        "\(names) is stated more than once", field: names, at: Position(context.mark), allowed: "each key once")
    default:
      return error("this is not YAML: \(Excerpt(yaml.description, limit: 200))")
    }
  }
}
