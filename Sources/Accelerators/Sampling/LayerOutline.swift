// SPDX-License-Identifier: Apache-2.0
import Statistics

/// How a layer would run, without running it.
public struct LayerOutline: Sendable {
  public let walk: TileWalk
  /// Cycles that no run can beat, by the mapping.
  public let bounds: [Bound]
  /// The pattern of operand A that the machine exploits.
  public let patternExecuted: String
  /// The mapping as a loop nest, a line a level.
  public let mappingText: String
}
