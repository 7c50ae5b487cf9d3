// SPDX-License-Identifier: Apache-2.0

import Sparsity

/// A layer of a trace: checked, but without its tensors' values, which `load` reads.
///
/// An entry that stands for several products, the groups of a convolution or a batch of them, is one layer for each where
/// a tensor gives the values. Where both operands are random the products are alike: it is one layer, which counts as often.
public struct TraceLayer: Sendable {
  /// Unique in its trace.
  public let name: String
  /// Place among the layers of the file; it tells this layer's random streams from those of the others.
  public let index: Int
  public let operation: TraceOperation
  /// The matrix product it becomes.
  public let shape: GEMMShape
  /// Width of an operand, 8 or 16.
  public let operandBits: Int
  public let output: OutputSpecification
  /// How often the network runs this product: the key `repeat`, times groups or batch where those are one layer.
  public let repeatCount: Int
  public let source: GEMMLayer.Source
  /// The convolution that `shape` lowers; nil for the other operations.
  let convolution: ConvolutionShape?
  /// Which group of a convolution, or which product of a batch, this is; 0 otherwise.
  let group: Int
  /// Why pruning the network leaves this layer dense, as its file says; nil where it may be pruned.
  let statedReasonToStayDense: String?
  var weights: OperandSource
  let activations: OperandSource

  /// The pattern along K that the weights are declared to have; nil if they are declared dense.
  public var declaredPattern: Pattern? { weights.declaredPattern }

  /// The place in the file of the layer whose output these activations are; nil where they come from elsewhere.
  // NB: Swift 6.3.1 crashes where it inlines this into another module (CopyPropagation, "Found ownership error").
  @inline(never)
  public var chainedSource: Int? {
    guard case .chained(let operand) = activations else { return nil }
    return operand.source
  }

  /// The share of activations that are drawn not zero; nil where it is not decided by drawing.
  public var activationDensity: Double? {
    if case .random(let operand) = activations, case .uniform(let density) = operand.occupancy { density } else { nil }
  }

  /// Whether operand A is a batch of its own, as activations are: a network has no weights there.
  public var isProductOfActivations: Bool { operation == .matmul && source.weights.count > 2 }

  /// Why the layer stays dense where its network is pruned to `pattern`; nil where it is pruned.
  ///
  /// Besides what the file states there is one rule: a convolution with fewer input channels than the pattern's period
  /// stays dense, since a group along K would reach over places of the filter.
  public func reasonToStayDense(under pattern: Pattern) -> String? {
    if let statedReasonToStayDense { return statedReasonToStayDense }
    if let convolution, convolution.channels < pattern.period {
      return "C = \(convolution.channels) is less than the pattern's period of \(pattern.period)"
    }
    return nil
  }

  /// The same layer with its weights drawn to, or pruned onto, `pattern`.
  func declaring(_ pattern: Pattern) -> TraceLayer {
    var result = self
    switch weights {
    case .random(let operand):
      result.weights = .random(RandomOperand(occupancy: .pattern(pattern), seed: operand.seed))
    case .stored(var operand):
      operand.pattern = DeclaredPattern(pattern: pattern, isPruned: true, place: operand.place)
      result.weights = .stored(operand)
    case .chained: break
    }
    return result
  }
}

extension OperandSource {
  /// The declared pattern along K. Random values without a pattern are unstructured, which nothing may rely on.
  var declaredPattern: Pattern? {
    switch self {
    case .stored(let operand): operand.pattern?.pattern
    case .random(let operand): operand.pattern
    case .chained: nil
    }
  }
}
