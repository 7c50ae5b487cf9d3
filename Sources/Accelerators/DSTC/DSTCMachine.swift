// SPDX-License-Identifier: Apache-2.0
import Hardware
import SimulationKernel
import Sparsity
import Statistics
import Workloads

/// A DSTC machine. It skips every zero of both operands, whatever pattern is declared.
public struct DSTCMachine: Machine {
  public let specification: DSTCSpecification
  /// The mapping of every layer, where the user pinned one.
  public let mapping: LoopMapping?

  public init(_ specification: DSTCSpecification, mapping: LoopMapping? = nil) {
    self.specification = specification
    self.mapping = mapping
  }

  public var values: ParameterValues { specification.values }
  public var memory: MemoryModel { specification.memory }
  public var lanes: Int { specification.lanes }
  public var pricedBits: [String: Int] { specification.pricedBits }
  public var supportedPatterns: String { "any, by its zeros" }

  /// Every pattern runs as it is.
  public func executedPattern(for declared: Pattern) -> Pattern { declared }

  /// Zeros may be anywhere: as many as the pattern has.
  public func pruning(for declared: Pattern) -> WeightPruning {
    declared.density < .one ? .unstructured(density: declared.density.value) : .dense
  }

  public func outline(of layer: GEMMLayer) throws -> LayerOutline {
    let mapper = DSTCMapper(layer, on: specification)
    let mapping = try mapper.bestMapping(layer: layer.name, pinned: mapping)
    return LayerOutline(
      walk: TileWalk(
        program: mapping.program, plan: mapping.plan,
        output: mapping.outputLayout(layer, isCompressed: mapper.outputIsCompressed, on: specification),
        storage: TileWalk.Storage(
          isOperandACompressed: mapping.operandA.isCompressed, isOperandBCompressed: mapping.operandB.isCompressed,
          perWindow: mapping.kPerWindow,
          tileRows: mapping.tile.rows, tileColumns: mapping.tile.columns)),
      bounds: mapping.estimate.bounds, patternExecuted: DSTCLayer.patternExecuted(of: layer),
      mappingText: mapping.loopNestText(specification))
  }

  public func session(_ layer: GEMMLayer, options: LayerOptions) throws -> LayerSession {
    let reference = try layer.referenceProduct()
    let prepared = try DSTCLayer(layer, reference: reference, on: specification, pinned: mapping, walk: options.walk)
    let run = StreamRun(
      design: specification.values.name, lanes: lanes, clockGHz: specification.clockGHz, options: options)
    let made = options.isolated.map { DSTCSpecification($0.values, part: $0.memoryPart) } ?? specification
    return try run.session(prepared, reference: reference) { core, observer in
      DSTC(in: core, made, prepared, observer: observer)
    }
  }
}
