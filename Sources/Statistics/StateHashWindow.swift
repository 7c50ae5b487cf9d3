// SPDX-License-Identifier: Apache-2.0

/// Hashes over the state of every component behind the last cycle of a window: what a replay is held against.
public struct StateHashWindow: Equatable, Sendable {
  /// Cycles of a window, in the clock of the machine's core.
  public static let cycles: Int64 = 4096

  /// First cycle.
  public var start: Int64
  /// One hash for each component, in order.
  public var hashes: [UInt64]

  public init(start: Int64, hashes: [UInt64]) {
    self.start = start
    self.hashes = hashes
  }
}
