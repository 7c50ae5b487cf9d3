// SPDX-License-Identifier: Apache-2.0
import EnergyArea
import Foundation
import Sparsity
import Statistics
import Testing
import Workloads

@testable import Accelerators

/// HighLight's dual-side variant: A structured at rank 0, B at rank 1, both skipped.
struct DualSidedTests {
  #if DEBUG
    private static let extent = 256
  #else
    private static let extent = 512
  #endif

  private static let everythingWide = [
    "dram.model=ideal", "dram.bytes_per_cycle=512", "glb.data_bytes=4194304", "glb.metadata_bytes=1048576",
    "glb.port_bytes_per_cycle=512", "glb.data_banks=8", "glb.metadata_banks=8",
  ]

  private static func layer(
    _ pattern: String?, _ patternB: String?, shape: GEMMShape = GEMMShape(m: extent, k: extent, n: extent)
  ) throws -> GEMMLayer {
    try SyntheticGEMM(shape, pattern: pattern, patternB: patternB).layer()
  }

  private static func run(_ layer: GEMMLayer, _ overrides: [String] = []) throws -> LayerOutcome {
    try DesignUnderTest.highLightDSSO.machine(overrides).simulate(layer)
  }

  // MARK: Cycles

  /// M·N·Kp/1024 times both densities, K rounded up to the window 2·H1·H0.
  @Test(arguments: 4...8, 2...4)
  func `with memory out of the way cycles are the dense ones times the densities of both operands`(
    h1: Int, h0: Int
  ) throws {
    let layer = try Self.layer("2:\(h0)", "C1(4:\(h1))->C0(\(h0):\(h0))")
    let outcome = try Self.run(layer, Self.everythingWide)
    let window = 2 * h1 * h0
    let windows = (Self.extent + window - 1) / window
    let expected = Int64(Self.extent / 64 * Self.extent * windows)
    #expect(outcome.summary.cycles >= expected)
    // The start and the last drain take 400 cycles or so whatever the size: 1.5 % of the shortest of the larger products.
    #expect(
      outcome.summary.cycles <= expected + max(expected * 15 / 1000, 480), "\(outcome.summary.cycles) \(expected)")
    let kinds = outcome.statistics.bounds.filter { $0.kind == "compute" || $0.kind == "hss_closed_form" }
    #expect(kinds.map(\.cycles) == [expected, expected])
    #expect(outcome.summary.mapping.hasSuffix("operand B runs as C1(4:\(h1))->C0(\(h0):\(h0))"))
    // Whole windows of exact patterns have no lane without a product.
    let ledger = outcome.statistics.ledger
    if Self.extent % window == 0 { #expect(ledger.laneCycles(of: .effectual) == expected * 1024) }
    #expect(ledger.laneCycles(of: .paddingPattern) == 0)
    // Arrays begin within a few cycles of each other.
    #expect(ledger.laneCycles(of: .loadImbalance) * 2000 < ledger.total)
  }

  @Test func `zeros that B does not declare save no cycle but gate their multipliers`() throws {
    let shape = GEMMShape(m: 128, k: 256, n: 128)
    let dense = try Self.run(try Self.layer("2:4", nil, shape: shape), memoryOutOfTheWay)
    let sparse = try Self.run(
      try SyntheticGEMM(shape, pattern: "2:4", densityB: 0.25).layer(), memoryOutOfTheWay)
    #expect(sparse.summary.cycles == dense.summary.cycles)
    #expect(sparse.statistics.ledger.laneCycles(of: .ineffectualBZero) > 0)
    #expect(actions(sparse, "mac_gated") == sparse.statistics.ledger.laneCycles(of: .ineffectualBZero))
  }

  // MARK: Patterns

  @Test(arguments: [
    (nil, nil, "C1(4:4)->C0(2:2)"), ("2:4", nil, "C1(4:4)->C0(4:4)"), ("2:3", "4:7->3:3", "C1(4:7)->C0(3:3)"),
    ("2:4", "4:8->4:4", "C1(4:8)->C0(4:4)"), ("2:4", "2:8->4:4", "C1(4:8)->C0(4:4)"),
    ("2:4", "1:2->4:4", "C1(4:8)->C0(4:4)"), ("2:4", "3:5->4:4", "C1(4:5)->C0(4:4)"),
    // Blocks of other sizes than A's.
    (nil, "4:8->4:4", "C1(4:4)->C0(2:2)"), ("2:4", "4:8->2:2", "C1(4:4)->C0(4:4)"),
    ("2:4", "4:8->8:8", "C1(4:4)->C0(4:4)"),
    // Zeros inside blocks are more than blocks promise.
    ("2:4", "4:8->2:4", "C1(4:8)->C0(4:4)"), ("2:4", "2:4", "C1(4:4)->C0(4:4)"),
    // What A promises beyond its rank 0 is not counted on.
    ("4:8->2:4", "4:6->4:4", "C1(4:6)->C0(4:4)"), ("3:4", "4:6->2:2", "C1(4:6)->C0(2:2)"),
  ])
  func `B runs as the sparsest of its patterns of A's blocks that contains the declared one`(
    a: String?, b: String?, executed: String
  ) throws {
    let layer = try Self.layer(a, b, shape: GEMMShape(m: 20, k: 200, n: 20))
    #expect(try Self.run(layer).summary.mapping.hasSuffix("operand B runs as \(executed)"))
  }

  @Test func `blocks beyond what B declares are padding of the pattern`() throws {
    let layer = try Self.layer("2:4", "C1(2:8)->C0(4:4)", shape: GEMMShape(m: 64, k: 256, n: 128))
    let ledger = try Self.run(layer, memoryOutOfTheWay).statistics.ledger
    let active = Int64(128 * 4 * 1024)
    #expect(ledger.laneCycles(of: .effectual) == active / 2)
    #expect(ledger.laneCycles(of: .paddingPattern) == active / 2)
  }

  @Test func `an operand B that breaks the pattern it declares is refused`() throws {
    var b = [Int16](repeating: 0, count: 32)
    for block in 0..<5 { b[4 * block] = 1 }
    let layer = GEMMLayer(
      name: "layer", shape: GEMMShape(m: 1, k: 32, n: 1), a: (0..<32).map { $0 % 4 < 2 ? 1 : 0 }, bTransposed: b,
      declaredPattern: try Pattern("2:4"), declaredActivationPattern: try Pattern("4:8->4:4"))
    #expect(throws: PatternViolation.self) { try Self.run(layer) }
  }

  @Test func `other designs run B's pattern as zeros like any others`() throws {
    let layer = try Self.layer("2:4", "4:8->4:4", shape: GEMMShape(m: 70, k: 130, n: 50))
    let own = try Self.run(layer)
    for design in DesignUnderTest.all where design.testDescription != "highlight-dsso" {
      let outcome = try design.machine().simulate(layer)
      #expect(outcome.z == own.z)
      #expect(outcome.summary.cycles > own.summary.cycles, "\(design.testDescription)")
    }
  }

  // MARK: What it costs

  private func actions(_ outcome: LayerOutcome, _ name: String) -> Int64 {
    outcome.statistics.actions.reduce(0) { $0 + ($1.action == name ? $1.count : 0) }
  }

  @Test func `offsets of B's blocks are stored, moved, decoded and used, and rank 1 is charged for them`() throws {
    let shape = GEMMShape(m: 64, k: 256, n: 128)
    // All columns in one block, so that no block's last word of metadata is half full.
    func run(_ patternB: String?, _ loops: String) throws -> LayerOutcome {
      try DesignUnderTest.highLightDSSO.machine(mapping: try LoopMapping(loops)).simulate(
        try Self.layer("2:4", patternB, shape: shape))
    }
    let outcome = try run("4:8->4:4", "SMEM: Ms4 | RF: K4 Ms16 Ks64 | LRF: N128")
    let dense = try run(nil, "SMEM: Ms4 | RF: K8 Ms16 Ks32 | LRF: N128")
    // 4 windows of 128 columns, a field of 24 bits each, in words of 64.
    let fromMemory = outcome.statistics.actions.first { $0.component == "DRAM" && $0.action == "metadata_read_b" }
    let bits = try #require(fromMemory).bits * (fromMemory?.count ?? 0)
    #expect(bits == 4 * 128 * 24)
    #expect(actions(outcome, "metadata_read_b") - (fromMemory?.count ?? 0) == 4 * 128 * 24 / 64)
    #expect(actions(outcome, "metadata_write_b") == 4 * 128 * 24 / 64)
    for name in ["pass_offsets", "multicast_offsets"] { #expect(actions(outcome, name) == 4 * 128) }
    #expect(actions(outcome, "select_rank1") == 4 * 128 * 64 * 8)
    for action in outcome.statistics.actions where action.count > 0 {
      let isRank1 = ["pass_offsets", "multicast_offsets", "select_rank1", "metadata_read_b", "align_row"].contains(
        action.action)
      if isRank1 { #expect(action.rank == 1 && action.isSparsityTax, "\(action.action)") }
    }
    for name in ["metadata_read_b", "pass_offsets", "multicast_offsets", "select_rank1", "align_row", "carry_row"] {
      #expect(actions(dense, name) == 0, "\(name)")
    }
    // Data of B halves with its blocks, that of A does not change.
    let bytes = [outcome, dense].map { $0.summary.dramReadBytes }
    #expect(bytes[1] - bytes[0] == Int64(128 * 256 / 2 - 4 * 128 * 3))
  }

  @Test func `registers and multiplexers of the blocks that rank 1 selects from are its tax`() throws {
    let outcome = try Self.run(try Self.layer(nil, nil, shape: GEMMShape(m: 16, k: 16, n: 16)))
    func item(_ name: String) -> InventoryItem? {
      outcome.inventory.items.first { $0.component == "PEArray[0]" && $0.name == name }
    }
    let multiplexers = try #require(item("rank1_multiplexers"))
    #expect(multiplexers.part == .multiplexer(fanIn: 8, bits: 2 * (8 + 2)) && multiplexers.count == 16 * 8)
    let registers = try #require(item("held_block_registers"))
    #expect(registers.part == .register(bits: 8 + 2) && registers.count == 2 * 16 * 16)
    #expect(multiplexers.rank == 1 && registers.rank == 1 && registers.isSparsityTax)
    let components = Set(outcome.inventory.items.map(\.component))
    #expect(components.isDisjoint(with: ["VFMU", "CompressionUnit", "MetadataDecoder.rank1"]))
    #expect(!outcome.inventory.items.contains { $0.name == "decompressor" || $0.name == "packer" })
  }

  @Test func `a pinned mapping counts positions of K, not words that are kept`() throws {
    let layer = try Self.layer("2:4", "4:8->4:4", shape: GEMMShape(m: 128, k: 256, n: 256))
    let mapping = try LoopMapping("DRAM: N2 | SMEM: M2 Ms4 | RF: K4 Ms16 Ks64 | LRF: N128")
    let outcome = try DesignUnderTest.highLightDSSO.machine(mapping: mapping).simulate(layer)
    #expect(outcome.summary.mapping.contains("for k (windows of 64): 4"))
    let wrong = try LoopMapping("DRAM: N2 | SMEM: M2 Ms4 | RF: K8 Ms16 Ks32 | LRF: N128")
    #expect(throws: LoopMappingError.self) {
      try DesignUnderTest.highLightDSSO.machine(mapping: wrong).simulate(layer)
    }
  }
}
