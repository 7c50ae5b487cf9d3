// SPDX-License-Identifier: Apache-2.0

/// The loops around a block's K windows: which block of Z comes when, and how long an operand's tiles stay.
///
///     for each part of K                                    (DRAM; sums are spilled between parts)
///       for each group of blocks of the outer operand       (DRAM)
///         for each block of the inner operand
///           for each block of the outer operand in the group  (global buffer)
///             for each K window of the part                   (register file)
///               for each column of the block                  (stationary registers)
///
/// The outer operand's tile is a group, used once for every inner block; the inner operand's tile is one block, used
/// once for every outer block of the group. A tile that is not resident is fetched again for every use.
public struct LoopNest: Equatable, Sendable {
  /// Which operand's blocks the group loop runs over.
  public enum Order: String, Codable, Sendable {
    /// Groups of blocks of rows: operand A is the outer operand.
    case rowsOuter
    /// Groups of blocks of columns: operand B is the outer operand.
    case columnsOuter
  }

  public var order: Order
  /// Blocks of rows (operand A) and of columns (operand B).
  public var rowBlocks: Int
  public var columnBlocks: Int
  /// How K is cut into windows, and the windows into parts.
  public var k: KSplit
  /// Outer blocks of a group.
  public var groupSize: Int
  public var outerIsResident: Bool
  public var innerIsResident: Bool

  public init(
    order: Order, rowBlocks: Int, columnBlocks: Int, k: KSplit, groupSize: Int, outerIsResident: Bool,
    innerIsResident: Bool
  ) {
    self.order = order
    self.rowBlocks = rowBlocks
    self.columnBlocks = columnBlocks
    self.k = k
    self.groupSize = groupSize
    self.outerIsResident = outerIsResident
    self.innerIsResident = innerIsResident
  }

  /// Blocks of the operand that the group loop runs over.
  public var outerBlocks: Int { order == .rowsOuter ? rowBlocks : columnBlocks }
  /// Blocks of the other operand.
  public var innerBlocks: Int { order == .rowsOuter ? columnBlocks : rowBlocks }
  public var groups: Int { (outerBlocks + groupSize - 1) / groupSize }

  /// Outer blocks of `group`; the last group may be smaller.
  @inline(__always)
  func size(ofGroup group: Int) -> Int { min(groupSize, outerBlocks - group * groupSize) }

  /// Number of the step at `position`, from 0; a step is one K window of one block.
  @inline(__always)
  func step(at position: Position) -> Int {
    let windows = k.windows(ofPart: position.part)
    return outerBlocks * innerBlocks * k.firstWindow(ofPart: position.part)
      + position.group * groupSize * innerBlocks * windows
      + (position.inner * size(ofGroup: position.group) + position.outer) * windows + position.window
  }

  /// A point of the iteration space.
  struct Position: BitwiseCopyable {
    var part = 0
    var group = 0
    var inner = 0
    /// Outer block within the group.
    var outer = 0
    /// Window within the part.
    var window = 0
    var isDone = false
  }

  /// Block of rows and block of columns at `position`.
  @inline(__always)
  func blocks(at position: Position) -> (row: Int, column: Int) {
    let outer = position.group * groupSize + position.outer
    return order == .rowsOuter ? (outer, position.inner) : (position.inner, outer)
  }

  /// Whether the step at `position` is of the layer's last block.
  func isLastBlock(_ position: Position) -> Bool {
    position.part == k.parts - 1 && position.group == groups - 1 && position.inner == innerBlocks - 1
      && position.outer == size(ofGroup: position.group) - 1
  }

  /// Moves to the next step; loops that a walk leaves out stay at 0.
  @inline(__always)
  func advance(_ position: inout Position, skipsOuter: Bool = false, skipsInner: Bool = false) {
    position.window += 1
    guard position.window == k.windows(ofPart: position.part) else { return }
    position.window = 0
    if !skipsOuter {
      position.outer += 1
      guard position.outer == size(ofGroup: position.group) else { return }
      position.outer = 0
    }
    if !skipsInner {
      position.inner += 1
      guard position.inner == innerBlocks else { return }
      position.inner = 0
    }
    position.group += 1
    guard position.group == groups else { return }
    position.group = 0
    position.part += 1
    position.isDone = position.part == k.parts
  }
}
