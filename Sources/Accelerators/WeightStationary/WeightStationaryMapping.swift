// SPDX-License-Identifier: Apache-2.0
import Hardware
import Workloads

/// How a layer is laid onto the machine: blocks, loop nest, and the buffer's division into rings.
struct WeightStationaryMapping {
  let program: LayerProgram
  let plan: BufferPlan
  /// What the search compared: cycles that no run of this mapping can beat, and bytes moved over DRAM.
  let estimate: MappingEstimate
  /// Bytes of memory that the operands and spilled sums take, from address 0.
  let operandBytes: Int
}

/// Why no mapping fits.
public struct MappingError: Error, CustomStringConvertible {
  public let layer: String
  public let dataBytes: Int
  public let metadataBytes: Int

  public var description: String {
    "layer \(layer): no mapping fits glb.data_bytes = \(dataBytes) and glb.metadata_bytes = \(metadataBytes): "
      + "not even one window of each operand; allowed are larger buffers"
  }
}

/// Finds the mapping of least cost (bound plus expected waiting) among all loop orders, block widths, group sizes and residences.
struct WeightStationaryMapper {
  let specification: WeightStationarySpecification
  let operandA: OperandALayout
  let operandB: OperandBLayout
  let rowCount: Int
  let columnCount: Int
  let outputIsCompressed: Bool

  /// The mapping that the user pinned, if there is one, else the best.
  ///
  /// - Throws: `LoopMappingError` where the pinned one cannot run, `MappingError` where none fits.
  func mapping(layer: GEMMLayer, pinned: LoopMapping?) throws -> WeightStationaryMapping {
    guard let pinned else { return try bestMapping(layer: layer.name) }
    let mapping = try PinnedMapping(
      pinned,
      PinnedMapping.Extents(
        rows: rowCount, columns: columnCount, length: layer.k, windowWords: operandA.windowWords),
      on: specification)
    let width = mapping.columnsPerBlock
    let columnStarts = (0...mapping.nest.columnBlocks).map { Int32(min(columnCount, width * $0)) }
    let directoryA = operandA.directory(at: 0, mapping.nest.k)
    let directoryB = operandB.directory(columnStarts: columnStarts, at: directoryA.byteCount, mapping.nest.k)
    guard let found = self.mapping(program(mapping.nest, directoryA, directoryB, columnStarts)) else {
      let buffer = specification.buffer
      let loop = pinned.loops(of: .smem).last { !$0.isSpatial } ?? LoopMapping.Loop(.m, 1)
      throw LoopMappingError(
        level: .smem, loop: loop,
        problem: "the tiles of operand A and B do not fit the buffer beside each other",
        allowed: "tiles of up to \(buffer.dataBytes) bytes of data and \(buffer.metadataBytes) of metadata together")
    }
    return found
  }

  /// The mapping of a part of a layer, by the whole's walk.
  func mapping(by walk: TileWalk) -> WeightStationaryMapping {
    let directoryA = operandA.directory(at: 0, walk.program.nest.k).placed(as: walk.program.operandA)
    let directoryB = operandB.directory(columnStarts: walk.program.columnStarts, at: 0, walk.program.nest.k).placed(
      as: walk.program.operandB)
    var program = program(walk.program.nest, directoryA, directoryB, walk.program.columnStarts)
    program.spillAddress = walk.program.spillAddress
    return mapping(program, plan: walk.plan, estimate: estimate(of: program))
  }

  private func estimate(of program: LayerProgram) -> MappingEstimate {
    MappingEstimate(
      program, specification: specification, rowBytes: rowBytes,
      wordBytes: operandA.wordBytes, writesAreKnown: !outputIsCompressed)
  }

  private func mapping(
    _ program: LayerProgram, plan: BufferPlan, estimate: MappingEstimate
  ) -> WeightStationaryMapping {
    let spilled = program.nest.k.parts > 1 ? program.spilledLines * Line.byteCount : 0
    return WeightStationaryMapping(
      program: program, plan: plan, estimate: estimate, operandBytes: program.spillAddress + spilled)
  }

  /// The mapping that is expected to take fewest cycles; of equals the one that moves fewest bytes, then the first.
  ///
  /// - Throws: `MappingError` if not even a window of each operand fits the buffer.
  func bestMapping(layer: String) throws -> WeightStationaryMapping {
    var best: WeightStationaryMapping?
    for k in splits() {
      let directoryA = operandA.directory(at: 0, k)
      let bytesA = directoryA.byteCount
      for blocks in blockCounts() {
        // Narrow blocks load the registers too often: that is seen before their many windows are laid out.
        if let best, networkCycles(columnBlocks: blocks) > best.estimate.rank.cycles { continue }
        let columnStarts = (0...blocks).map { Int32(columnCount * $0 / blocks) }
        let directoryB = operandB.directory(columnStarts: columnStarts, at: bytesA, k)
        for nest in nests(columnBlocks: blocks, k) {
          let candidate = program(nest, directoryA, directoryB, columnStarts)
          if let better = mapping(candidate, below: best?.estimate) { best = better }
        }
      }
    }
    guard let best else {
      throw MappingError(
        layer: layer, dataBytes: specification.buffer.dataBytes, metadataBytes: specification.buffer.metadataBytes)
    }
    return best
  }

  /// The bound `noc` of every mapping with so many blocks of columns.
  private func networkCycles(columnBlocks: Int) -> Int64 {
    Int64(
      specification.network.leastCycles(
        windows: columnCount * operandA.windows * operandA.rowBlocks,
        windowBytes: operandB.windowWords * operandA.wordBytes, rows: rowCount * operandA.windows * columnBlocks,
        rowBytes: rowBytes))
  }

  /// Bytes of operand A that a row's registers load for a window.
  private var rowBytes: Int { operandA.slotsPerRow * operandA.wordBytes }

  private func program(
    _ nest: LoopNest, _ operandA: OperandDirectory, _ operandB: OperandDirectory, _ columnStarts: [Int32]
  ) -> LayerProgram {
    LayerProgram(
      nest: nest, operandA: operandA, operandB: operandB, columnStarts: columnStarts, rowCount: rowCount,
      rowsPerBlock: specification.rowsPerBlock, windowWords: self.operandB.windowWords, arrays: specification.arrays,
      spillAddress: operandA.byteCount + operandB.byteCount)
  }

  /// The mapping of `program`; nil if it does not fit the buffer, or does not rank below `best`.
  private func mapping(_ program: LayerProgram, below best: MappingEstimate? = nil) -> WeightStationaryMapping? {
    var estimate = estimate(of: program)
    func isWorse() -> Bool { best.map { estimate.rank >= $0.rank } ?? false }
    // Waiting only adds to the bounds: a mapping whose bounds are no better needs no division of the buffer.
    guard !isWorse(), let plan = BufferDivision(program, buffer: specification.buffer).plan() else { return nil }
    estimate.expose(program, plan: plan)
    return isWorse() ? nil : mapping(program, plan: plan, estimate: estimate)
  }

  /// Ways to cut K into parts, the uncut one first. Parts pay off only where K does not fit; more than a few never do.
  private func splits() -> [KSplit] {
    let whole = KSplit(windows: operandA.windows)
    let bytes =
      operandB.windows * operandB.windowWords * operandA.wordBytes * min(columnCount, specification.columnsPerBlock)
    guard bytes > specification.buffer.dataBytes / 4 else { return [whole] }
    return [whole]
      + [2, 3, 4, 6, 8, 12, 16].filter { $0 <= operandA.windows }.map {
        KSplit(windows: operandA.windows, parts: $0)
      }
  }

  /// Numbers of column blocks to try: the fewest that the register file allows, and narrower ones by halves.
  ///
  /// Blocks are balanced, so that no block is much narrower than its neighbours.
  private func blockCounts() -> [Int] {
    let fewest = (columnCount + specification.columnsPerBlock - 1) / specification.columnsPerBlock
    var counts: [Int] = []
    var width = specification.columnsPerBlock
    while width >= 1 {
      let blocks = max(fewest, (columnCount + width - 1) / width)
      if blocks <= columnCount && counts.last != blocks { counts.append(blocks) }
      width = width > 16 ? width - 16 : width / 2
    }
    return counts
  }

  private func nests(columnBlocks: Int, _ k: KSplit) -> [LoopNest] {
    var nests: [LoopNest] = []
    for order in [LoopNest.Order.columnsOuter, .rowsOuter] {
      let outerBlocks = order == .rowsOuter ? operandA.rowBlocks : columnBlocks
      var size = 1
      var sizes: [Int] = []
      while size < outerBlocks {
        sizes.append(size)
        size *= 2
      }
      sizes.append(outerBlocks)
      for groupSize in sizes {
        for (outer, inner) in [(true, true), (true, false), (false, true), (false, false)] {
          nests.append(
            LoopNest(
              order: order, rowBlocks: operandA.rowBlocks, columnBlocks: columnBlocks, k: k, groupSize: groupSize,
              outerIsResident: outer, innerIsResident: inner))
        }
      }
    }
    return nests
  }
}

extension OperandDirectory {
  /// Bytes of all streams.
  var byteCount: Int { streams.reduce(0) { $0 + Int($1.lineStarts.last ?? 0) } * Line.byteCount }
}
