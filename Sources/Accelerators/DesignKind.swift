// SPDX-License-Identifier: Apache-2.0
import Hardware
import Sparsity

/// The machines that the `design` key of a design file may name, and the one place that makes them.
public enum DesignKind: String, CaseIterable, Sendable {
  case highLight = "highlight"
  case tensorCore = "tc"
  case stc
  case stcFlexible = "stc-flexible"

  /// What the design is in the family of machines that hold operand A.
  private var weightStationary: WeightStationaryDesign {
    switch self {
    case .highLight: .highLight
    case .tensorCore: .tensorCore
    case .stc: .stc
    case .stcFlexible: .stcFlexible
    }
  }

  /// The parameters of every design of this kind.
  public var schema: ParameterSchema { weightStationary.schema }

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
    WeightStationaryMachine(WeightStationarySpecification(values, part: part), mapping: mapping)
  }

  /// The pattern that a design of this kind runs where a layer declares `declared`.
  public func executedPattern(for declared: Pattern) -> Pattern { weightStationary.executedPattern(for: declared) }
}
