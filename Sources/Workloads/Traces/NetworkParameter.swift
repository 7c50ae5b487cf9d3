// SPDX-License-Identifier: Apache-2.0

/// A number that a network's extents may name, such as the length of a sequence.
public struct NetworkParameter: Sendable, Hashable {
  public let name: String
  public let value: Int
  /// What the network's file says.
  public let fallback: Int

  /// The parameters of a network.
  ///
  /// - Parameters:
  ///   - value: the mapping of names to integers; nil where there is none.
  ///   - overrides: `name=value`, each name at most once.
  /// - Throws: `WorkloadError`: `content` for what stands in the file, `usage` for an override.
  static func all(_ value: YAMLValue?, overrides: [String], path: String) throws(WorkloadError) -> [NetworkParameter] {
    let limits = 1...GEMMShape.largestExtent
    var fallbacks: [(name: String, value: Int)] = []
    if let value {
      guard let mapping = value.node.mapping else {
        throw value.error("\(value.shown) is given", allowed: "a mapping of names to integers")
      }
      for (key, node) in mapping {
        let name = try LayerTrace.name(YAMLValue(node: key, field: value.field, file: value.file), allowing: "_")
        guard Int(name) == nil else {
          throw YAMLValue(node: key, field: value.field, file: value.file)
            .error("\(quoted(name)) is a number", allowed: "a name with a letter")
        }
        let entry = YAMLValue(node: node, field: "\(value.field).\(name)", file: value.file)
        fallbacks.append((name, try entry.integer(in: limits)))
      }
    }
    var given: [String: Int] = [:]
    for override in overrides {
      func error(_ problem: String, allowed: String, suggestion: String? = nil) -> WorkloadError {
        WorkloadError(
          .usage, field: "--parameter \(override)", problem, allowed: allowed, suggestion: suggestion)
      }
      let parts = override.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2 else { throw error("this is no assignment", allowed: "name=value") }
      let names = fallbacks.map(\.name)
      guard names.contains(parts[0]) else {
        throw error(
          "\(path) has no parameter \(quoted(parts[0]))",
          allowed: names.isEmpty ? "none, since it has no parameters" : names.joined(separator: ", "),
          suggestion: Workloads.suggestion(for: parts[0], among: names))
      }
      guard let number = Int(parts[1]), limits.contains(number) else {
        throw error("\(quoted(parts[1]))", allowed: "an integer from \(limits.lowerBound) to \(limits.upperBound)")
      }
      guard given.updateValue(number, forKey: parts[0]) == nil else {
        throw error("\(quoted(parts[0])) is given more than once", allowed: "each parameter once")
      }
    }
    return fallbacks.map { NetworkParameter(name: $0.name, value: given[$0.name] ?? $0.value, fallback: $0.value) }
  }
}

extension YAMLValue {
  /// An integer, or the name of a parameter that stands for one.
  func extent(in range: ClosedRange<Int>, parameters: [String: Int]) throws(WorkloadError) -> Int {
    guard let scalar = node.scalar, scalar.style == .plain, let value = parameters[scalar.string] else {
      let isWord = node.scalar.map { $0.string.contains { $0.isLetter } } ?? false
      guard isWord, !parameters.isEmpty else { return try integer(in: range) }
      let names = parameters.keys.sorted()
      throw error(
        shown,
        allowed: "an integer from \(range.lowerBound) to \(range.upperBound), or \(names.joined(separator: ", "))",
        suggestion: suggestion(for: node.scalar?.string ?? "", among: names))
    }
    guard range.contains(value) else {
      throw error(
        "the parameter \(shown) is \(value)", allowed: "\(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }
}
