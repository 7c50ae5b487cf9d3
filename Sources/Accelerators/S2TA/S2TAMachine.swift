// SPDX-License-Identifier: Apache-2.0
import Hardware
import SimulationKernel
import Sparsity
import Statistics
import Workloads

/// An S2TA machine. It exploits 4:8 in operand A, and in operand B the largest number of non-zeros that any block of 8 has.
public struct S2TAMachine: Machine {
  public let specification: S2TASpecification
  /// The mapping of every layer, where the user pinned one.
  public let mapping: LoopMapping?

  public init(_ specification: S2TASpecification, mapping: LoopMapping? = nil) {
    self.specification = specification
    self.mapping = mapping
  }

  public var values: ParameterValues { specification.values }
  public var memory: MemoryModel { specification.memory }
  public var lanes: Int { specification.lanes }
  public var pricedBits: [String: Int] { [:] }
  public var supportedPatterns: String { "\(S2TASpecification.patternRule), and 1:8 to 8:8 of operand B" }

  public var prunesActivations: Bool { true }

  public func executedPattern(for declared: Pattern) -> Pattern {
    S2TASpecification.patternRule.executedPattern(for: declared)
  }

  public func pruning(for declared: Pattern) -> WeightPruning { S2TASpecification.patternRule.pruning(for: declared) }

  public func outline(of layer: GEMMLayer) throws -> LayerOutline {
    let mapped = try S2TALayer.Mapped(layer, on: specification, pinned: mapping)
    let mapping = mapped.mapping
    return LayerOutline(
      walk: TileWalk(
        program: mapping.program, plan: mapping.plan, output: mapped.outputLayout(layer, on: specification),
        storage: TileWalk.Storage(
          isOperandACompressed: mapping.operandA.hasMasks, isOperandBCompressed: mapping.operandB.hasMasks,
          perWindow: mapping.perWindow, largestCountOfB: mapping.operandB.bound)),
      bounds: mapping.estimate.bounds, patternExecuted: mapped.executed.description,
      mappingText: mapping.loopNestText(specification))
  }

  public func session(_ layer: GEMMLayer, options: LayerOptions) throws -> LayerSession {
    let pruning = options.keptActivations.map {
      ActivationPruning(layer.bTransposed, count: layer.n, length: layer.k, kept: $0)
    }
    let layer = pruning.map { layer.withActivations($0.values) } ?? layer
    let reference = try layer.referenceProduct()
    let prepared = try S2TALayer(
      layer, reference: reference, on: specification, pinned: mapping, walk: options.walk)
    let run = StreamRun(
      design: specification.values.name, lanes: lanes, clockGHz: specification.clockGHz, options: options)
    let made = options.isolated.map { S2TASpecification($0.values, part: $0.memoryPart) } ?? specification
    return try run.session(
      prepared, reference: reference,
      adding: { outcome in
        guard let pruning, let kept = options.keptActivations else { return }
        outcome.removedActivationNorm = pruning.removedNorm
        outcome.summary.mapping +=
          "\nactivations pruned to \(kept) of 8 in every block: \(pruning.removedShare) removed"
      }
    ) { core, observer in
      S2TA(in: core, made, prepared, observer: observer)
    }
  }
}

extension S2TALayer: StreamLayer {
  var estimate: StreamMappingEstimate { mapping.estimate }
  var patternExecuted: String { executed.description }
}

extension GEMMLayer {
  /// The same layer with other activations, transposed [N, K].
  func withActivations(_ values: [Int16]) -> GEMMLayer {
    GEMMLayer(
      name: name, shape: shape, a: a, bTransposed: values, operandBits: operandBits, declaredPattern: declaredPattern,
      declaredActivationPattern: declaredActivationPattern, output: output, repeatCount: repeatCount, source: source)
  }
}
