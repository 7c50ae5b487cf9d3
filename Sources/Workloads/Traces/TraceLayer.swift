// SPDX-License-Identifier: Apache-2.0

import Sparsity

/// A layer of a trace: checked, but without its tensors' values, which `load` reads.
public struct TraceLayer: Sendable {
  /// Unique in its trace.
  public let name: String
  /// Place in `LayerTrace.layers`; it tells this layer's random streams from those of the others.
  public let index: Int
  public let operation: TraceOperation
  /// The matrix product it becomes.
  public let shape: GEMMShape
  /// Width of an operand, 8 or 16.
  public let operandBits: Int
  public let output: OutputSpecification
  public let repeatCount: Int
  public let source: GEMMLayer.Source
  /// The convolution that `shape` lowers; nil for the other operations.
  let convolution: ConvolutionShape?
  /// Which group of a grouped convolution this is; 0 otherwise.
  let group: Int
  var weights: OperandSource
  let activations: OperandSource

  /// The pattern along K that the weights are declared to have; nil if they are declared dense.
  public var declaredPattern: Pattern? { weights.declaredPattern }
}

extension OperandSource {
  /// The declared pattern along K. Random values without a pattern are unstructured, which nothing may rely on.
  var declaredPattern: Pattern? {
    switch self {
    case .stored(let operand): operand.pattern?.pattern
    case .random(let operand): operand.pattern
    }
  }
}
