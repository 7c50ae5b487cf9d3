// SPDX-License-Identifier: Apache-2.0

import Yams

/// A mapping in a YAML file, whose keys are all known.
struct YAMLMapping {
  let value: YAMLValue
  private let entries: [String: YAMLValue]

  /// - Parameters:
  ///   - keys: every key that may be given.
  ///   - elsewhere: keys that exist under a condition that does not hold here, with the condition.
  /// - Throws: `WorkloadError` of kind `content` if the value is no mapping or has another key.
  init(
    _ value: YAMLValue, keys: [String], elsewhere: [String: String] = [:]
  ) throws(WorkloadError) {
    let allowed = "the keys \(keys.joined(separator: ", "))"
    guard let mapping = value.node.mapping else { throw value.error("\(value.shown) is given", allowed: allowed) }
    var entries: [String: YAMLValue] = [:]
    for (key, node) in mapping {
      guard let name = key.scalar?.string else {
        let place = YAMLValue(node: key, field: value.field, file: value.file)
        throw place.error("a key that is no text", allowed: allowed)
      }
      let isRoot = value.field.isEmpty
      let field = isRoot ? name : "\(value.field).\(name)"
      guard keys.contains(name) else {
        let place = YAMLValue(node: key, field: isRoot ? quoted(name) : "\(value.field).\(name)", file: value.file)
        if let condition = elsewhere[name] { throw place.error("the key is \(condition)", allowed: allowed) }
        throw place.error("unknown key", allowed: allowed, suggestion: suggestion(for: name, among: keys))
      }
      let entry = YAMLValue(node: node, field: field, file: value.file)
      guard entries.updateValue(entry, forKey: name) == nil else {
        throw YAMLValue(node: key, field: field, file: value.file).error("the key is given more than once")
      }
    }
    self.value = value
    self.entries = entries
  }

  /// The value of a key; nil if the key is not given.
  subscript(key: String) -> YAMLValue? { entries[key] }

  /// The value of a key that must be given.
  func required(_ key: String) throws(WorkloadError) -> YAMLValue {
    guard let entry = entries[key] else { throw value.error("the key \(quoted(key)) is missing") }
    return entry
  }
}
