// SPDX-License-Identifier: Apache-2.0

extension ParameterValues {
  /// The values with `--set` options applied.
  ///
  /// - Parameter overrides: `key=value` texts; `unset` clears an optional parameter.
  /// - Throws: `ConfigurationError` of the usage class for a text without `=`, an unknown key, a key set twice, a value
  ///   that is not allowed, or values that do not go together.
  public func applying(overrides: [String]) throws -> ParameterValues {
    var statements: [String: Statement] = [:]
    for override in overrides {
      let place = "--set \(Excerpt(override))"
      guard let separator = override.firstIndex(of: "=") else {
        throw ConfigurationError(.usage, at: place, problem: "there is no =", allowed: "key=value")
      }
      let key = String(override[..<separator])
      guard let parameter = schema.parameter(key) else { throw unknownKey(key, place: place) }
      guard statements[key] == nil else {
        throw ConfigurationError(.usage, at: place, field: key, problem: "this is set twice", allowed: "one value")
      }
      let text = String(override[override.index(after: separator)...])
      do throws(ValueProblem) {
        let value = try parameter.value(from: WrittenValue(text: text, isPlain: true))
        statements[key] = Statement(value: value, origin: .override)
      } catch {
        throw ConfigurationError(
          .usage, at: place, field: key, problem: error.sentence, allowed: parameter.allowed,
          suggestions: error.suggestions)
      }
    }
    return try overlaid(with: statements)
  }

  private func unknownKey(_ key: String, place: String) -> ConfigurationError {
    let near = NearNames.suggestions(for: key, among: schema.keys)
    return ConfigurationError(
      .usage, at: place, problem: "\(Excerpt(key)) is no parameter of \(schema.design)",
      allowed: near.isEmpty ? schema.keys.joined(separator: ", ") : nil, suggestions: near)
  }
}
