// SPDX-License-Identifier: Apache-2.0

import Sparsity

/// Where the values of a layer's operand come from.
enum OperandSource: Sendable {
  case stored(StoredOperand)
  case random(RandomOperand)
}

/// A tensor in a file.
struct StoredOperand: Sendable {
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
}

/// What is done with the two tensors of a layer.
public enum TraceOperation: String, Sendable, CaseIterable {
  /// Weights [M, K], activations [N, K].
  case linear
  /// Weights [M, C, R, S], activations [batch, C, H, W].
  case conv2d
  /// A [M, K], B [K, N].
  case matmul
}
