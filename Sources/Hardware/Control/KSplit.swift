// SPDX-License-Identifier: Apache-2.0

/// How K is cut: into windows that a step covers, and the windows into parts between which sums are spilled.
///
/// One part is the rule; more pay off where the windows of all of K do not fit the buffer. Parts are balanced. Windows
/// are stored part by part, in a part block by block, in a block in order of K.
public struct KSplit: Equatable, Sendable {
  /// Windows of the whole of K.
  public var windows: Int
  /// Parts; at most `windows`.
  public var parts: Int

  public init(windows: Int, parts: Int = 1) {
    precondition(parts >= 1 && parts <= windows, "every part of K has a window")
    self.windows = windows
    self.parts = parts
  }

  /// The first window of `part` within K; the number of windows for the part after the last.
  @inline(__always)
  public func firstWindow(ofPart part: Int) -> Int { parts == 1 ? part * windows : windows * part / parts }

  /// Windows of `part`.
  @inline(__always)
  public func windows(ofPart part: Int) -> Int { firstWindow(ofPart: part + 1) - firstWindow(ofPart: part) }

  /// Number of a window in order of storage, for an operand of `blocks` blocks.
  @inline(__always)
  public func storedWindow(ofPart part: Int, block: Int, window: Int, blocks: Int) -> Int {
    blocks * firstWindow(ofPart: part) + block * windows(ofPart: part) + window
  }

  /// Block and window (within K) of every window of an operand of `blocks` blocks, in order of storage.
  public func storageOrder(blocks: Int) -> [(block: Int, window: Int)] {
    var order: [(block: Int, window: Int)] = []
    order.reserveCapacity(blocks * windows)
    for part in 0..<parts {
      for block in 0..<blocks {
        for window in firstWindow(ofPart: part)..<firstWindow(ofPart: part + 1) { order.append((block, window)) }
      }
    }
    return order
  }
}
