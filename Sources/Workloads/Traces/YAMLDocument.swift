// SPDX-License-Identifier: Apache-2.0

import Yams

/// A YAML file read as plain text values with their places, and nothing of YAML that a layer trace does not use.
///
/// Values are never typed by YAML's rules: `1:30` is no number, `no` is no truth value. Anchors, aliases, merge keys and
/// tags are refused, so what stands at a place is all that counts there.
struct YAMLDocument {
  let root: YAMLValue

  /// Hundreds of thousands of lines.
  static let largestFile = 4 << 20
  /// How often an alias, an explicit key or a directive may seem to occur. None is allowed, but whether a character is
  /// one is known only after parsing, whose time grows exponentially with the first and quadratically with the others.
  private static let mostSuspects = 16

  /// - Throws: `WorkloadError`: `missing` if the file cannot be opened, `content` if it is not such YAML.
  init(path: String) throws(WorkloadError) {
    let input = try InputBytes(file: path)
    guard input.count <= Self.largestFile else {
      throw input.malformed("has \(input.count) bytes", allowed: "at most \(Self.largestFile)")
    }
    let bytes = try input.read(0..<input.count)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw input.malformed("is not UTF-8 text")
    }
    try self.init(text, path: path)
  }

  init(_ text: String, path: String) throws(WorkloadError) {
    let content = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    try Self.refuseSuspects(in: content, path: path)
    do {
      let parser = try Parser(yaml: content, resolver: .basic, constructor: .default, encoding: .utf8)
      guard let node = try parser.singleRoot() else {
        throw WorkloadError(.content, file: path, "is empty")
      }
      // The anchors live as long as the parser does.
      try withExtendedLifetime(parser) { try Self.refuseAnchorsAndTags(in: node, path: path) }
      root = YAMLValue(node: node, field: "", file: path)
    } catch let error as WorkloadError {
      throw error
    } catch {
      throw WorkloadError(yaml: error, path: path)
    }
  }

  private static func refuseSuspects(in text: String, path: String) throws(WorkloadError) {
    var suspects = 0
    var line = 1
    var previous: UInt8 = UInt8(ascii: "\n")
    for byte in text.utf8 {
      let isAtToken = " \t\r\n[]{},:-?'\"".utf8.contains(previous)
      switch byte {
      case UInt8(ascii: "*") where isAtToken, UInt8(ascii: "?") where isAtToken: suspects += 1
      case UInt8(ascii: "%") where previous == UInt8(ascii: "\n"): suspects += 1
      case UInt8(ascii: "\n"): line += 1
      default: break
      }
      guard suspects <= mostSuspects else {
        throw WorkloadError(
          .content, file: path, line: line, "too many words begin with '*', '?' or '%'",
          allowed: "no aliases, explicit keys or directives")
      }
      previous = byte
    }
  }

  /// Walks until the first anchor, which comes before every alias of it; so shared nodes are never walked twice.
  private static func refuseAnchorsAndTags(in node: Node, path: String) throws(WorkloadError) {
    if let anchor = node.anchor {
      throw WorkloadError(
        .content, file: path, line: node.mark?.line, column: node.mark?.column,
        "the anchor \(quoted("&" + anchor.rawValue))", allowed: "values written out; there are no anchors and aliases")
    }
    let tag = node.tag.description
    guard ["tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"].contains(tag) else {
      throw WorkloadError(
        .content, file: path, line: node.mark?.line, column: node.mark?.column, "the tag \(quoted(tag))",
        allowed: "values without tags")
    }
    for element in node.sequence ?? [] { try refuseAnchorsAndTags(in: element, path: path) }
    guard let mapping = node.mapping else { return }
    for (key, value) in mapping {
      try refuseAnchorsAndTags(in: key, path: path)
      try refuseAnchorsAndTags(in: value, path: path)
    }
  }
}

extension WorkloadError {
  /// What the YAML parser found, at its place.
  fileprivate init(yaml error: any Error, path: String) {
    switch error as? YamlError {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let situation = context.map { " \($0.text)" } ?? ""
      self.init(.content, file: path, line: mark.line, column: mark.column, "is not YAML: \(problem)\(situation)")
    case .reader(let problem, let offset, _, let yaml):
      let line = offset.map { yaml.prefix($0).reduce(1) { $0 + ($1.isNewline ? 1 : 0) } }
      self.init(.content, file: path, line: line, "is not YAML: \(problem)")
    case .duplicatedKeysInMapping(let duplicates, let context):
      self.init(
        .content, file: path, line: context.mark.line, column: context.mark.column, field: duplicates.first,
        "the key is given more than once")
    default:
      self.init(.content, file: path, "is not YAML")
    }
  }
}
