// SPDX-License-Identifier: Apache-2.0
import Hardware

/// How a mapping walks Z's blocks, apart from what the operands hold: what parts of a layer are run by, so that they run as the
/// whole would.
public struct TileWalk: Sendable {
  /// Loops, blocks, and where operands and spilled sums lie in memory: a part's lie where they do in the whole, since elsewhere
  /// memory's banks and rows would be others.
  var program: LayerProgram
  /// The buffer's division into rings.
  var plan: BufferPlan
  /// Where the result lies, likewise.
  var output: OutputLayout
  /// How the operands are stored: a part's own zeros might have it otherwise.
  var storage: Storage

  /// What of a mapping follows from the operands' values.
  struct Storage: Sendable, Equatable {
    var isOperandACompressed: Bool
    var isOperandBCompressed: Bool
    /// Positions of K, or blocks of them, in a window.
    var perWindow: Int
    /// Rows and columns of an array's tile, where the machine chooses it; else 0.
    var tileRows = 0
    var tileColumns = 0
    /// Values of operand B that a block of K has at most, where the machine's steps are as many.
    var largestCountOfB: Int?
  }

  /// The dimension of Z along which parts are taken.
  enum Dimension: Sendable {
    case rows, columns
  }

  private var nest: LoopNest { program.nest }

  private var outerDimension: Dimension { nest.order == .rowsOuter ? .rows : .columns }

  /// The dimension along which cycles add up unit by unit, and the sizes of its units in rows or columns; the one that has more
  /// units, where both do.
  ///
  /// Groups of the outer operand always do: each is the whole inner loop. Blocks of the inner operand do where there is one
  /// group, or where the outer operand is fetched for every use: a tile that stays for a shorter inner loop would have less time
  /// to arrive.
  var units: (dimension: Dimension, extents: [Int]) {
    let outer = (outerDimension, extents(along: outerDimension, blocksPerUnit: nest.groupSize))
    guard nest.groups == 1 || !nest.outerIsResident else { return outer }
    let innerDimension: Dimension = outerDimension == .rows ? .columns : .rows
    let inner = (innerDimension, extents(along: innerDimension, blocksPerUnit: 1))
    return inner.1.count > outer.1.count ? inner : outer
  }

  /// Units until the buffer is as full as it stays: what is fetched ahead at the beginning takes memory's time from what is
  /// waited for. The stream that is fetched furthest ahead decides.
  var settlingUnits: Int {
    let aIsOuter = nest.order == .rowsOuter
    let (outer, inner) = aIsOuter ? (program.operandA, program.operandB) : (program.operandB, program.operandA)
    let group = min(nest.groupSize, nest.outerBlocks)
    if units.dimension == outerDimension {
      let perOuter = Double(group) / Double(nest.outerBlocks) * Double(nest.outerIsResident ? 1 : nest.innerBlocks)
      return max(
        depth(of: outer, fetches: perOuter), depth(of: inner, fetches: Double(nest.innerIsResident ? 1 : group)))
    }
    let perInner = 1 / Double(nest.innerBlocks) * Double(nest.innerIsResident ? nest.groups : nest.outerBlocks)
    return max(depth(of: inner, fetches: perInner), nest.outerIsResident ? 1 : depth(of: outer, fetches: 1))
  }

  /// Units that an operand's rings hold, at least 1.
  ///
  /// - Parameter fetches: how often a unit fetches the whole operand.
  private func depth(of operand: OperandDirectory, fetches: Double) -> Int {
    let depths = operand.streams.compactMap { stream -> Double? in
      let lines = Double(stream.lineStarts.last ?? 0) * fetches
      return lines > 0 ? Double(plan.region(of: stream.ring).count) / lines : nil
    }
    return max(1, Int((depths.max() ?? 0).rounded(.up)))
  }

  private func extents(along dimension: Dimension, blocksPerUnit: Int) -> [Int] {
    let blocks: [Int] =
      switch dimension {
      case .rows: (0..<nest.rowBlocks).map { min(program.rowsPerBlock, program.rowCount - $0 * program.rowsPerBlock) }
      case .columns: (0..<nest.columnBlocks).map { Int(program.columnStarts[$0 + 1] - program.columnStarts[$0]) }
      }
    return stride(from: 0, to: blocks.count, by: blocksPerUnit).map { first in
      blocks[first..<min(first + blocksPerUnit, blocks.count)].reduce(0, +)
    }
  }

  /// The walk of the part that has the units `chosen` of those along `units.dimension`, where they lie in the whole.
  func part(_ chosen: Range<Int>) -> TileWalk {
    let dimension = units.dimension
    let blocksPerUnit = dimension == outerDimension ? nest.groupSize : 1
    let count = dimension == .rows ? nest.rowBlocks : nest.columnBlocks
    let blocks = chosen.lowerBound * blocksPerUnit..<min(chosen.upperBound * blocksPerUnit, count)
    var part = self
    switch dimension {
    case .rows:
      let first = blocks.lowerBound * program.rowsPerBlock
      part.program.nest.rowBlocks = blocks.count
      part.program.rowCount = min(program.rowCount, blocks.upperBound * program.rowsPerBlock) - first
      part.output.rowCount = part.program.rowCount
      if !output.isCompressed { part.output.valueAddress += first * output.wordBytes / Line.byteCount * Line.byteCount }
      part.program.operandA = program.operandA.moved(toBlock: blocks.lowerBound, of: nest.rowBlocks, nest.k)
    case .columns:
      let first = program.columnStarts[blocks.lowerBound]
      part.program.nest.columnBlocks = blocks.count
      part.program.columnStarts = program.columnStarts[blocks.lowerBound...blocks.upperBound].map { $0 - first }
      part.output.columnCount = Int(part.program.columnStarts.last ?? 0)
      if !output.isCompressed { part.output.valueAddress += Int(first) * output.columnStride }
      part.program.operandB = program.operandB.moved(toBlock: blocks.lowerBound, of: nest.columnBlocks, nest.k)
    }
    return part
  }
}

extension OperandDirectory {
  /// The same streams from where a block begins in them, in the first part of K.
  fileprivate func moved(toBlock block: Int, of blocks: Int, _ k: KSplit) -> OperandDirectory {
    var moved = self
    let window = k.storedWindow(ofPart: 0, block: block, window: 0, blocks: blocks)
    for (index, stream) in streams.enumerated() {
      moved.streams[index].address += Int(stream.lineStarts[window]) * Line.byteCount
    }
    return moved
  }

  /// The directory with its streams where those of `other` begin.
  func placed(as other: OperandDirectory) -> OperandDirectory {
    var placed = self
    for index in streams.indices { placed.streams[index].address = other.streams[index].address }
    return placed
  }
}

extension StorageFormat {
  /// The format that a walk has fixed; this one where it has fixed none.
  func fixed(_ isCompressed: Bool?) -> StorageFormat {
    isCompressed.map { $0 ? .bitmask : .uncompressed } ?? self
  }
}
