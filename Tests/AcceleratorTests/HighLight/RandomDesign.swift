// SPDX-License-Identifier: Apache-2.0
import Foundation
import Sparsity
import Testing

@testable import Accelerators

/// The DRAM parts that come with hssim.
let shippedParts = DRAMCatalogue(
  path: URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../configs/dram").standardized.path)

/// A HighLight with the given `key=value` overrides of its defaults.
func highLight(_ overrides: [String] = []) throws -> WeightStationaryMachine {
  try DesignUnderTest.highLight.machine(overrides)
}

/// A design of the weight-stationary family, in each of the forms that its boxes come in.
struct DesignUnderTest: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let design: WeightStationaryDesign
  /// What makes it another form of its kind.
  var form: [String] = []

  static let highLight = DesignUnderTest(testDescription: "highlight", design: .highLight)
  static let highLightThreeRank = DesignUnderTest(testDescription: "highlight-3rank", design: .highLightThreeRank)
  static let highLightDSSO = DesignUnderTest(testDescription: "highlight-dsso", design: .highLightDSSO)
  static let tensorCore = DesignUnderTest(testDescription: "tc", design: .tensorCore)
  static let stc = DesignUnderTest(testDescription: "stc", design: .stc)
  static let all = [
    highLight, tensorCore, stc,
    DesignUnderTest(testDescription: "stc-flexible", design: .stcFlexible),
    DesignUnderTest(
      testDescription: "stc-flexible, run lengths", design: .stcFlexible, form: ["operand_a.metadata=run-length"]),
    DesignUnderTest(
      testDescription: "stc-flexible, packed offsets", design: .stcFlexible,
      form: ["operand_a.aligned_metadata=false"]),
    DesignUnderTest(
      testDescription: "stc-flexible, compressed B", design: .stcFlexible,
      form: ["operand_b.format=auto", "output.format=auto", "operand_a.metadata=run-length"]),
    highLightDSSO, highLightThreeRank,
  ]

  /// The rule that random layers draw their patterns from: HighLight's, of which every other two-rank or one-rank design
  /// runs a part, or that of a design with more ranks.
  var patternsDrawn: HardwareRule { design.rule.ranks.count > 2 ? design.rule : WeightStationaryDesign.highLight.rule }

  /// The design with the overrides that it has a parameter for.
  func machine(_ overrides: [String] = [], mapping: LoopMapping? = nil) throws -> WeightStationaryMachine {
    let stated = Set(overrides.map { $0.prefix { $0 != "=" } })
    let own = form.filter { !stated.contains($0.prefix { $0 != "=" }) } + overrides
    let values = try ParameterValues(defaultsOf: design.schema, name: design.kind).applying(
      overrides: own.filter { override in design.schema.keys.contains { override.hasPrefix($0 + "=") } })
    return WeightStationaryMachine(
      try WeightStationarySpecification(values, parts: shippedParts), mapping: mapping)
  }
}

/// Memory and buffer so large and wide that they never limit.
let memoryOutOfTheWay = [
  "dram.model=ideal", "dram.bytes_per_cycle=256", "glb.data_bytes=4194304", "glb.metadata_bytes=1048576",
]

/// Draws designs from the whole range of what the schema allows, with a liking for its narrow end.
struct RandomDesign {
  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed, stream: 1) }

  /// Overrides of a third of the parameters or so.
  mutating func overrides() -> [String] {
    var overrides: [String] = []
    func set(_ key: String, _ value: some CustomStringConvertible) { overrides.append("\(key)=\(value)") }
    func maybe(_ key: String, from choices: [Int], using random: inout SplitMix64) {
      guard random.uniform(below: 3) == 0 else { return }
      set(key, choices[random.uniform(below: choices.count)])
    }
    maybe("array.count", from: [1, 2, 3, 4], using: &random)
    maybe("glb.data_bytes", from: [1024, 2048, 4096, 8192, 16_384, 65_536], using: &random)
    maybe("glb.metadata_bytes", from: [1024, 2048, 4096, 16_384], using: &random)
    maybe("glb.data_banks", from: [1, 2, 3, 4, 8], using: &random)
    maybe("glb.metadata_banks", from: [1, 2, 3, 8, 16], using: &random)
    maybe("glb.port_bytes_per_cycle", from: [1, 7, 16, 42, 64, 100, 256], using: &random)
    maybe("glb.latency_cycles", from: [1, 2, 3, 7, 20], using: &random)
    maybe("vfmu.buffer_rows", from: [3, 4, 5, 8, 16], using: &random)
    maybe("row_buffer.rows", from: [3, 4, 5, 8, 16], using: &random)
    maybe("operand_b.mask_queue", from: [2, 3, 64], using: &random)
    if random.uniform(below: 3) == 0 { set("glb.port", "per-direction") }
    if random.uniform(below: 3) == 0 { set("glb.bank_conflicts", false) }
    if random.uniform(below: 4) == 0 { set("mac.gate_padding", false) }
    maybe("glb.row_bytes", from: [16, 32, 64], using: &random)
    maybe("glb.bank_ports", from: [1, 2], using: &random)
    if random.uniform(below: 2) == 0 { set("glb.arbitration", "round-robin") }
    if random.uniform(below: 3) == 0 { set("glb.order", "fill sums operand_a operand_b") }
    maybe("noc.bytes_per_cycle", from: [1, 5, 16, 30, 64, 128], using: &random)
    let kinds = ["bus", "crossbar", "multicast-tree", "multicast-tree"]
    let kind = kinds[random.uniform(below: kinds.count)]
    set("noc.kind", kind)
    if kind == "multicast-tree" {
      maybe("noc.operand_a_bytes_per_cycle", from: [1, 3, 8, 16, 32, 64], using: &random)
      maybe("noc.fan_out", from: [2, 3, 4], using: &random)
    } else {
      let arbitrations = ["round-robin", "operand-b-first", "operand-a-first"]
      set("noc.arbitration", arbitrations[random.uniform(below: 3)])
    }
    maybe("noc.collection_words_per_cycle", from: [1, 3, 16, 64, 128], using: &random)
    maybe("noc.latency_cycles", from: [1, 2, 5, 9], using: &random)
    maybe("rf.columns", from: [1, 2, 3, 8, 31, 64, 128], using: &random)
    maybe("rf.drain_words_per_cycle", from: [1, 3, 8, 16], using: &random)
    maybe("rf.accumulate_cycles", from: [2, 3, 5], using: &random)
    maybe("output.fifo_columns", from: [1, 2, 5, 64], using: &random)
    maybe("dram.queue_entries", from: [1, 2, 3, 16, 64], using: &random)
    if random.uniform(below: 2) == 0 {
      let parts = ["lpddr4-4266", "lpddr4-3200", "ddr4-2400", "ddr4-3200", "hbm2"]
      set("dram.part", parts[random.uniform(below: parts.count)])
      maybe("dram.request_cycles", from: [1, 2, 7, 40], using: &random)
      maybe("dram.outstanding_lines", from: [1, 2, 5, 64], using: &random)
    } else {
      set("dram.model", "ideal")
      maybe("dram.latency_cycles", from: [1, 2, 13, 60, 300], using: &random)
      switch random.uniform(below: 4) {
      case 0: maybe("dram.bytes_per_cycle", from: [1, 5, 16, 64, 100, 256], using: &random)
      case 1:
        maybe("dram.read_bytes_per_cycle", from: [2, 16, 48, 128, 256], using: &random)
        maybe("dram.write_bytes_per_cycle", from: [2, 16, 48, 128, 256], using: &random)
      default: break
      }
    }
    maybe("output_bits", from: [8, 16], using: &random)
    if random.uniform(below: 4) == 0 { set("rf.hazard", "stall") }
    if random.uniform(below: 8) == 0 { set("mac.gate_zero", false) }
    let formats = ["auto", "uncompressed", "bitmask"]
    if random.uniform(below: 2) == 0 { set("operand_b.format", formats[random.uniform(below: 3)]) }
    if random.uniform(below: 2) == 0 { set("output.format", formats[random.uniform(below: 3)]) }
    return overrides
  }
}
