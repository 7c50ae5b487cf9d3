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
  let pattern: DeclaredPattern?
  let place: YAMLPlace
}

/// A pattern that a trace declares, and how the tensor comes to have it.
struct DeclaredPattern: Sendable {
  let pattern: Pattern
  /// The tensor is pruned onto the pattern; otherwise it must conform already.
  let isPruned: Bool
  /// Where the pattern stands, for an error in the values.
  let place: YAMLPlace
}

/// Synthetic values.
struct RandomOperand: Sendable, Hashable {
  /// Which positions are not zero.
  enum Occupancy: Sendable, Hashable {
    /// Exactly round(density · size), anywhere.
    case uniform(density: Double)
    /// The same number, within a band around the diagonal.
    case banded(density: Double, bandwidth: Int)
    /// Exactly G of H at each rank.
    case pattern(Pattern)
  }

  let occupancy: Occupancy
  /// The seed; nil for the run's.
  let seed: UInt64?
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
