// SPDX-License-Identifier: Apache-2.0
import Hardware
import Sparsity

/// The machines that the `design` key of a design file may name, and the one place that makes them.
public enum DesignKind: String, CaseIterable, Sendable {
  case highLight = "highlight"

  /// The parameters of every design of this kind.
  public var schema: ParameterSchema {
    switch self {
    case .highLight: HighLightSpecification.schema
    }
  }

  /// The schemas that a design file may be for.
  public static var schemas: [ParameterSchema] { allCases.map(\.schema) }

  /// The machine of resolved parameters.
  ///
  /// - Parameter part: the part that `dram.part` names.
  /// - Precondition: `values` are of one of `schemas`; there is a part if `dram.model` is timed.
  public static func machine(_ values: ParameterValues, part: DRAMSpecification?) -> any Machine {
    guard let kind = DesignKind(rawValue: values.schema.design) else {
      preconditionFailure("a design is of a kind that this program knows, not \(values.schema.design)")
    }
    switch kind {
    case .highLight: return HighLightMachine(HighLightSpecification(values, part: part))
    }
  }

  /// The pattern that a design of this kind runs where a layer declares `pattern`.
  public func executedPattern(for declared: Pattern) -> Pattern {
    switch self {
    case .highLight: HighLightSpecification.patternRule.executedPattern(for: declared)
    }
  }
}
