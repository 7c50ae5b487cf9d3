// SPDX-License-Identifier: Apache-2.0

/// All parameters of one kind of accelerator, in the order they are shown, and the rules between them.
public struct ParameterSchema: Sendable {
  /// A rule that no single parameter can check.
  public struct Check: Sendable {
    /// The keys the rule is about; a violation is reported where the last of them was stated.
    public let keys: [String]
    /// Nil when the rule holds, otherwise what is wrong, with the numbers.
    public let problem: @Sendable (ParameterValues) -> String?

    public init(_ keys: String..., problem: @escaping @Sendable (ParameterValues) -> String?) {
      self.keys = keys
      self.problem = problem
    }
  }

  /// A mistake in a schema itself, which is one of the program and not of its user.
  public struct DefinitionError: Error, Equatable, CustomStringConvertible {
    public let description: String
  }

  /// The accelerator, as the `design` key of a design file names it.
  public let design: String
  public let parameters: [Parameter]
  public let checks: [Check]
  private let indexes: [String: Int]

  /// - Throws: `DefinitionError` when keys collide (one given twice, or one a group of another), a key or name cannot
  ///   be written in a design file, a default is not allowed, a condition is about no fit parameter, or a check
  ///   rejects the defaults.
  public init(design: String, parameters: [Parameter], checks: [Check] = []) throws {
    self.design = design
    self.parameters = parameters
    self.checks = checks
    var indexes: [String: Int] = [:]
    for (index, parameter) in parameters.enumerated() {
      guard indexes.updateValue(index, forKey: parameter.key) == nil else {
        throw DefinitionError(description: "\(parameter.key) is defined twice")
      }
    }
    self.indexes = indexes
    try validate()
  }

  /// The parameter of this key, if there is one.
  public func parameter(_ key: String) -> Parameter? { indexes[key].map { parameters[$0] } }

  public var keys: [String] { parameters.map(\.key) }

  /// The parameters whose default is our own choice: the review's agenda.
  public var assumptions: [Parameter] {
    parameters.filter { if case .assumption = $0.source { true } else { false } }
  }

  private func validate() throws {
    guard DesignHeader.isName(design) else { throw DefinitionError(description: "\(design) is no name of a design") }
    for parameter in parameters {
      let key = parameter.key
      let words = key.split(separator: ".", omittingEmptySubsequences: false)
      guard words.allSatisfy(Self.isWord) else { throw DefinitionError(description: "\(key) is no dotted key") }
      guard !DesignHeader.keys.contains(String(words[0])) else {
        throw DefinitionError(description: "\(key) collides with the header of design files")
      }
      for length in 1..<words.count where indexes[words[..<length].joined(separator: ".")] != nil {
        let group = words[..<length].joined(separator: ".")
        throw DefinitionError(description: "\(group) is both a parameter and the group of \(key)")
      }
      if let problem = parameter.defaultValue.flatMap(parameter.kind.problem(with:)) {
        throw DefinitionError(description: "\(key): the default is not allowed: \(problem)")
      }
      try validate(parameter.condition, of: key)
    }
    for check in checks {
      if let key = check.keys.first(where: { indexes[$0] == nil }) {
        throw DefinitionError(description: "a check is about \(key), which is no parameter")
      }
    }
    do {
      _ = try ParameterValues(defaultsOf: self, name: "defaults")
    } catch let error as ConfigurationError {
      throw DefinitionError(description: "the defaults break a check: \(error.description)")
    }
  }

  private func validate(_ condition: Parameter.Condition?, of key: String) throws {
    guard let condition else { return }
    guard let other = parameter(condition.key), other.condition == nil, other.defaultValue != nil else {
      throw DefinitionError(description: "\(key) depends on \(condition.key), which is no unconditional parameter")
    }
    let choices: [String]
    switch other.kind {
    case .choice(let names): choices = names
    case .boolean: choices = ["true", "false"]
    default: throw DefinitionError(description: "\(key) depends on \(condition.key), which is no choice")
    }
    guard !condition.values.isEmpty, condition.values.allSatisfy(choices.contains) else {
      throw DefinitionError(description: "\(key) depends on a choice that \(condition.key) does not have")
    }
  }

  private static func isWord(_ word: Substring) -> Bool {
    guard let first = word.utf8.first, first.isLetter else { return false }
    return word.utf8.allSatisfy { ($0.isLetter && $0 & 0x20 != 0) || $0.isDigit || $0 == UInt8(ascii: "_") }
  }
}
