// SPDX-License-Identifier: Apache-2.0
import Foundation
import Sparsity
import Workloads

@testable import Accelerators

/// The folder of the shipped designs.
private let shippedDesigns = URL(filePath: #filePath).deletingLastPathComponent()
  .appending(path: "../../../configs/designs").standardized.path

/// A DSTC with the given `key=value` overrides of its defaults.
func dstc(_ overrides: [String] = []) throws -> DSTCMachine {
  let values = try ParameterValues(defaultsOf: DSTCSpecification.schema, name: "dstc").applying(overrides: overrides)
  return DSTCMachine(try DSTCSpecification(values, parts: shippedParts))
}

/// A DSTC as a shipped design file has it.
func dstc(shipped name: String, mapping: String? = nil) throws -> DSTCMachine {
  let values = try DesignFile(path: "\(shippedDesigns)/\(name).yaml").values(among: [DSTCSpecification.schema])
  return DSTCMachine(
    try DSTCSpecification(values, parts: shippedParts), mapping: try mapping.map { try LoopMapping($0) })
}

/// Draws DSTC designs from the whole range of what the schema allows, with a liking for its narrow end.
struct RandomDSTC {
  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed, stream: 1) }

  mutating func overrides() -> [String] {
    var overrides: [String] = []
    func maybe(_ key: String, from choices: [Int], using random: inout SplitMix64) {
      guard random.uniform(below: 3) == 0 else { return }
      overrides.append("\(key)=\(choices[random.uniform(below: choices.count)])")
    }
    func maybe(_ key: String, from choices: [String], using random: inout SplitMix64) {
      guard random.uniform(below: 3) == 0 else { return }
      overrides.append("\(key)=\(choices[random.uniform(below: choices.count)])")
    }
    maybe("array.grid_rows", from: [1, 2, 3, 4], using: &random)
    maybe("array.grid_columns", from: [1, 2, 3, 4], using: &random)
    maybe("array.rows", from: [1, 3, 8, 16, 64], using: &random)
    maybe("array.columns", from: [1, 5, 8, 16, 64], using: &random)
    maybe("array.queue_vectors", from: [2, 3, 8, 100], using: &random)
    maybe("tile.rows", from: [1, 7, 16, 32], using: &random)
    maybe("tile.columns", from: [1, 5, 16, 32], using: &random)
    maybe("gather.buffer_rows", from: [3, 4, 5, 64], using: &random)
    maybe("noc.bytes_per_cycle", from: [1, 3, 16, 1024], using: &random)
    maybe("noc.collection_words_per_cycle", from: [1, 3, 16, 64], using: &random)
    maybe("noc.latency_cycles", from: [1, 2, 5], using: &random)
    maybe("glb.data_bytes", from: [1024, 2048, 8192, 65_536], using: &random)
    maybe("glb.metadata_bytes", from: [1024, 2048, 16_384], using: &random)
    maybe("glb.data_banks", from: [1, 2, 3, 8], using: &random)
    maybe("glb.metadata_banks", from: [1, 2, 3, 16], using: &random)
    maybe("glb.metadata_port_words", from: [1, 2, 3, 4], using: &random)
    maybe("glb.port_bytes_per_cycle", from: [1, 7, 42, 64, 256], using: &random)
    maybe("glb.port", from: ["shared", "per-direction"], using: &random)
    maybe("glb.bank_conflicts", from: ["false", "true"], using: &random)
    maybe("glb.latency_cycles", from: [1, 2, 7, 20], using: &random)
    maybe("glb.row_bytes", from: [16, 32, 64], using: &random)
    maybe("glb.arbitration", from: ["round-robin", "priority"], using: &random)
    maybe("rf.sums", from: [1024, 2048, 4096], using: &random)
    maybe("rf.shadow", from: ["true", "false"], using: &random)
    maybe("rf.bank_rows", from: [1, 2, 16, 64], using: &random)
    maybe("rf.bank_columns", from: [1, 4, 32], using: &random)
    maybe("rf.bank_conflicts", from: ["false"], using: &random)
    maybe("rf.bank_queue_entries", from: [0, 1, 3, 50], using: &random)
    maybe("rf.drain_words_per_cycle", from: [1, 3, 16, 64], using: &random)
    maybe("rf.accumulate_cycles", from: [1, 2, 9], using: &random)
    maybe("operand_a.format", from: ["uncompressed", "bitmask"], using: &random)
    maybe("operand_b.format", from: ["uncompressed", "bitmask"], using: &random)
    maybe("output_bits", from: [8, 16], using: &random)
    maybe("output.fifo_columns", from: [1, 2, 5], using: &random)
    maybe("output.format", from: ["uncompressed", "bitmask"], using: &random)
    maybe("dram.queue_entries", from: [1, 2, 3, 16], using: &random)
    if random.uniform(below: 2) == 0 {
      overrides.append("dram.model=ideal")
      maybe("dram.latency_cycles", from: [1, 2, 13, 300], using: &random)
      maybe("dram.bytes_per_cycle", from: [1, 5, 16, 100], using: &random)
    }
    return overrides
  }
}
