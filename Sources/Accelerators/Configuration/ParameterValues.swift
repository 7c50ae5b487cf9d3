// SPDX-License-Identifier: Apache-2.0

/// Where a value was stated.
public enum ParameterOrigin: Equatable, Sendable {
  /// Nowhere: it is the parameter's default.
  case defaultValue
  /// In a design file, on this line.
  case file(path: String, line: Int, column: Int)
  /// By `--set`.
  case override

  /// A later layer overrides an earlier one.
  fileprivate var layer: Int {
    switch self {
    case .defaultValue: 0
    case .file: 1
    case .override: 2
    }
  }
}

/// Every parameter of a design with its value: the defaults, overlaid by a design file, overlaid by `--set`.
///
/// A parameter with a condition is *dormant* while the condition fails: it has no value then. To state it is an error,
/// unless the layer above changed what it depends on (`--set dram.model=timed` may override a file that states the
/// ideal model and its bandwidth; it must not come together with the bandwidth of the ideal model).
public struct ParameterValues: Sendable {
  public let schema: ParameterSchema
  /// The design's name, from its file.
  public let name: String
  /// What was stated, by key; what was not has its default. A nil value is an explicit `unset`.
  private(set) var statements: [String: Statement]

  struct Statement: Sendable {
    let value: ParameterValue?
    let origin: ParameterOrigin
  }

  /// The design in which nothing is stated.
  ///
  /// - Throws: `ConfigurationError` where a check rejects the defaults; a schema does not come to exist then.
  public init(defaultsOf schema: ParameterSchema, name: String) throws {
    try self.init(schema: schema, name: name, statements: [:])
  }

  /// - Precondition: every statement is of a key of the schema, with a value it allows.
  /// - Throws: `ConfigurationError` where a condition or a check fails.
  init(schema: ParameterSchema, name: String, statements: [String: Statement]) throws {
    self.schema = schema
    self.name = name
    self.statements = statements
    try checkConditions()
    try checkRules()
  }

  // MARK: Values

  /// The value of `key`; nil while it is unset or dormant.
  ///
  /// - Precondition: the schema has the key.
  public subscript(key: String) -> ParameterValue? {
    guard let parameter = schema.parameter(key) else {
      preconditionFailure("\(key) is no parameter of \(schema.design)")
    }
    return isDormant(parameter) ? nil : statedOrDefault(parameter)
  }

  /// The whole number `key` must have. Traps on a key that is not an integer, or has no value.
  public func integer(_ key: String) -> Int { required(optionalInteger(key), key) }
  /// The number `key` must have. Traps on a key that is not a number, or has no value.
  public func number(_ key: String) -> Double { required(optionalNumber(key), key) }
  /// The truth value `key` must have. Traps on a key that is not a boolean, or has no value.
  public func boolean(_ key: String) -> Bool { required(optionalBoolean(key), key) }
  /// The name or text `key` must have. Traps on a key that is neither a choice nor text, or has no value.
  public func text(_ key: String) -> String { required(optionalText(key), key) }

  public func optionalInteger(_ key: String) -> Int? {
    self[key].map { if case .integer(let value) = $0 { value } else { mistyped(key, "an integer") } }
  }

  public func optionalNumber(_ key: String) -> Double? {
    self[key].map { if case .number(let value) = $0 { value } else { mistyped(key, "a number") } }
  }

  public func optionalBoolean(_ key: String) -> Bool? {
    self[key].map { if case .boolean(let value) = $0 { value } else { mistyped(key, "a boolean") } }
  }

  public func optionalText(_ key: String) -> String? {
    self[key].map { if case .text(let value) = $0 { value } else { mistyped(key, "a choice or text") } }
  }

  /// Where the value of `key` was stated.
  public func origin(of key: String) -> ParameterOrigin { statements[key]?.origin ?? .defaultValue }

  /// Whether `key` applies, its condition being met.
  public func applies(_ key: String) -> Bool { schema.parameter(key).map { !isDormant($0) } ?? false }

  // MARK: Overlaying

  /// The values with more stated on top, checked as a whole.
  func overlaid(with more: [String: Statement]) throws -> ParameterValues {
    try ParameterValues(schema: schema, name: name, statements: statements.merging(more) { $1 })
  }

  private func isDormant(_ parameter: Parameter) -> Bool {
    guard let condition = parameter.condition, let other = schema.parameter(condition.key) else { return false }
    return !condition.values.contains(Self.name(of: statedOrDefault(other)))
  }

  private func statedOrDefault(_ parameter: Parameter) -> ParameterValue? {
    if let statement = statements[parameter.key] { return statement.value }
    return parameter.defaultValue
  }

  private static func name(of value: ParameterValue?) -> String {
    switch value {
    case .text(let name): name
    case .boolean(let value): value ? "true" : "false"
    default: ""
    }
  }

  private func required<Value>(_ value: Value?, _ key: String) -> Value {
    guard let value else { preconditionFailure("\(key) of \(name) has no value: it is unset or does not apply") }
    return value
  }

  private func mistyped(_ key: String, _ type: String) -> Never {
    preconditionFailure("\(key) of \(schema.design) was read as \(type), which it is not")
  }
}

// MARK: - Checks across parameters

extension ParameterValues {
  private func checkConditions() throws {
    for parameter in schema.parameters where isDormant(parameter) {
      guard let condition = parameter.condition, let statement = statements[parameter.key],
        statement.value != nil, statement.origin.layer >= origin(of: condition.key).layer
      else { continue }
      let actual = Self.name(of: self[condition.key])
      throw ConfigurationError(
        statement.origin.exitClass, at: statement.origin.place, field: parameter.key,
        problem: "this does not apply while \(condition.key) is \(actual)",
        allowed: "only where \(condition.sentence)")
    }
  }

  private func checkRules() throws {
    for check in schema.checks {
      guard let problem = check.problem(self) else { continue }
      let origins = check.keys.map(origin(of:))
      let culprit = origins.max { $0.order < $1.order } ?? .defaultValue
      throw ConfigurationError(
        culprit.exitClass, at: culprit.place, field: check.keys.joined(separator: ", "), problem: problem)
    }
  }
}

extension ParameterOrigin {
  /// The class of an error in a value stated here.
  var exitClass: ConfigurationError.ExitClass { self == .override ? .usage : .content }

  /// The place that an error message names.
  var place: String {
    switch self {
    case .defaultValue: "default"
    case .file(let path, let line, let column): "\(Excerpt(path, limit: 1000)):\(line):\(column)"
    case .override: "--set"
    }
  }

  /// The place for a table or a comment: only the last part of a path, which may differ from machine to machine.
  var shortPlace: String {
    guard case .file(let path, let line, _) = self else { return place }
    return "\(Excerpt(String(path.split(separator: "/").last ?? ""))):\(line)"
  }

  /// Orders places by how late they speak.
  fileprivate var order: (Int, Int) {
    guard case .file(_, let line, _) = self else { return (layer, 0) }
    return (layer, line)
  }
}

extension ParameterValues: Equatable {
  /// The same design with the same value of every parameter, wherever these were stated.
  public static func == (a: ParameterValues, b: ParameterValues) -> Bool {
    a.schema.design == b.schema.design && a.name == b.name && a.schema.keys == b.schema.keys
      && a.schema.keys.allSatisfy { a[$0] == b[$0] }
  }
}
