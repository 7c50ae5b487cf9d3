// SPDX-License-Identifier: Apache-2.0
import Hardware
import Sparsity
import Workloads

/// A layer whose operands are compressed and whose mapping is chosen; nothing is laid out in memory yet.
struct MappedLayer {
  let executed: Pattern
  /// The pattern that operand B runs as, where the design skips blocks of it.
  let executedB: Pattern?
  let operandA: OperandALayout
  let operandB: OperandBLayout
  let outputIsCompressed: Bool
  let mapping: WeightStationaryMapping

  /// - Parameters:
  ///   - pinned: the mapping to run, in place of the one that is expected to take fewest cycles.
  ///   - walk: the mapping of a part, in place of both.
  /// - Throws: `LoopMappingError` if it cannot run, `PatternViolation` if an operand does not have the pattern it declares,
  ///   `MappingError` if nothing fits.
  init(
    _ layer: GEMMLayer, on specification: WeightStationarySpecification, pinned: LoopMapping?, walk: TileWalk? = nil
  ) throws {
    executed = specification.design.executedPattern(for: layer.declaredPattern ?? .dense)
    executedB = specification.design.executedOperandB(for: layer.declaredActivationPattern, besides: executed)
    operandA = try OperandALayout(
      Tensor(shape: [layer.m, layer.k], elements: layer.a), executed: executed, operandB: executedB,
      wordBytes: layer.operandBits / 8, on: specification)
    operandB = try Self.operandB(
      of: layer, executedB, operandA,
      format: specification.operandBFormat.fixed(walk?.storage.isOperandBCompressed), on: specification)
    outputIsCompressed =
      specification.outputFormat == .bitmask
      || (specification.outputFormat == .auto && layer.output.activation == .relu)
    let mapper = WeightStationaryMapper(
      specification: specification, operandA: operandA, operandB: operandB, rowCount: layer.m, columnCount: layer.n,
      outputIsCompressed: outputIsCompressed)
    mapping = try walk.map(mapper.mapping(by:)) ?? mapper.mapping(layer: layer, pinned: pinned)
  }

  /// Operand B by blocks where the design skips some, else with or without its zeros.
  private static func operandB(
    of layer: GEMMLayer, _ executed: Pattern?, _ operandA: OperandALayout, format: StorageFormat,
    on specification: WeightStationarySpecification
  ) throws -> OperandBLayout {
    guard let executed else {
      return OperandBLayout(
        layer.activations, wordBytes: operandA.wordBytes, windowWords: operandA.windowWords, windows: operandA.windows,
        format: format)
    }
    let groups = specification.design.row.groups
    let b = Tensor(shape: [layer.n, layer.k], elements: layer.activations.elements)
    return OperandBLayout(
      blocks: try HSSEncoder(executed: executed).encode(b, groupsMultipleOf: groups), groups: groups,
      wordBytes: operandA.wordBytes)
  }

  func outputLayout(_ layer: GEMMLayer, on specification: WeightStationarySpecification) -> OutputLayout {
    OutputLayout(
      layer, at: mapping.operandBytes, isCompressed: outputIsCompressed, outputBits: specification.outputBits,
      rowsPerBlock: specification.rowsPerBlock)
  }

  func outline(of layer: GEMMLayer, on specification: WeightStationarySpecification) -> LayerOutline {
    LayerOutline(
      walk: TileWalk(
        program: mapping.program, plan: mapping.plan, output: outputLayout(layer, on: specification),
        storage: TileWalk.Storage(
          isOperandACompressed: false, isOperandBCompressed: operandB.isCompressed, perWindow: operandA.windowWords)),
      bounds: mapping.estimate.bounds, patternExecuted: executed.description,
      mappingText: LoopNestText(
        mapping, positions: operandA.windowWords, operandB: executedB, specification: specification
      ).description)
  }
}
