// SPDX-License-Identifier: Apache-2.0
import Hardware
import Statistics

/// How a layer is laid onto S2TA: loop nest, and the buffer's division into rings. Tiles are as large as the array.
struct S2TAMapping {
  let operandA: BlockLayout
  let operandB: BlockLayout
  /// Passes over a block: 2 where A is dense.
  let passes: Int
  /// Blocks of K in a window.
  let perWindow: Int
  let program: LayerProgram
  let plan: BufferPlan
  let estimate: StreamMappingEstimate
  /// Bytes of memory that the operands take, from address 0.
  let operandBytes: Int

  /// The mapping that is expected to take fewest cycles; of equals the one that moves fewest bytes, then the first.
  ///
  /// - Throws: `MappingError` if not even a block of each operand fits the buffer, `LoopMappingError` if what is pinned
  ///   cannot run.
  static func best(
    layer: String, _ operandA: BlockLayout, _ operandB: BlockLayout, outputIsCompressed: Bool,
    on specification: S2TASpecification, pinned: LoopMapping?
  ) throws -> S2TAMapping {
    let passes = operandA.hasMasks ? 1 : 2
    let order = try pinned.map { try Self.nest($0, operandA, operandB, on: specification) }
    let work = StreamWork(operandA, operandB, passes: passes, on: specification)
    var perWindow = min(operandA.blocks, 32)
    while perWindow >= 1 {
      var best: S2TAMapping?
      let directoryA = operandA.directory(at: 0, perWindow: perWindow, values: .operandA, masks: .rank0A)
      let directoryB = operandB.directory(
        at: directoryA.byteCount, perWindow: perWindow, values: .operandB, masks: .maskB)
      let k = KSplit(windows: (operandA.blocks + perWindow - 1) / perWindow)
      var pinnedNest = order
      pinnedNest?.k = k
      let nests =
        pinnedNest.map { [$0] }
        ?? LoopNest.candidates(rowBlocks: operandA.tiles, columnBlocks: operandB.tiles, k)
      for nest in nests {
        let program = LayerProgram(
          nest: nest, operandA: directoryA, operandB: directoryB,
          columnStarts: (0...operandB.tiles).map { Int32(min($0 * operandB.tileSize, operandB.count)) },
          rowCount: operandA.count, rowsPerBlock: operandA.tileSize, windowWords: perWindow, arrays: 1,
          spillAddress: directoryA.byteCount + directoryB.byteCount)
        guard let plan = BufferDivision(program, buffer: specification.buffer).plan() else { continue }
        let estimate = StreamMappingEstimate(
          program, plan: plan, work: work, on: specification.resources, writesAreKnown: !outputIsCompressed)
        guard best.map({ estimate.rank < $0.estimate.rank }) ?? true else { continue }
        best = S2TAMapping(
          operandA: operandA, operandB: operandB, passes: passes, perWindow: perWindow, program: program, plan: plan,
          estimate: estimate, operandBytes: program.spillAddress)
      }
      if let best { return best }
      perWindow /= 2
    }
    throw MappingError(
      layer: layer, dataBytes: specification.buffer.dataBytes, metadataBytes: specification.buffer.metadataBytes)
  }

  /// The mapping of a part of a layer, by the whole's walk.
  static func mapping(
    by walk: TileWalk, _ operandA: BlockLayout, _ operandB: BlockLayout, outputIsCompressed: Bool,
    on specification: S2TASpecification
  ) -> S2TAMapping {
    let passes = operandA.hasMasks ? 1 : 2
    let perWindow = walk.storage.perWindow
    let directoryA = operandA.directory(at: 0, perWindow: perWindow, values: .operandA, masks: .rank0A)
      .placed(as: walk.program.operandA)
    let directoryB = operandB.directory(at: 0, perWindow: perWindow, values: .operandB, masks: .maskB)
      .placed(as: walk.program.operandB)
    let program = LayerProgram(
      nest: walk.program.nest, operandA: directoryA, operandB: directoryB, columnStarts: walk.program.columnStarts,
      rowCount: operandA.count, rowsPerBlock: operandA.tileSize, windowWords: perWindow, arrays: 1,
      spillAddress: walk.program.spillAddress)
    let estimate = StreamMappingEstimate(
      program, plan: walk.plan, work: StreamWork(operandA, operandB, passes: passes, on: specification),
      on: specification.resources, writesAreKnown: !outputIsCompressed)
    return S2TAMapping(
      operandA: operandA, operandB: operandB, passes: passes, perWindow: perWindow, program: program, plan: walk.plan,
      estimate: estimate, operandBytes: program.spillAddress)
  }

  /// The order of blocks that the user pinned: M and N at DRAM and SMEM, K at RF, the array's MACs at LRF.
  private static func nest(
    _ mapping: LoopMapping, _ operandA: BlockLayout, _ operandB: BlockLayout, on specification: S2TASpecification
  ) throws -> LoopNest {
    for (dimension, allowed) in [(LoopMapping.Dimension.m, specification.rows), (.n, specification.columns)] {
      let stated = mapping.extent(of: dimension, at: .lrf, isSpatial: true)
      guard stated != allowed else { continue }
      throw LoopMappingError(
        level: .lrf, loop: LoopMapping.Loop(dimension, stated, isSpatial: true),
        problem: "the array has as many rows, or columns",
        allowed: "\(LoopMapping.Loop(dimension, allowed, isSpatial: true))")
    }
    for level in LoopMapping.Level.allCases {
      for loop in mapping.loops(of: level) where loop.extent > 1 {
        let isKnown =
          switch (level, loop.dimension) {
          case (.dram, .m), (.dram, .n), (.smem, .m), (.smem, .n), (.rf, .k): !loop.isSpatial
          case (.lrf, .m), (.lrf, .n): loop.isSpatial
          default: false
          }
        guard !isKnown else { continue }
        throw LoopMappingError(
          level: level, loop: loop, problem: "the machine has no such loop here",
          allowed: "M and N at DRAM and SMEM, K at RF, Ms and Ns at LRF")
      }
    }
    try PinnedMapping.requireProduct(
      .m, in: mapping, is: operandA.tiles, "M = \(operandA.count) has \(operandA.tiles) tiles of \(specification.rows)")
    try PinnedMapping.requireProduct(
      .n, in: mapping, is: operandB.tiles,
      "N = \(operandB.count) has \(operandB.tiles) tiles of \(specification.columns)")
    return try PinnedMapping.nest(
      mapping, rowBlocks: operandA.tiles, columnBlocks: operandB.tiles, KSplit(windows: 1))
  }

  /// The mapping as a loop nest, a line a level, outermost first.
  func loopNestText(_ specification: S2TASpecification) -> String {
    let nest = program.nest
    let rows = "m (tiles of \(specification.rows) rows)"
    let columns = "n (tiles of \(specification.columns) columns)"
    let (outer, inner) = nest.order == .rowsOuter ? (rows, columns) : (columns, rows)
    let (outerOperand, innerOperand) = nest.order == .rowsOuter ? ("A", "B") : ("B", "A")
    func tile(_ operand: String, isResident: Bool) -> String {
      isResident ? "\(operand)'s tile stays in the GLB" : "\(operand) is fetched for every use"
    }
    return """
      DRAM      for \(outer) in groups of \(nest.groupSize): \(nest.groups)   # \(tile(outerOperand, isResident: nest.outerIsResident))
      DRAM      for \(inner): \(nest.innerBlocks)   # \(tile(innerOperand, isResident: nest.innerIsResident))
      GLB       for \(outer): \(min(nest.groupSize, nest.outerBlocks))   # rings: A \(plan.operandA.count), B \(plan.operandB.count) lines; bitmasks \(plan.rank0A.count) + \(plan.maskB.count)
      sums      for k (blocks of \(DensityBoundBlock.size)): \(operandA.blocks)   # \(passes) passes of \(operandB.bound) steps each
      spatial   for m: \(specification.rows) MACs; for n: \(specification.columns) MACs
      """
  }
}

extension StreamWork {
  /// What the array does with these operands: every block the same number of steps.
  init(_ operandA: BlockLayout, _ operandB: BlockLayout, passes: Int, on specification: S2TASpecification) {
    let width = specification.values.integer("noc.bytes_per_cycle")
    let words = specification.values.integer("array.drain_words_per_cycle")
    self.init(
      steps: operandA.tiles * operandB.tiles * operandA.blocks * passes * operandB.bound,
      busCyclesA: max(
        0, operandA.feedCycles(bytesPerCycle: width) - operandA.feedCycles(bytesPerCycle: width) / operandA.blocks),
      busCyclesB: max(
        0, operandB.feedCycles(bytesPerCycle: width) - operandB.feedCycles(bytesPerCycle: width) / operandB.blocks),
      drainCycles: specification.columns * ((specification.rows + words - 1) / words), hidesDrains: true)
  }
}
