// SPDX-License-Identifier: Apache-2.0
import Hardware

/// A mapping that the user pinned, as the loops of this family of machines.
///
/// Its loops are fixed in part by the machine: arrays split M at SMEM, rows split M and a window K at RF, a block of
/// columns streams at LRF. What is free is the order of blocks at DRAM and SMEM, and what stays in the buffer: an
/// operand's tile is what its loops at SMEM span, and it is fetched again whenever a loop at DRAM, down to the innermost
/// one over its own dimension, turns.
struct PinnedMapping {
  let nest: LoopNest
  let columnsPerBlock: Int

  /// What the layer and the machine are to a mapping.
  struct Extents {
    let rows: Int
    let columns: Int
    let length: Int
    let windowWords: Int
  }

  /// - Throws: `LoopMappingError` naming the level, the loop and what is allowed.
  init(_ mapping: LoopMapping, _ extents: Extents, on specification: WeightStationarySpecification) throws {
    func require(
      _ dimension: LoopMapping.Dimension, at level: LoopMapping.Level, isSpatial: Bool = false, is allowed: Int,
      _ reason: String
    ) throws {
      let stated = mapping.extent(of: dimension, at: level, isSpatial: isSpatial)
      guard stated != allowed else { return }
      throw LoopMappingError(
        level: level, loop: LoopMapping.Loop(dimension, stated, isSpatial: isSpatial), problem: reason,
        allowed: "\(LoopMapping.Loop(dimension, allowed, isSpatial: isSpatial))")
    }
    let rowsPerArray = WeightStationarySpecification.rowsPerArray
    try require(.m, at: .smem, isSpatial: true, is: specification.arrays, "the machine has as many arrays")
    try require(.m, at: .rf, isSpatial: true, is: rowsPerArray, "an array has as many rows")
    try require(.k, at: .rf, isSpatial: true, is: extents.windowWords, "a K window of this layer has as many words")
    for level in LoopMapping.Level.allCases {
      for loop in mapping.loops(of: level) where !Self.isKnown(loop, at: level) {
        throw LoopMappingError(
          level: level, loop: loop, problem: "the machine has no such loop here", allowed: Self.known(at: level))
      }
    }
    columnsPerBlock = mapping.extent(of: .n, at: .lrf)
    guard columnsPerBlock <= specification.columnsPerBlock else {
      throw LoopMappingError(
        level: .lrf, loop: LoopMapping.Loop(.n, columnsPerBlock), problem: "the register files hold fewer columns",
        allowed: "N1 to N\(specification.columnsPerBlock)")
    }
    func blocks(_ extent: Int, by size: Int) -> Int { (extent + size - 1) / size }
    let windows = blocks(extents.length, by: extents.windowWords)
    let parts = mapping.extent(of: .k, at: .dram)
    guard parts <= windows, mapping.loops(of: .dram).firstIndex(where: { $0.dimension == .k }) ?? 0 == 0 else {
      throw LoopMappingError(
        level: .dram, loop: LoopMapping.Loop(.k, parts), problem: "parts of K are the outermost loop",
        allowed: "K1 to K\(windows), in front of all others")
    }
    try require(.k, at: .rf, is: blocks(windows, by: parts), "K = \(extents.length) has \(windows) windows in all")
    let rowBlocks = blocks(extents.rows, by: specification.rowsPerBlock)
    let columnBlocks = blocks(extents.columns, by: columnsPerBlock)
    try Self.requireProduct(
      .m, in: mapping, is: rowBlocks,
      "M = \(extents.rows) has \(rowBlocks) blocks of \(specification.rowsPerBlock) rows")
    try Self.requireProduct(
      .n, in: mapping, is: columnBlocks,
      "N = \(extents.columns) has \(columnBlocks) blocks of \(columnsPerBlock) columns")
    nest = try Self.nest(
      mapping, rowBlocks: rowBlocks, columnBlocks: columnBlocks, KSplit(windows: windows, parts: parts))
  }

  // MARK: Which loops there are

  private static func isKnown(_ loop: LoopMapping.Loop, at level: LoopMapping.Level) -> Bool {
    if loop.extent == 1 { return true }
    switch (level, loop.dimension, loop.isSpatial) {
    case (.dram, _, false), (.smem, .m, _), (.smem, .n, false), (.rf, .k, _), (.rf, .m, true), (.lrf, .n, false):
      return true
    default: return false
    }
  }

  private static func known(at level: LoopMapping.Level) -> String {
    switch level {
    case .dram: "M, N and, in front of both, K"
    case .smem: "M, N, and Ms for the arrays"
    case .rf: "K, Ms for the rows and Ks for a window"
    case .lrf: "N"
    }
  }

  /// Loops over blocks at DRAM and SMEM, outermost first.
  static func blockLoops(_ mapping: LoopMapping) -> [(level: LoopMapping.Level, loop: LoopMapping.Loop)] {
    [LoopMapping.Level.dram, .smem].flatMap { level in
      mapping.loops(of: level).filter { !$0.isSpatial && $0.dimension != .k && $0.extent > 1 }.map { (level, $0) }
    }
  }

  static func requireProduct(
    _ dimension: LoopMapping.Dimension, in mapping: LoopMapping, is blocks: Int, _ reason: String
  ) throws {
    let atSMEM = mapping.extent(of: dimension, at: .smem)
    let stated = mapping.extent(of: dimension, at: .dram) * atSMEM
    guard stated != blocks else { return }
    let allowed = "extents at DRAM and SMEM whose product is \(blocks)"
    throw LoopMappingError(
      level: .smem, loop: LoopMapping.Loop(dimension, atSMEM), problem: "\(reason), not \(stated)", allowed: allowed)
  }

  // MARK: Which nest they are

  /// The walk of the sequencer that visits blocks in the mapping's order.
  static func nest(
    _ mapping: LoopMapping, rowBlocks: Int, columnBlocks: Int, _ k: KSplit
  ) throws -> LoopNest {
    let loops = blockLoops(mapping)
    // Neighbouring loops over one dimension are one loop.
    var runs: [(dimension: LoopMapping.Dimension, extent: Int)] = []
    for (_, loop) in loops {
      if runs.last?.dimension == loop.dimension {
        runs[runs.count - 1].extent *= loop.extent
      } else {
        runs.append((loop.dimension, loop.extent))
      }
    }
    guard runs.count <= 3 else {
      throw LoopMappingError(
        level: .smem, loop: loops[loops.count - 1].loop, problem: "M and N alternate more than twice",
        allowed: "such as 'DRAM: N4 | SMEM: M8 N2'")
    }
    // Group, inner blocks, outer blocks of a group: the first and the last are of one operand.
    let isRowsOuter: Bool
    let groupSize: Int
    switch runs.count {
    case 3:
      isRowsOuter = runs[0].dimension == .m
      groupSize = runs[2].extent
    case 2:
      isRowsOuter = runs[1].dimension == .m
      groupSize = runs[1].extent
    case 1:
      isRowsOuter = runs[0].dimension == .m
      groupSize = runs[0].extent
    default:
      isRowsOuter = true
      groupSize = 1
    }
    let fetchesA = fetches(of: .m, loops)
    let fetchesB = fetches(of: .n, loops)
    var nest = LoopNest(
      order: isRowsOuter ? .rowsOuter : .columnsOuter, rowBlocks: rowBlocks, columnBlocks: columnBlocks, k: k,
      groupSize: groupSize, outerIsResident: true, innerIsResident: true)
    let (outer, inner) = isRowsOuter ? (fetchesA, fetchesB) : (fetchesB, fetchesA)
    // A tile of the nest is fetched once; one that is not resident, for every use. Nothing lies between.
    if outer > 1 { nest.outerIsResident = nest.innerBlocks == 1 }
    if inner > nest.groups { nest.innerIsResident = false }
    let realised = (
      outer: nest.outerIsResident ? 1 : nest.innerBlocks, inner: nest.innerIsResident ? nest.groups : nest.outerBlocks
    )
    guard realised == (outer, inner) else {
      throw LoopMappingError(
        level: .dram, loop: loops[0].loop,
        problem: "the sequencer cannot keep these tiles: operand A would be fetched \(fetchesA) times and operand B "
          + "\(fetchesB) times",
        allowed: "tiles that stay for all their uses, or for one")
    }
    return nest
  }

  /// How often an operand with blocks along `dimension` is fetched.
  static func fetches(
    of dimension: LoopMapping.Dimension, _ loops: [(level: LoopMapping.Level, loop: LoopMapping.Loop)]
  ) -> Int {
    let atDRAM = loops.filter { $0.level == .dram }.map(\.loop)
    guard let innermost = atDRAM.lastIndex(where: { $0.dimension == dimension }) else { return 1 }
    return atDRAM[..<innermost].reduce(1) { $0 * ($1.dimension == dimension ? 1 : $1.extent) }
  }
}

/// Why a pinned mapping cannot run.
public struct LoopMappingError: Error, Equatable, CustomStringConvertible {
  public let level: LoopMapping.Level
  public let loop: LoopMapping.Loop
  public let problem: String
  public let allowed: String

  public var description: String { "--mapping: \(level.rawValue): \(loop): \(problem); allowed: \(allowed)" }
}
