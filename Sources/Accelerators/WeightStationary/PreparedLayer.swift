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
  /// - Parameter walk: the mapping of a part of a layer, in place of both.
  /// - Throws: `LoopMappingError` if it cannot run, `PatternViolation` if an operand does not have the pattern it declares,
  ///   `MappingError` if nothing fits.
  init(
    _ layer: GEMMLayer, reference: [Int32], on specification: WeightStationarySpecification,
    pinned: LoopMapping? = nil, walk: TileWalk? = nil
  ) throws {
    self.layer = layer
    let mapped = try MappedLayer(layer, on: specification, pinned: pinned, walk: walk)
    let (operandA, operandB) = (mapped.operandA, mapped.operandB)
    executed = mapped.executed
    executedB = mapped.executedB
    layoutOfA = operandA.layout
    windowPositions = operandA.windowWords
    isOperandBCompressed = operandB.isCompressed
    hasBlockOffsetsOfB = operandB.hasBlockOffsets
    mapping = mapped.mapping
    let k = mapping.program.nest.k
    padding = operandA.padding(
      declaredDensity: (layer.declaredPattern ?? .dense).density, length: layer.k, k)
    outputWidth = specification.outputBits == 8 ? .bits8 : .bits16
    requantisation = layer.output.requantisation(
      forRange: Int(min(0, reference.min() ?? 0))...Int(max(0, reference.max() ?? 0)), width: outputWidth)
    activation = ActivationUnit.Specification(
      appliesReLU: layer.output.activation == .relu, multiplier: Int64(requantisation.multiplier),
      shift: requantisation.shift, outputBits: specification.outputBits, rowsPerBlock: specification.rowsPerBlock)
    outputLayout = walk?.output ?? mapped.outputLayout(layer, on: specification)
    image = MemoryImage(byteCount: outputLayout.maskAddress + outputLayout.maskBytes)
    operandA.write(to: image, mapping.program.operandA, k)
    operandB.write(to: image, mapping.program.operandB, columnStarts: mapping.program.columnStarts, k)
    result = ResultMatrix(rowCount: layer.m, columnCount: layer.n)
  }

  /// Blocks of a group that operand B's declared pattern keeps, at most as many as the executed one.
  var declaredBlocks: Int? {
    guard let rank = executedB?.structuredRanks.first else { return nil }
    let density = (layer.declaredActivationPattern ?? .dense).density
    return min(rank.g, (rank.h * density.numerator + density.denominator - 1) / density.denominator)
  }
}

extension OutputLayout {
  /// The layout of a whole result at `address`, its bitmasks behind its values.
  init(
    _ layer: GEMMLayer, at address: Int, isCompressed: Bool, outputBits: Int, rowsPerBlock: Int
  ) {
    self.init(
      valueAddress: address, maskAddress: address, isCompressed: isCompressed, wordBytes: outputBits / 8,
      rowsPerBlock: rowsPerBlock, rowCount: layer.m, columnCount: layer.n)
    maskAddress += lineCount(bytes: layer.n * columnStride) * Line.byteCount
  }

  /// Bytes of all bitmasks; 0 where the result is not compressed.
  var maskBytes: Int { isCompressed ? lineCount(bytes: rowBlocks * columnCount * 8) * Line.byteCount : 0 }
}
