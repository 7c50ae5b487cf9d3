// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Statistics

@testable import Recording

/// A folder of a test's own, removed with it.
final class Folder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("hssim-recording-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  /// Names of everything in it, sorted.
  func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
}

/// splitmix64.
struct Random: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

extension RunDescription {
  /// A run whose values stand for nothing but themselves.
  static func example(
    layers: Int = 3, contentID: UInt64 = 0x0123_4567_89ab_cdef, design: String = "highlight"
  ) -> RunDescription {
    RunDescription(
      design: design, workload: "minilm-block0", seed: 7, version: "1.0", configuration: "clock_ghz: 1\n",
      contentID: contentID, recordLevel: .spans, command: "hssim simulate minilm.yaml", layers: layers)
  }
}

/// A layer that could come from the simulator: its parts agree with each other, its numbers are random.
struct ExampleLayer {
  var summary: LayerSummary
  var statistics: LayerStatistics
  var costs: LayerCosts

  init(_ index: Int, seed: UInt64 = 1, cycles: Int64 = 5000, longestSpan: Int64 = 900) {
    var random = Random(seed: seed &* 1_000_003 &+ UInt64(index))
    summary = LayerSummary(
      layer: "layer\(index)", design: "highlight", pattern: "C0(2:4)", patternExecuted: "C1(4:4)->C0(2:4)",
      m: 60, n: 33, k: 128, lanes: 64, cycles: cycles, macsEffectual: 20 * cycles, laneCyclesActive: 25 * cycles,
      dramReadBytes: 12_345, dramWriteBytes: 1980, denseRunCycles: index % 2 == 0 ? nil : 2 * cycles,
      denseRunAttojoules: index % 2 == 0 ? nil : 7_000_000_000_001, clockGHz: 1.25,
      verified: true, mapping: "for n in 0..<1\n  for k in 0..<8")
    if index % 2 == 1 {
      summary.sample = LayerSample(
        fraction: 0.25,
        parts: (0..<3).map { part in
          LayerSample.Part(
            first: Int64(20 * part), rows: 20, columns: 33, weight: [1, 4, -4][part], cycles: 1000,
            attojoules: 5_000_000_000, eventHash: random.next(), resultHash: random.next())
        },
        cycles: LayerSample.Uncertainty(error: 10, margin: 43),
        attojoules: LayerSample.Uncertainty(error: 7, margin: 30.1))
    }
    statistics = LayerStatistics()
    statistics.eventHash = random.next()
    statistics.resultHash = random.next()
    statistics.bounds = [Bound(kind: "compute", cycles: cycles / 2), Bound(kind: "noc", cycles: cycles / 3)]
    costs = LayerCosts(actionAttojoules: [], areas: [])
    addComponents(cycles: cycles, longestSpan: longestSpan, using: &random)
    addLinks(using: &random)
    addLedger(cycles: cycles)
    addDRAM(using: &random)
    addActions(using: &random)
  }

  private mutating func addComponents(cycles: Int64, longestSpan: Int64, using random: inout Random) {
    let components = [("PEArray[0]", "core", cycles), ("VFMU", "core", cycles), ("DRAM", "dram", cycles * 3 / 2)]
    for (index, (name, clock, length)) in components.enumerated() {
      var totals = [ActivityKind: Int64]()
      var start: Int64 = 0
      while start < length {
        let activity = ActivityKind.allCases.randomElement(using: &random) ?? .idle
        let waits = activity == .starved || activity == .backpressured
        let span = ActivitySpan(
          component: Int32(index), link: waits ? Int32.random(in: 0...1, using: &random) : -1, activity: activity,
          start: start, cycles: min(Int64.random(in: 1...longestSpan, using: &random), length - start))
        statistics.spans.append(span)
        totals[activity, default: 0] += span.cycles
        start += span.cycles
      }
      statistics.components.append(
        ComponentStatistics(
          name: name, clockDomain: clock, clockPeriod: 1_000_000, cycles: length, busyCycles: totals[.busy, default: 0],
          starvedCycles: totals[.starved, default: 0], backpressuredCycles: totals[.backpressured, default: 0],
          idleCycles: totals[.idle, default: 0]))
    }
  }

  private mutating func addLinks(using random: inout Random) {
    for (name, sender, width) in [("DRAM.rows->VFMU.rows", "DRAM", 32), ("VFMU.blocks->PEArray[0]", "VFMU", 0)] {
      statistics.links.append(
        LinkStatistics(
          name: name, sender: sender, receiver: "VFMU", latencyCycles: 2, widthBytes: Int64(width), capacity: 3,
          messages: Int64.random(in: 1...900, using: &random), bytesSent: Int64.random(in: 1...9000, using: &random),
          bytesReceived: 7, starvedCycles: 5, backpressuredCycles: 6))
    }
  }

  private mutating func addLedger(cycles: Int64) {
    let total = 64 * cycles
    let parts: [(Cause, String, Int64)] = [
      (.effectual, "PEArray[0]", 20 * cycles), (.ineffectualBZero, "PEArray[0]", 5 * cycles),
      (.paddingPattern, "PEArray[0]", cycles / 5), (.starvedMetadata, "MetadataDecoder[1]", cycles / 20),
      (.loadImbalance, "PEArray[0]", cycles / 100),
    ]
    let used = parts.reduce(0) { $0 + $1.2 }
    statistics.ledger = Ledger(
      lanes: 64, cycles: cycles,
      entries: parts.map { LedgerEntry(component: "PEArray[0]", cause: $0.0, blamed: $0.1, laneCycles: $0.2) } + [
        LedgerEntry(component: "PEArray[0]", cause: .starvedDRAM, blamed: "DRAM", laneCycles: total - used)
      ])
  }

  private mutating func addDRAM(using random: inout Random) {
    for channel in 0...1 {
      var dram = DRAMStatistics()
      dram.channel = channel
      dram.reads = Int64.random(in: 1...500, using: &random)
      dram.writes = Int64.random(in: 1...500, using: &random)
      dram.requests = dram.reads + dram.writes
      dram.readBytes = 32 * dram.reads
      dram.writeBytes = 32 * dram.writes
      dram.cycles = 7500
      dram.bandwidthGBPerSecond = 12.5
      dram.latencyMean = 40.25
      dram.latencyP50 = 39
      dram.latencyP99 = 90
      dram.latencyMax = 120
      if channel == 1 {
        dram.rowHits = 11
        dram.rowMisses = 12
        dram.rowConflicts = 13
        dram.activates = 14
        dram.precharges = 15
        dram.refreshes = 16
      }
      statistics.dram.append(dram)
    }
  }

  private mutating func addActions(using random: inout Random) {
    let actions: [(String, String, Bool, Int?)] = [
      ("GLB", "data_read", false, nil), ("GLB", "metadata_read", true, 1), ("GLB", "metadata_read", true, 0),
      ("VFMU", "shift", true, nil), ("PEArray[0]", "mac", false, nil),
    ]
    for (component, action, isTax, rank) in actions {
      statistics.actions.append(
        ActionCount(
          component: component, action: action, count: Int64.random(in: 0...9999, using: &random), bits: 512,
          isSparsityTax: isTax, rank: rank))
      costs.actionAttojoules.append(Int64.random(in: 0...9_999_999_999_999, using: &random))
      costs.areas.append(
        AreaEntry(
          component: component, part: "\(action)s",
          microSquareMicrons: Int64.random(in: 1...99_999_999_999, using: &random),
          isSparsityTax: isTax, rank: rank))
    }
    summary.energyAttojoules = costs.actionAttojoules.reduce(0, +)
    summary.areaMicroSquareMicrons = costs.areas.reduce(0) { $0 + $1.microSquareMicrons }
  }
}

extension RunDatabase {
  func write(_ layer: ExampleLayer, at index: Int, run: Int = 0) throws {
    try write(layer: layer.summary, statistics: layer.statistics, costs: layer.costs, layerIndex: index, run: run)
  }
}

/// Reads a file as a user of SQLite would.
func read<Result>(_ path: String, _ body: (Database) throws -> Result) throws -> Result {
  var configuration = Configuration()
  configuration.readonly = true
  let queue = try DatabaseQueue(path: path, configuration: configuration)
  defer { try? queue.close() }
  return try queue.read(body)
}

/// Every row of every table and view of a file, as text.
func dump(_ path: String) throws -> [String: [String]] {
  try read(path) { database in
    var relations = [String: [String]]()
    for relation in Schema.relations where relation.name != "cycle_activity" {
      relations[relation.name] = try Row.fetchAll(database, sql: "SELECT * FROM \(relation.name)").map(\.description)
    }
    return relations
  }
}
