// SPDX-License-Identifier: Apache-2.0
import Hardware
import Sparsity

/// The machines that the `design` key of a design file may name, and the one place that makes them.
public enum DesignKind: String, CaseIterable, Sendable {
  case highLight = "highlight"
  case highLightThreeRank = "highlight-3rank"
  case highLightDSSO = "highlight-dsso"
  case tensorCore = "tc"
  case stc
  case stcFlexible = "stc-flexible"
  case dstc
  case s2ta

  /// Machines that share boxes and wires.
  private enum Family {
    /// Those that hold operand A.
    case weightStationary(WeightStationaryDesign)
    case dstc
    case s2ta
  }

  private var family: Family {
    switch self {
    case .highLight: .weightStationary(.highLight)
    case .highLightThreeRank: .weightStationary(.highLightThreeRank)
    case .highLightDSSO: .weightStationary(.highLightDSSO)
    case .tensorCore: .weightStationary(.tensorCore)
    case .stc: .weightStationary(.stc)
    case .stcFlexible: .weightStationary(.stcFlexible)
    case .dstc: .dstc
    case .s2ta: .s2ta
    }
  }

  /// The parameters of every design of this kind.
  public var schema: ParameterSchema {
    switch family {
    case .weightStationary(let design): design.schema
    case .dstc: DSTCSpecification.schema
    case .s2ta: S2TASpecification.schema
    }
  }

  /// The schemas that a design file may be for.
  public static var schemas: [ParameterSchema] { allCases.map(\.schema) }

  /// The machine of resolved parameters.
  ///
  /// - Parameters:
  ///   - part: the part that `dram.part` names.
  ///   - mapping: how every layer is mapped, in place of what the machine would choose.
  /// - Precondition: `values` are of one of `schemas`; there is a part if `dram.model` is timed.
  public static func machine(_ values: ParameterValues, part: DRAMSpecification?, mapping: LoopMapping? = nil)
    -> any Machine
  {
    guard let kind = DesignKind(rawValue: values.schema.design) else {
      preconditionFailure("a design is of a kind that this program knows, not \(values.schema.design)")
    }
    switch kind.family {
    case .weightStationary:
      return WeightStationaryMachine(WeightStationarySpecification(values, part: part), mapping: mapping)
    case .dstc: return DSTCMachine(DSTCSpecification(values, part: part), mapping: mapping)
    case .s2ta: return S2TAMachine(S2TASpecification(values, part: part), mapping: mapping)
    }
  }

  /// The pattern that a design of this kind runs where a layer declares `declared`.
  public func executedPattern(for declared: Pattern) -> Pattern {
    switch family {
    case .weightStationary(let design): design.executedPattern(for: declared)
    case .dstc: declared
    case .s2ta: S2TASpecification.patternRule.executedPattern(for: declared)
    }
  }
}
