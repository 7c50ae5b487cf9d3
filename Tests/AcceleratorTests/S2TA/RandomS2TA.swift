// SPDX-License-Identifier: Apache-2.0
import Foundation
import Sparsity
import Workloads

@testable import Accelerators

/// An S2TA with the given `key=value` overrides of its defaults.
func s2ta(_ overrides: [String] = []) throws -> S2TAMachine {
  let values = try ParameterValues(defaultsOf: S2TASpecification.schema, name: "s2ta").applying(overrides: overrides)
  return S2TAMachine(try S2TASpecification(values, parts: shippedParts))
}

/// Draws S2TA designs from the whole range of what the schema allows, with a liking for its narrow end.
struct RandomS2TA {
  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed, stream: 1) }

  mutating func overrides() -> [String] {
    var overrides: [String] = []
    func maybe<Value>(_ key: String, from choices: [Value], using random: inout SplitMix64) {
      guard random.uniform(below: 3) == 0 else { return }
      overrides.append("\(key)=\(choices[random.uniform(below: choices.count)])")
    }
    maybe("array.rows", from: [8, 16, 24, 32, 64], using: &random)
    maybe("array.columns", from: [8, 16, 40, 64], using: &random)
    maybe("array.pe_side", from: [1, 2, 4, 8], using: &random)
    maybe("array.drain_words_per_cycle", from: [1, 3, 16, 64], using: &random)
    maybe("array.accumulate_cycles", from: [1, 2, 9], using: &random)
    maybe("noc.bytes_per_cycle", from: [1, 3, 16, 1024], using: &random)
    maybe("noc.collection_words_per_cycle", from: [1, 3, 16, 64], using: &random)
    maybe("glb.data_bytes", from: [1024, 2048, 8192, 65_536], using: &random)
    maybe("glb.metadata_bytes", from: [1024, 2048, 16_384], using: &random)
    maybe("glb.data_banks", from: [1, 2, 3, 8], using: &random)
    maybe("glb.metadata_banks", from: [1, 2, 3, 16], using: &random)
    maybe("glb.metadata_port_words", from: [1, 2, 3, 4], using: &random)
    maybe("glb.port_bytes_per_cycle", from: [1, 7, 42, 64, 256], using: &random)
    maybe("glb.port", from: ["shared", "per-direction"], using: &random)
    maybe("glb.bank_conflicts", from: [false, true], using: &random)
    maybe("glb.latency_cycles", from: [1, 2, 7, 20], using: &random)
    maybe("glb.row_bytes", from: [16, 32, 64], using: &random)
    maybe("glb.arbitration", from: ["round-robin", "priority"], using: &random)
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
