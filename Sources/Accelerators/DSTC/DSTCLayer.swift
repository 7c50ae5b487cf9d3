// SPDX-License-Identifier: Apache-2.0
import Hardware
import Sparsity
import Workloads

/// A layer made ready for DSTC: its mapping chosen, its operands laid out in memory.
struct DSTCLayer: StreamLayer {
  let layer: GEMMLayer
  let mapping: DSTCMapping
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
  ///   - reference: the exact product, from whose range a scale is chosen where the layer states none.
  ///   - pinned: the mapping, where the user pinned one.
  ///   - walk: the mapping of a part of a layer, in place of any other.
  /// - Throws: `MappingError` if nothing fits, `LoopMappingError` if what is pinned cannot run.
  init(
    _ layer: GEMMLayer, reference: [Int32], on specification: DSTCSpecification, pinned: LoopMapping?,
    walk: TileWalk? = nil
  ) throws {
    self.layer = layer
    let appliesReLU = layer.output.activation == .relu
    let mapper = DSTCMapper(layer, on: specification)
    let isCompressed = mapper.outputIsCompressed
    mapping = try walk.map(mapper.mapping(by:)) ?? mapper.bestMapping(layer: layer.name, pinned: pinned)
    mappingText = mapping.loopNestText(specification)
    collection = specification.collection(mapping.tile)
    outputWidth = specification.outputBits == 8 ? .bits8 : .bits16
    requantisation = layer.output.requantisation(
      forRange: Int(min(0, reference.min() ?? 0))...Int(max(0, reference.max() ?? 0)), width: outputWidth)
    let rowsPerColumn = collection.rowsPerColumn
    activation = ActivationUnit.Specification(
      appliesReLU: appliesReLU, multiplier: Int64(requantisation.multiplier), shift: requantisation.shift,
      outputBits: specification.outputBits, rowsPerBlock: rowsPerColumn,
      builtRows: CondensedVector.wordLimit)
    let output = walk?.output ?? mapping.outputLayout(layer, isCompressed: isCompressed, on: specification)
    outputLayout = output
    image = MemoryImage(byteCount: output.maskAddress + output.maskBytes)
    mapping.operandA.write(to: image, mapping.program.operandA, kPerWindow: mapping.kPerWindow)
    mapping.operandB.write(to: image, mapping.program.operandB, kPerWindow: mapping.kPerWindow)
    result = ResultMatrix(rowCount: layer.m, columnCount: layer.n)
  }

  var estimate: StreamMappingEstimate { mapping.estimate }
  /// What is declared runs as it is; what is not, by its zeros.
  var patternExecuted: String { Self.patternExecuted(of: layer) }

  static func patternExecuted(of layer: GEMMLayer) -> String {
    layer.declaredPattern?.description ?? "C(unstructured)"
  }

  var outputOrder: [(block: Int, column: Int)] {
    let rows = outputLayout.rowsPerBlock
    return collection.order(of: mapping.program.tileBlocks).map { ($0.firstRow / rows, $0.column) }
  }
}
