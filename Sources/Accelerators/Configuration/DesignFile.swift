// SPDX-License-Identifier: Apache-2.0

/// The keys at the head of every design file.
enum DesignHeader {
  /// The version of the format, stated as `hssim_design: 1`.
  static let version = 1
  static let keys = ["hssim_design", "name", "design", "description"]

  /// Whether `text` can name a design: letters, digits and `-_./+`, starting with a letter or digit.
  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, first.isLetter || first.isDigit, text.utf8.count <= 100 else { return false }
    return text.utf8.allSatisfy { $0.isLetter || $0.isDigit || "-_./+".utf8.contains($0) }
  }
}

/// A design as its YAML file states it: which accelerator, and what differs from that accelerator's defaults.
///
/// ```yaml
/// hssim_design: 1
/// name: highlight-42
/// design: HighLight
/// glb:
///   port_bytes_per_cycle: 42   # the same as the line  glb.port_bytes_per_cycle: 42
/// ```
///
/// The file is strict: an unknown or repeated key, a value of another type or out of range, a list, an anchor or a tag
/// is an error that names line and column. Integers are plain decimal digits, truth values `true` and `false`.
public struct DesignFile: Sendable {
  public let path: String
  /// The name that results carry.
  public let name: String
  /// The accelerator whose schema the file is for.
  public let design: String
  private let yaml: StrictYAML
  private let designEntry: StrictYAML.Entry

  /// Reads a file.
  ///
  /// - Throws: `ConfigurationError`: 66 for a file that is missing or unreadable, 65 for its content.
  public init(path: String) throws {
    try self.init(text: StrictYAML.text(ofFile: path), path: path)
  }

  /// Reads text; `path` is what messages call it.
  public init(text: String, path: String) throws {
    let yaml = try StrictYAML(text: text, path: path)
    self.yaml = yaml
    self.path = path
    var header: [String: StrictYAML.Entry] = [:]
    var stated: [String: Int] = [:]
    for entry in yaml.entries {
      // Nested and dotted spelling of one key escape YAML's own check.
      if let line = stated.updateValue(entry.position.line, forKey: entry.key) {
        throw yaml.error("this is already stated on line \(line)", at: entry, allowed: "each key once")
      }
      if DesignHeader.keys.contains(entry.key) { header[entry.key] = entry }
    }
    func required(_ key: String, _ allowed: String) throws -> StrictYAML.Entry {
      if let entry = header[key] { return entry }
      let near = NearNames.suggestions(for: key, among: yaml.entries.map(\.key)).first
      let hint = near.map { "; \(Excerpt($0)) looks like it" } ?? ""
      throw yaml.error("\(key) is missing\(hint)", field: key, allowed: allowed)
    }
    let version = try required("hssim_design", "hssim_design: \(DesignHeader.version)")
    guard version.value.isPlain, version.value.text == "\(DesignHeader.version)" else {
      throw yaml.error(
        "version \(Excerpt(version.value.text)) is not known", at: version, allowed: "\(DesignHeader.version)")
    }
    let names = "a name of letters, digits and -_./+"
    let nameEntry = try required("name", names)
    designEntry = try required("design", "the name of an accelerator")
    for entry in [nameEntry, designEntry] where !DesignHeader.isName(entry.value.text) {
      throw yaml.error("\(Excerpt(entry.value.text)) is not a name", at: entry, allowed: names)
    }
    name = nameEntry.value.text
    design = designEntry.value.text
  }

  /// The values of the design, by the schema among `schemas` that the file's `design` key names.
  ///
  /// - Throws: `ConfigurationError` of the content class.
  public func values(among schemas: [ParameterSchema]) throws -> ParameterValues {
    guard let schema = schemas.first(where: { $0.design == design }) else {
      let designs = schemas.map(\.design)
      throw yaml.error(
        "\(design) is no accelerator", at: designEntry, allowed: designs.joined(separator: " or "),
        suggestions: NearNames.suggestions(for: design, among: designs))
    }
    var statements: [String: ParameterValues.Statement] = [:]
    for entry in yaml.entries where !DesignHeader.keys.contains(entry.key) {
      guard let parameter = schema.parameter(entry.key) else { throw unknownKey(entry, of: schema) }
      do throws(ValueProblem) {
        let value = try parameter.value(from: entry.value)
        let origin = ParameterOrigin.file(path: path, line: entry.position.line, column: entry.position.column)
        statements[entry.key] = ParameterValues.Statement(value: value, origin: origin)
      } catch {
        throw yaml.error(error.sentence, at: entry, allowed: parameter.allowed, suggestions: error.suggestions)
      }
    }
    return try ParameterValues(schema: schema, name: name, statements: statements)
  }

  private func unknownKey(_ entry: StrictYAML.Entry, of schema: ParameterSchema) -> ConfigurationError {
    let group = schema.keys.filter { $0.hasPrefix(entry.key + ".") }
    if !group.isEmpty {
      return yaml.error("this is a group, not a parameter", at: entry, allowed: group.joined(separator: ", "))
    }
    let near = NearNames.suggestions(for: entry.key, among: schema.keys + DesignHeader.keys)
    return yaml.error(
      "this is no parameter of \(schema.design)", at: entry,
      allowed: near.isEmpty ? schema.keys.joined(separator: ", ") : nil, suggestions: near)
  }
}
