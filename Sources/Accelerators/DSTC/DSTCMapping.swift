// SPDX-License-Identifier: Apache-2.0
import Hardware
import Statistics
import Workloads

/// How a layer is laid onto DSTC: tiles, loop nest, and the buffer's division into rings.
struct DSTCMapping {
  let operandA: CondensedLayout
  let operandB: CondensedLayout
  /// Ks of a window.
  let kPerWindow: Int
  let program: LayerProgram
  let plan: BufferPlan
  let estimate: StreamMappingEstimate
  /// Bytes of memory that the operands take, from address 0.
  let operandBytes: Int

  var tile: DSTCSpecification.TileShape {
    DSTCSpecification.TileShape(rows: operandA.tileSize, columns: operandB.tileSize)
  }
}

extension DSTCMapper {
  init(_ layer: GEMMLayer, on specification: DSTCSpecification) {
    self.init(
      specification: specification, a: OperandVectors(layer.a, count: layer.m, length: layer.k),
      b: layer.activations, rowCount: layer.m, columnCount: layer.n, length: layer.k, wordBytes: layer.operandBits / 8,
      outputIsCompressed: specification.outputFormat == .bitmask
        || (specification.outputFormat == .auto && layer.output.activation == .relu))
  }
}

extension DSTCMapping {
  func outputLayout(_ layer: GEMMLayer, isCompressed: Bool, on specification: DSTCSpecification) -> OutputLayout {
    OutputLayout(
      layer, at: operandBytes, isCompressed: isCompressed, outputBits: specification.outputBits,
      rowsPerBlock: specification.collection(tile).rowsPerColumn)
  }
}

/// Finds the mapping of least cost among tile shapes, loop orders, group sizes and residences.
struct DSTCMapper {
  let specification: DSTCSpecification
  let a: OperandVectors
  let b: OperandVectors
  let rowCount: Int
  let columnCount: Int
  let length: Int
  let wordBytes: Int
  let outputIsCompressed: Bool

  /// The mapping that is expected to take fewest cycles; of equals the one that moves fewest bytes, then the first.
  ///
  /// - Throws: `MappingError` if not even a k of each operand fits the buffer.
  func bestMapping(layer: String, pinned: LoopMapping?) throws -> DSTCMapping {
    let pinned = try pinned.map { try DSTCPinnedMapping($0, rows: rowCount, columns: columnCount, on: specification) }
    var best: DSTCMapping?
    for shape in pinned.map({ [$0.tile] }) ?? specification.tileShapes {
      guard let mapping = bestMapping(tile: shape, pinned: pinned) else { continue }
      if best.map({ mapping.estimate.rank < $0.estimate.rank }) ?? true { best = mapping }
    }
    guard let best else {
      throw MappingError(
        layer: layer, dataBytes: specification.buffer.dataBytes, metadataBytes: specification.buffer.metadataBytes)
    }
    return best
  }

  /// The mapping of a part of a layer, by the whole's walk.
  func mapping(by walk: TileWalk) -> DSTCMapping {
    let storage = walk.storage
    let (operandA, operandB) = layouts(
      DSTCSpecification.TileShape(rows: storage.tileRows, columns: storage.tileColumns), fixedBy: storage)
    let directoryA = operandA.directory(
      at: 0, kPerWindow: storage.perWindow, values: .operandA, masks: .rank0A
    ).placed(as: walk.program.operandA)
    let directoryB = operandB.directory(
      at: 0, kPerWindow: storage.perWindow, values: .operandB, masks: .maskB
    ).placed(as: walk.program.operandB)
    let program = LayerProgram(
      nest: walk.program.nest, operandA: directoryA, operandB: directoryB, columnStarts: walk.program.columnStarts,
      rowCount: rowCount, rowsPerBlock: operandA.positionsPerBlock, windowWords: storage.perWindow,
      arrays: specification.arrays, spillAddress: walk.program.spillAddress)
    let estimate = StreamMappingEstimate(
      program, plan: walk.plan, work: StreamWork(operandA, operandB, on: specification), on: specification.resources,
      writesAreKnown: !outputIsCompressed)
    return DSTCMapping(
      operandA: operandA, operandB: operandB, kPerWindow: storage.perWindow, program: program, plan: walk.plan,
      estimate: estimate, operandBytes: program.spillAddress)
  }

  private func layouts(
    _ tile: DSTCSpecification.TileShape, fixedBy storage: TileWalk.Storage? = nil
  ) -> (a: CondensedLayout, b: CondensedLayout) {
    let a = CondensedLayout(
      a, wordBytes: wordBytes, tileSize: tile.rows, tiles: specification.gridRows,
      format: specification.operandAFormat.fixed(storage?.isOperandACompressed))
    let b = CondensedLayout(
      b, wordBytes: wordBytes, tileSize: tile.columns, tiles: specification.gridColumns,
      format: specification.operandBFormat.fixed(storage?.isOperandBCompressed))
    return (a, b)
  }

  private func bestMapping(tile: DSTCSpecification.TileShape, pinned: DSTCPinnedMapping?) -> DSTCMapping? {
    let (operandA, operandB) = layouts(tile)
    let work = StreamWork(operandA, operandB, on: specification)
    // Windows only bound what is fetched together: the longest that fits wastes least of its last line.
    var kPerWindow = min(length, 128)
    while kPerWindow >= 1 {
      var best: DSTCMapping?
      let directoryA = operandA.directory(at: 0, kPerWindow: kPerWindow, values: .operandA, masks: .rank0A)
      let directoryB = operandB.directory(
        at: directoryA.byteCount, kPerWindow: kPerWindow, values: .operandB, masks: .maskB)
      let k = KSplit(windows: (length + kPerWindow - 1) / kPerWindow)
      for nest in pinned.map({ [$0.nest(k)] })
        ?? LoopNest.candidates(
          rowBlocks: operandA.blocks, columnBlocks: operandB.blocks, k)
      {
        let program = LayerProgram(
          nest: nest, operandA: directoryA, operandB: directoryB, columnStarts: columnStarts(operandB),
          rowCount: rowCount, rowsPerBlock: operandA.positionsPerBlock, windowWords: kPerWindow,
          arrays: specification.arrays, spillAddress: directoryA.byteCount + directoryB.byteCount)
        guard let plan = BufferDivision(program, buffer: specification.buffer).plan() else { continue }
        let estimate = StreamMappingEstimate(
          program, plan: plan, work: work, on: specification.resources, writesAreKnown: !outputIsCompressed)
        guard best.map({ estimate.rank < $0.estimate.rank }) ?? true else { continue }
        best = DSTCMapping(
          operandA: operandA, operandB: operandB, kPerWindow: kPerWindow, program: program, plan: plan,
          estimate: estimate, operandBytes: program.spillAddress)
      }
      if let best { return best }
      kPerWindow /= 2
    }
    return nil
  }

  private func columnStarts(_ operandB: CondensedLayout) -> [Int32] {
    (0...operandB.blocks).map { Int32(min($0 * operandB.positionsPerBlock, columnCount)) }
  }
}
