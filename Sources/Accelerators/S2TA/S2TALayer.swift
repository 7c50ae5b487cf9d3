// SPDX-License-Identifier: Apache-2.0
import Hardware
import Sparsity
import Workloads

/// A layer made ready for S2TA: its bounds known, its mapping chosen, its operands laid out in memory.
struct S2TALayer {
  let layer: GEMMLayer
  let executed: Pattern
  let mapping: S2TAMapping
  let image: MemoryImage
  let outputLayout: OutputLayout
  let activation: ActivationUnit.Specification
  let requantisation: Requantisation
  let outputWidth: Requantisation.OutputWidth
  let result: ResultMatrix
  let mappingText: String
  private let collection: TileCollector.Specification

  var wordBytes: Int { layer.operandBits / 8 }

  /// - Parameters:
  ///   - layer: with its activations pruned already, where they are.
  ///   - reference: the exact product, from whose range a scale is chosen where the layer states none.
  /// - Throws: `PatternViolation` if operand A does not have the pattern it declares, `MappingError` if nothing fits,
  ///   `LoopMappingError` if what is pinned cannot run.
  init(
    _ layer: GEMMLayer, reference: [Int32], on specification: S2TASpecification, pinned: LoopMapping?,
    walk: TileWalk? = nil
  ) throws {
    self.layer = layer
    collection = specification.collection
    let mapped = try Mapped(layer, on: specification, pinned: pinned, walk: walk)
    executed = mapped.executed
    mapping = mapped.mapping
    let (operandA, operandB) = (mapping.operandA, mapping.operandB)
    mappingText = mapping.loopNestText(specification)
    outputWidth = specification.outputBits == 8 ? .bits8 : .bits16
    requantisation = layer.output.requantisation(
      forRange: Int(min(0, reference.min() ?? 0))...Int(max(0, reference.max() ?? 0)), width: outputWidth)
    activation = ActivationUnit.Specification(
      appliesReLU: layer.output.activation == .relu, multiplier: Int64(requantisation.multiplier),
      shift: requantisation.shift,
      outputBits: specification.outputBits, rowsPerBlock: specification.rows)
    let output = walk?.output ?? mapped.outputLayout(layer, on: specification)
    outputLayout = output
    image = MemoryImage(byteCount: output.maskAddress + output.maskBytes)
    operandA.write(to: image, mapping.program.operandA, perWindow: mapping.perWindow)
    operandB.write(to: image, mapping.program.operandB, perWindow: mapping.perWindow)
    result = ResultMatrix(rowCount: layer.m, columnCount: layer.n)
  }

  /// A layer with its bounds known and its mapping chosen; nothing is laid out in memory yet.
  struct Mapped {
    let executed: Pattern
    let mapping: S2TAMapping
    let outputIsCompressed: Bool

    func outputLayout(_ layer: GEMMLayer, on specification: S2TASpecification) -> OutputLayout {
      OutputLayout(
        layer, at: mapping.operandBytes, isCompressed: outputIsCompressed, outputBits: specification.outputBits,
        rowsPerBlock: specification.rows)
    }

    /// - Throws: as the layer's own initialiser.
    init(
      _ layer: GEMMLayer, on specification: S2TASpecification, pinned: LoopMapping?, walk: TileWalk? = nil
    ) throws {
      executed = S2TASpecification.patternRule.executedPattern(for: layer.declaredPattern ?? .dense)
      let isBound = executed != S2TASpecification.patternRule.dense
      if isBound,
        let violation = executed.firstViolation(in: Tensor(shape: [layer.m, layer.k], elements: layer.a), along: 1)
      {
        throw violation
      }
      let wordBytes = layer.operandBits / 8
      let operandA = BlockLayout(
        OperandVectors(layer.a, count: layer.m, length: layer.k), wordBytes: wordBytes, tileSize: specification.rows,
        bound: isBound ? S2TASpecification.heldValues : DensityBoundBlock.size)
      let operandB = BlockLayout(
        layer.activations, wordBytes: wordBytes, tileSize: specification.columns,
        bound: walk?.storage.largestCountOfB ?? BlockLayout.largestCount(layer.activations))
      outputIsCompressed =
        specification.outputFormat == .bitmask
        || (specification.outputFormat == .auto && layer.output.activation == .relu)
      mapping =
        if let walk {
          S2TAMapping.mapping(by: walk, operandA, operandB, outputIsCompressed: outputIsCompressed, on: specification)
        } else {
          try S2TAMapping.best(
            layer: layer.name, operandA, operandB, outputIsCompressed: outputIsCompressed, on: specification,
            pinned: pinned)
        }
    }
  }

  var outputOrder: [(block: Int, column: Int)] {
    let rows = outputLayout.rowsPerBlock
    return collection.order(of: mapping.program.tileBlocks).map { ($0.firstRow / rows, $0.column) }
  }
}
