// SPDX-License-Identifier: Apache-2.0

/// What follows from the values of a layer's operands and nothing else, worked out when it is first wanted.
///
/// Copies of a layer share it, so that a product that several machines are checked against is formed once; it goes with the
/// last of them. A layer that is made of other operands has its own.
final class OperandFacts: Sendable {
  /// Z, [M, N].
  let reference = FormedOnce<[Int32]>()
  let effectualMACs = FormedOnce<Int64>()
}
