// SPDX-License-Identifier: Apache-2.0
import Foundation
import Sparsity
import Testing
import Workloads

@testable import Accelerators
@testable import Replay

/// What one part of a machine costs, found at its boundary.
@Suite struct BoundaryReplayTests {
  /// A replay of `part`, with parameters changed.
  private func replay(
    _ design: String, part: [String], _ overrides: [String] = [], of layer: GEMMLayer
  ) throws -> BoundaryReplay.Outcome {
    let original = try machine(design)
    let changed = try machine(design, overrides)
    return try BoundaryReplay.run(
      layer, on: original, part: part, values: changed.values, memoryPart: try memoryPart(of: changed.values))
  }

  @Test(arguments: shippedDesigns)
  func `with nothing changed every component sends every message when it did`(design: String) throws {
    let layer = try smallLayer(GEMMShape(m: 70, k: 96, n: 11))
    let session = try machine(design).session(layer, options: LayerOptions())
    for component in session.simulation.components {
      let outcome = try replay(design, part: [component.name], of: layer)
      #expect(outcome.cycles == outcome.recordedCycles, "\(component.name)")
      #expect(outcome.busyCycles == outcome.recordedBusyCycles, "\(component.name)")
      for replies in outcome.replies {
        #expect(replies.recorded == replies.replayed && replies.moved == 0, "\(component.name): \(replies)")
      }
    }
  }

  /// A change after which one part limits, or a part answers later.
  struct Change: CustomTestStringConvertible {
    let design: String
    let change: String
    var testDescription: String { "\(design), \(change)" }

    static let all: [Change] = [
      "highlight": [
        "glb.arbitration=round-robin", "glb.latency_cycles=8", "glb.port_bytes_per_cycle=64", "noc.bytes_per_cycle=16",
        "noc.collection_words_per_cycle=4", "noc.latency_cycles=8", "noc.operand_a_bytes_per_cycle=4",
        "rf.drain_words_per_cycle=1",
      ],
      "tc": ["glb.latency_cycles=8", "noc.collection_words_per_cycle=1", "noc.operand_a_bytes_per_cycle=4"],
      "dstc": [
        "glb.port_bytes_per_cycle=32", "noc.latency_cycles=8", "rf.accumulate_cycles=9", "rf.bank_queue_entries=0",
        "rf.drain_words_per_cycle=1",
      ],
      "s2ta": ["array.drain_words_per_cycle=1", "glb.latency_cycles=8", "glb.port_bytes_per_cycle=64"],
    ].sorted { $0.key < $1.key }.flatMap { design, changes in changes.map { Change(design: design, change: $0) } }
  }

  /// Components outside of the part do not overlap otherwise than they did: that is what the replay cannot see, and comes to
  /// less than a hundredth where one part limits.
  @Test(arguments: Change.all)
  func `where one part limits, its boundary tells what really running the change comes to`(change: Change) throws {
    let layer = try smallLayer()
    let session = try machine(change.design).session(layer, options: LayerOptions())
    let key = String(change.change.prefix { $0 != "=" })
    let part = ParameterPart.components(of: key, among: session.simulation.components.map(\.name))
    let outcome = try replay(change.design, part: part, [change.change], of: layer)
    let real = try machine(change.design, [change.change]).simulate(layer).summary.cycles
    #expect(abs(outcome.cycles - real) * 100 <= real, "\(outcome.cycles) cycles, really \(real)")
  }

  @Test(arguments: [
    ("noc.collection_words_per_cycle", "1", "64"), ("rf.drain_words_per_cycle", "1", "16"),
    ("noc.operand_a_bytes_per_cycle", "4", "16"),
  ])
  func `a part that no longer limits is seen to be faster`(key: String, slow: String, fast: String) throws {
    let layer = try smallLayer()
    let original = try machine("highlight", ["\(key)=\(slow)"])
    let changed = try machine("highlight", ["\(key)=\(fast)"])
    let names = try original.session(layer, options: LayerOptions()).simulation.components.map(\.name)
    let outcome = try BoundaryReplay.run(
      layer, on: original, part: ParameterPart.components(of: key, among: names), values: changed.values,
      memoryPart: try memoryPart(of: changed.values))
    let (was, real) = (outcome.recordedCycles, try changed.simulate(layer).summary.cycles)
    #expect(outcome.cycles < was, "\(outcome.cycles) cycles, \(was) before")
    #expect(abs(outcome.cycles - real) * 10 <= was - real, "\(outcome.cycles) cycles, really \(real), \(was) before")
  }

  @Test func `every parameter belongs to a part, or is known to belong to none`() throws {
    // The mapping, the operands' form, the boxes, the clock, and prices.
    let others: Set<String> = [
      "array.columns", "array.count", "array.grid_columns", "array.grid_rows", "array.pe_side", "array.rows",
      "clock_ghz", "energy.table", "glb.data_bytes", "glb.metadata_bytes", "noc.kind", "operand_a.aligned_metadata",
      "operand_a.format", "operand_a.metadata", "operand_b.format", "output.format", "output_bits", "rf.columns",
      "rf.priced_bits", "rf.shadow", "rf.sums", "tile.columns", "tile.rows",
    ]
    for schema in DesignKind.schemas {
      for key in schema.keys { #expect(ParameterPart.exists(for: key) != others.contains(key), "\(key)") }
    }
  }
}
