// SPDX-License-Identifier: Apache-2.0

/// One field of a design: what may be stated, in which unit, its default, and where that default comes from.
public struct Parameter: Sendable {
  /// Where a default comes from.
  public enum Source: Equatable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// Stated or implied by something published, named here (`Sparseloop artifact`).
    case published(String)
    /// Our own choice where the sources are silent, with the reason.
    case assumption(String)

    public init(stringLiteral value: String) { self = .published(value) }

    public var description: String {
      switch self {
      case .published(let name): name
      case .assumption(let reason): "assumption: " + reason
      }
    }
  }

  /// A parameter that means something only while another has one of these values.
  public struct Condition: Equatable, Sendable {
    public let key: String
    public let values: [String]

    /// - Parameters:
    ///   - key: the key of a choice or boolean parameter that itself depends on none.
    ///   - values: the choices (or `true`, `false`) under which the parameter applies.
    public init(_ key: String, isOneOf values: [String]) {
      self.key = key
      self.values = values
    }

    var sentence: String { "\(key) is \(values.joined(separator: " or "))" }
  }

  /// The dotted key, as in `--set`: `glb.port_bytes_per_cycle`.
  public let key: String
  public let kind: Kind
  /// The unit of the value (`bytes/cycle`), or an empty string for a pure number or a name.
  public let unit: String
  /// The value where none is stated; nil leaves the parameter unset.
  public let defaultValue: ParameterValue?
  public let source: Source
  /// What the parameter is, in one sentence.
  public let meaning: String
  /// When the parameter applies; nil means always.
  public let condition: Condition?

  /// - Parameters:
  ///   - key: lower-case words of letters, digits and `_`, joined by dots.
  ///   - default: a value `kind` allows; nil makes the parameter optional. An integer literal serves for a number.
  ///   - condition: stating the parameter while the condition fails is an error; see `ParameterValues`.
  public init(
    _ key: String, _ kind: Kind, unit: String = "", default defaultValue: ParameterValue?, source: Source,
    onlyWhen condition: Condition? = nil, _ meaning: String
  ) {
    self.key = key
    self.kind = kind
    self.unit = unit
    if case .integer(let value)? = defaultValue, case .number = kind {
      self.defaultValue = .number(Double(value))
    } else {
      self.defaultValue = defaultValue
    }
    self.source = source
    self.meaning = meaning
    self.condition = condition
  }

  /// What may be stated, as a phrase: `an integer from 1 to 4096, in bytes/cycle`.
  public var allowed: String {
    kind.allowed + (unit.isEmpty ? "" : ", in \(unit)") + (defaultValue == nil ? ", or unset" : "")
  }
}
