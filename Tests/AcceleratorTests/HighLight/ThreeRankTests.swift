// SPDX-License-Identifier: Apache-2.0
import Hardware
import Sparsity
import Statistics
import Testing
import Workloads

@testable import Accelerators

/// HighLight with a third rank: the two halves of a row are two chosen of H2.
struct ThreeRankTests {
  private static let design = WeightStationaryDesign.highLightThreeRank
  #if DEBUG
    private static let extent = 256
  #else
    private static let extent = 512
  #endif

  /// Memory, buffer and its port: a window of 60 words, read while the next is filled, all but takes the default port.
  private static let everythingWide = [
    "dram.model=ideal", "dram.bytes_per_cycle=512", "glb.data_bytes=4194304", "glb.metadata_bytes=1048576",
    "glb.port_bytes_per_cycle=512", "glb.data_banks=8", "glb.metadata_banks=8",
  ]

  private static func run(
    _ pattern: String?, shape: GEMMShape = GEMMShape(m: 64, k: 256, n: 128), densityB: Double = 1,
    on design: DesignUnderTest = .highLightThreeRank, _ overrides: [String] = [], mapping: String? = nil
  ) throws -> LayerOutcome {
    let layer = try SyntheticGEMM(shape, pattern: pattern, densityB: densityB).layer()
    return try design.machine(overrides, mapping: mapping.map { try LoopMapping($0) }).simulate(layer)
  }

  // MARK: Cycles

  /// M·N·Kp·density/1024 with K rounded up to the window H2·H1·H0: a row of lanes takes one in a cycle.
  @Test(arguments: design.rule.degrees)
  func `with memory out of the way every degree takes its closed form, a start and a drain`(
    degree: HardwareRule.Degree
  ) throws {
    let outcome = try Self.run(
      "\(degree.pattern)", shape: GEMMShape(m: Self.extent, k: Self.extent, n: Self.extent), Self.everythingWide)
    let window = degree.pattern.period
    #expect(Ratio(16, window) == degree.density)
    let windows = (Self.extent + window - 1) / window
    let expected = Int64(Self.extent / 64 * Self.extent * windows)
    #expect(outcome.summary.patternExecuted == "\(degree.pattern)")
    #expect(outcome.summary.cycles >= expected)
    #expect(outcome.summary.cycles <= expected + max(expected / 100, 700), "\(outcome.summary.cycles) \(expected)")
    let kinds = outcome.statistics.bounds.filter { $0.kind == "compute" || $0.kind == "hss_closed_form" }
    #expect(kinds.map(\.cycles) == [expected, expected])
    let ledger = outcome.statistics.ledger
    let slots = [Cause.effectual, .ineffectualAZero, .paddingShape].reduce(0) { $0 + ledger.laneCycles(of: $1) }
    #expect(slots == expected * 1024)
    #expect(ledger.laneCycles(of: .paddingPattern) == 0)
    if Self.extent % window == 0 { #expect(ledger.laneCycles(of: .effectual) == slots) }
  }

  /// The third rank is one more choice in front of HighLight: where it chooses everything, nothing else differs.
  @Test(arguments: [nil, "2:4", "4:7->2:3", "4:8->2:4", "1:4->1:4"])
  func `a pattern of two ranks runs as on HighLight, cycle by cycle`(pattern: String?) throws {
    let shape = GEMMShape(m: 70, k: 300, n: 50)
    let two = try Self.run(pattern, shape: shape, densityB: 0.5, on: .highLight)
    let three = try Self.run(pattern, shape: shape, densityB: 0.5)
    #expect(three.summary.patternExecuted == "C2(2:2)->\(two.summary.patternExecuted)")
    #expect(three.summary.cycles == two.summary.cycles)
    #expect(three.z == two.z)
    #expect(three.statistics.ledger.laneCycles(of: .effectual) == two.statistics.ledger.laneCycles(of: .effectual))
    #expect(three.summary.dramReadBytes == two.summary.dramReadBytes)
    #expect(three.statistics.actions.allSatisfy { $0.rank != 2 || $0.count == 0 })
  }

  // MARK: Patterns

  @Test func `it supports 34 degrees of at most 64 positions, of which 15 are HighLight's`() {
    let degrees = Self.design.rule.degrees
    #expect(degrees.count == 34)
    #expect(degrees.allSatisfy { $0.pattern.period <= OperandWindow.wordLimit })
    #expect(degrees.filter { $0.pattern.structuredRanks[0].isDense }.count == 15)
    #expect(degrees.map(\.density).min() == Ratio(1, 4))
    #expect(Self.design.widestWindowWords == OperandWindow.wordLimit)
    #expect(Self.design.supportedPatterns.contains("has at most 64 words"))
  }

  @Test(arguments: [
    ("dense", "C2(2:2)->C1(4:4)->C0(2:2)"), ("C(unstructured)", "C2(2:2)->C1(4:4)->C0(2:2)"),
    ("2:3->4:5->2:4", "C2(2:3)->C1(4:5)->C0(2:4)"), ("2:4->4:4->2:4", "C2(2:4)->C1(4:4)->C0(2:4)"),
    ("2:4->4:4->2:2", "C2(2:4)->C1(4:4)->C0(2:2)"), ("1:2->4:5->2:4", "C2(2:3)->C1(4:5)->C0(2:4)"),
    ("1:3->4:4->2:4", "C2(2:4)->C1(4:4)->C0(2:4)"),
    // A window of 128: of its 32 chosen words any 16 may lie together.
    ("2:4->4:8->2:4", "C2(2:2)->C1(4:8)->C0(2:4)"),
    // Two blocks of five can fill one aligned group of four, and more.
    ("2:5->4:4->2:4", "C2(2:2)->C1(4:4)->C0(2:4)"), ("3:4->4:4->2:4", "C2(2:2)->C1(4:4)->C0(2:4)"),
    ("2:4", "C2(2:2)->C1(4:4)->C0(2:4)"), ("2:16", "C2(2:2)->C1(4:8)->C0(2:4)"),
    ("C1(2:4)->C0(2:2)", "C2(2:2)->C1(4:8)->C0(2:2)"),
  ])
  func `an unsupported pattern runs as the sparsest supported one that contains it`(
    declared: String, executed: String
  ) throws {
    let pattern = try Pattern(declared)
    #expect("\(Self.design.executedPattern(for: pattern))" == executed)
    let drawn = pattern.isUnstructured || pattern.structuredRanks.isEmpty ? nil : declared
    let outcome = try Self.run(drawn, shape: GEMMShape(m: 20, k: 200, n: 20))
    #expect(outcome.summary.patternExecuted == executed)
  }

  @Test func `NVIDIA's pair-wise 4 of 8 runs on HighLight at its own density`() throws {
    let outcome = try Self.run("C1(2:4)->C0(2:2)", densityB: 0.7, on: .highLight, memoryOutOfTheWay)
    #expect(outcome.summary.patternExecuted == "C1(4:8)->C0(2:2)")
    // 16 windows of 16 words where A is dense, 8 of 32 here.
    let compute = try #require(outcome.statistics.bounds.first { $0.kind == "compute" })
    #expect(compute.cycles == 8 * 128)
    #expect(outcome.statistics.ledger.laneCycles(of: .paddingPattern) == 0)
  }

  @Test func `ragged shapes of 16-bit operands with pruned weights are exact`() throws {
    var random = SplitMix64(seed: 5)
    let pattern = try Pattern("C2(2:3)->C1(4:5)->C0(2:4)")
    let shape = GEMMShape(m: 67, k: 131, n: 21)
    func values(_ count: Int) -> [Int16] { (0..<count).map { _ in Int16(random.uniform(below: 1801) - 900) } }
    var a = Tensor<Int16>(shape: [shape.m, shape.k], elements: values(shape.m * shape.k))
    pattern.prune(&a, along: 1)
    let layer = GEMMLayer(
      name: "layer", shape: shape, a: a.elements, bTransposed: values(shape.n * shape.k), operandBits: 16,
      declaredPattern: pattern)
    let machines: [[String]] = [
      [], ["glb.data_bytes=4096", "glb.metadata_bytes=1024"], ["noc.kind=bus", "array.count=3"],
    ]
    for overrides in machines {
      let outcome = try DesignUnderTest.highLightThreeRank.machine(overrides).simulate(layer)
      #expect(outcome.summary.verified)
      #expect(outcome.statistics.ledger.laneCycles(of: .paddingShape) > 0)
    }
  }

  @Test func `an operand that breaks its third rank is refused`() throws {
    var a = [Int16](repeating: 0, count: 64)
    for block in 0..<3 { a[16 * block] = 1 }
    let layer = GEMMLayer(
      name: "layer", shape: GEMMShape(m: 1, k: 64, n: 1), a: a, bTransposed: [Int16](repeating: 1, count: 64),
      declaredPattern: try Pattern("2:4->4:4->2:4"))
    let violation = #expect(throws: PatternViolation.self) {
      try DesignUnderTest.highLightThreeRank.machine().simulate(layer)
    }
    #expect(violation?.rank == 2)
  }

  // MARK: What it costs

  private func count(_ outcome: LayerOutcome, _ action: String, of component: String? = nil) -> Int64 {
    outcome.statistics.actions.reduce(0) {
      $0 + ($1.action == action && (component == nil || component == $1.component) ? $1.count : 0)
    }
  }

  @Test func `offsets of rank 2 are stored, moved, decoded and used, and rank 2 is charged for them`() throws {
    // 64 rows of 4 windows: a field of 2 offsets of 2 bits for each, 32 bytes a window, half a line.
    let outcome = try Self.run("2:4->4:4->2:4", mapping: "SMEM: Ms4 | RF: K4 Ms16 Ks64 | LRF: N128")
    let fromMemory = try #require(
      outcome.statistics.actions.first { $0.component == "DRAM" && $0.action == "metadata_read_rank2" })
    #expect(fromMemory.bits * fromMemory.count == 4 * 64 * 8)
    #expect(count(outcome, "metadata_write_rank2", of: "GLB") == 4 * 8)
    #expect(count(outcome, "metadata_read_rank2", of: "GLB") == 4 * 64 * 4 / 64)
    #expect(count(outcome, "decode", of: "MetadataDecoder.rank2") == 4 * 64)
    #expect(count(outcome, "transfer_offsets_rank2") == 4 * 64)
    #expect(count(outcome, "metadata_register_write_rank2") == 4 * 64 * 2)
    #expect(count(outcome, "select_rank2") == 4 * 128 * 64 * 2)
    #expect(count(outcome, "select_rank1") == 0)
    for action in outcome.statistics.actions where action.action.hasSuffix("rank2") {
      #expect(action.rank == 2 && action.isSparsityTax, "\(action.action)")
    }
    let selects = try #require(outcome.statistics.actions.first { $0.action == "select_rank2" })
    #expect(selects.bits == 16 * 8)
  }

  @Test func `every rank has a decoder, registers and multiplexers of its own`() throws {
    let outcome = try Self.run(nil, shape: GEMMShape(m: 16, k: 16, n: 16))
    func item(_ name: String) throws -> InventoryItem {
      try #require(outcome.inventory.items.first { $0.component == "PEArray[0]" && $0.name == name })
    }
    let rank2 = try item("rank2_multiplexers")
    #expect(rank2.part == .multiplexer(fanIn: 4, bits: 32 * 8) && rank2.count == 16 * 2 && rank2.rank == 2)
    let rank1 = try item("rank1_multiplexers")
    #expect(rank1.part == .multiplexer(fanIn: 8, bits: 4 * 8) && rank1.count == 16 * 8 && rank1.rank == 1)
    let registers = try item("rank2_offset_registers")
    #expect(registers.part == .register(bits: 2) && registers.count == 2 * 16 * 2 && registers.rank == 2)
    let decoders = outcome.statistics.components.map(\.name).filter { $0.hasPrefix("MetadataDecoder") }
    #expect(decoders == ["rank2", "rank1", "rank0", "operandB"].map { "MetadataDecoder.\($0)" })
  }
}
