// SPDX-License-Identifier: Apache-2.0
import Hardware
import Sparsity
import Workloads

/// A layer made ready for the machine: its operands compressed and laid out in memory, and its mapping chosen.
struct PreparedLayer {
  let layer: GEMMLayer
  let executed: Pattern
  /// The pattern that operand B runs as, where the design skips blocks of it.
  let executedB: Pattern?
  /// How operand A is compressed. What it is compressed to is in `image` alone: a large layer's weights need not lie about twice.
  let layoutOfA: HSSLayout
  /// Whether operand B lies in memory without its zeros.
  let isOperandBCompressed: Bool
  /// Whether windows of operand B come with offsets of their blocks.
  let hasBlockOffsetsOfB: Bool
  /// Positions of K in a window.
  let windowPositions: Int
  let mapping: WeightStationaryMapping
  let padding: PaddingTable
  let image: MemoryImage
  let outputLayout: OutputLayout
  let activation: ActivationUnit.Specification
  let requantisation: Requantisation
  let outputWidth: Requantisation.OutputWidth
  let result: ResultMatrix

  var wordBytes: Int { layer.operandBits / 8 }

  /// - Parameter reference: the exact product, from whose range a scale is chosen where the layer states none.
  /// - Parameter pinned: the mapping to run, in place of the one that is expected to take fewest cycles.
  /// - Throws: `LoopMappingError` if it cannot run, `PatternViolation` if an operand does not have the pattern it declares,
  ///   `MappingError` if nothing fits.
  init(
    _ layer: GEMMLayer, reference: [Int32], on specification: WeightStationarySpecification,
    pinned: LoopMapping? = nil
  ) throws {
    self.layer = layer
    let wordBytes = layer.operandBits / 8
    let declared = layer.declaredPattern ?? .dense
    executed = specification.design.executedPattern(for: declared)
    let a = Tensor(shape: [layer.m, layer.k], elements: layer.a)
    executedB = specification.design.executedOperandB(for: layer.declaredActivationPattern, besides: executed)
    let operandA = try OperandALayout(
      a, executed: executed, operandB: executedB, wordBytes: wordBytes, on: specification)
    layoutOfA = operandA.compressed.layout
    windowPositions = operandA.windowWords
    let operandB = try Self.operandB(of: layer, executedB, operandA, on: specification)
    isOperandBCompressed = operandB.isCompressed
    hasBlockOffsetsOfB = operandB.hasBlockOffsets
    let appliesReLU = layer.output.activation == .relu
    let outputIsCompressed =
      specification.outputFormat == .bitmask || (specification.outputFormat == .auto && appliesReLU)
    mapping = try WeightStationaryMapper(
      specification: specification, operandA: operandA, operandB: operandB, rowCount: layer.m, columnCount: layer.n,
      outputIsCompressed: outputIsCompressed
    ).mapping(layer: layer, pinned: pinned)
    let k = mapping.program.nest.k
    padding = operandA.padding(declaredDensity: declared.density, length: layer.k, k)
    outputWidth = specification.outputBits == 8 ? .bits8 : .bits16
    requantisation = layer.output.requantisation(
      forRange: Int(min(0, reference.min() ?? 0))...Int(max(0, reference.max() ?? 0)), width: outputWidth)
    activation = ActivationUnit.Specification(
      appliesReLU: appliesReLU, multiplier: Int64(requantisation.multiplier), shift: requantisation.shift,
      outputBits: specification.outputBits, rowsPerBlock: specification.rowsPerBlock)
    outputLayout = Self.outputLayout(
      layer, specification: specification, at: mapping.operandBytes,
      isCompressed: outputIsCompressed)
    image = MemoryImage(byteCount: outputLayout.maskAddress + outputLayout.maskBytes)
    operandA.write(to: image, mapping.program.operandA, k)
    operandB.write(to: image, mapping.program.operandB, columnStarts: mapping.program.columnStarts, k)
    result = ResultMatrix(rowCount: layer.m, columnCount: layer.n)
  }

  /// Operand B by blocks where the design skips some, else with or without its zeros.
  private static func operandB(
    of layer: GEMMLayer, _ executed: Pattern?, _ operandA: OperandALayout,
    on specification: WeightStationarySpecification
  ) throws -> OperandBLayout {
    guard let executed else {
      return OperandBLayout(
        layer.activations, wordBytes: operandA.wordBytes, windowWords: operandA.windowWords, windows: operandA.windows,
        format: specification.operandBFormat)
    }
    let groups = specification.design.row.groups
    let b = Tensor(shape: [layer.n, layer.k], elements: layer.activations.elements)
    return OperandBLayout(
      blocks: try HSSEncoder(executed: executed).encode(b, groupsMultipleOf: groups), groups: groups,
      wordBytes: operandA.wordBytes)
  }

  /// Blocks of a group that operand B's declared pattern keeps, at most as many as the executed one.
  var declaredBlocks: Int? {
    guard let rank = executedB?.structuredRanks.first else { return nil }
    let density = (layer.declaredActivationPattern ?? .dense).density
    return min(rank.g, (rank.h * density.numerator + density.denominator - 1) / density.denominator)
  }

  private static func outputLayout(
    _ layer: GEMMLayer, specification: WeightStationarySpecification, at address: Int, isCompressed: Bool
  ) -> OutputLayout {
    var layout = OutputLayout(
      valueAddress: address, maskAddress: address, isCompressed: isCompressed, wordBytes: specification.outputBits / 8,
      rowsPerBlock: specification.rowsPerBlock, rowCount: layer.m, columnCount: layer.n)
    layout.maskAddress = address + lineCount(bytes: layer.n * layout.columnStride) * Line.byteCount
    return layout
  }
}

extension OutputLayout {
  /// Bytes of all bitmasks; 0 where the result is not compressed.
  var maskBytes: Int { isCompressed ? lineCount(bytes: rowBlocks * columnCount * 8) * Line.byteCount : 0 }
}
