// SPDX-License-Identifier: Apache-2.0

import Sparsity

/// Where the values of a layer's operand come from.
enum OperandSource: Sendable, Equatable {
  case stored(StoredOperand)
  case random(RandomOperand)
  case chained(ChainedOperand)
}

/// The output of an earlier layer of the same file, requantised to 8 bits.
struct ChainedOperand: Sendable, Equatable {
  /// Place of that layer in the file.
  let source: Int
  /// The shape of its output as the taking operation sees it: tokens by features, K by N, or images.
  let shape: [Int]
  let place: YAMLPlace
}

/// A tensor in a file.
struct StoredOperand: Sendable, Equatable {
  /// The file, resolved against the directory of the trace.
  let path: String
  /// The tensor's name in the file; nil for the only one.
  let tensor: String?
  let description: TensorFile.Description
  /// What the tensor is declared to have along K.
  var pattern: DeclaredPattern?
  /// The share of values that stays, of the largest magnitudes; nil for all.
  var keptShare: Double?
  let place: YAMLPlace
  /// Where its values are read.
  let tensors: DecodedTensors

  /// The tensor's values.
  func read() throws(WorkloadError) -> Tensor<Int16> {
    try tensors.values(of: DecodedTensors.Key(path: path, tensor: tensor, description: description))
  }
}

/// What is done with the two tensors of a layer.
public enum TraceOperation: String, Sendable, CaseIterable {
  /// Weights [M, K], activations [N, K].
  case linear
  /// Weights [M, C, R, S], activations [batch, C, H, W].
  case conv2d
  /// A [M, K], B [K, N]; or a batch of each.
  case matmul
}
