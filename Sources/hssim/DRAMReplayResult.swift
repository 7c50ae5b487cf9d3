// SPDX-License-Identifier: Apache-2.0
import Accelerators
import Foundation
import Hardware
import Recording
import Statistics

/// What a replay of a memory trace came to: for the database, for the terminal, and as a command timeline.
struct DRAMReplayResult {
  private let statistics: DRAMReplayStatistics
  private let part: DRAMSpecification
  private let trace: String
  /// A row of `dram_summary` per channel.
  let channels: [DRAMStatistics]

  init(_ statistics: DRAMReplayStatistics, part: DRAMSpecification, trace: String) {
    self.statistics = statistics
    self.part = part
    self.trace = trace
    let clocks = Self.clocks(statistics)
    channels = statistics.channels.enumerated().map { number, counts in
      Self.row(counts, statistics.channelLatency[number], number, part: part, clocks: clocks)
    }
  }

  /// Clocks to the last acceptance or read completion, whichever is later: what bandwidth is measured over.
  private var clocks: Int64 { Self.clocks(statistics) }

  private static func clocks(_ statistics: DRAMReplayStatistics) -> Int64 {
    max(statistics.lastAccept, statistics.lastReadDone)
  }

  private static func row(
    _ counts: DRAMControllerStatistics, _ latency: DRAMLatency, _ channel: Int, part: DRAMSpecification, clocks: Int64
  ) -> DRAMStatistics {
    let bytes = Int64(part.organisation.transactionBytes)
    var row = DRAMStatistics()
    row.channel = channel
    row.reads = counts.reads
    row.writes = counts.writes
    row.requests = counts.reads + counts.writes
    row.readBytes = counts.reads * bytes
    row.writeBytes = counts.writes * bytes
    row.cycles = clocks
    row.bandwidthGBPerSecond = part.gigabytesPerSecond(bytes: row.requests * bytes, clocks: clocks)
    row.latencyMean = latency.mean
    row.latencyP50 = latency.p50
    row.latencyP99 = latency.p99
    row.latencyMax = latency.maximum
    row.rowHits = counts.rowHits
    row.rowMisses = counts.rowMisses
    row.rowConflicts = counts.rowConflicts
    row.activates = counts.activates
    row.precharges = counts.precharges
    row.refreshes = counts.refreshes
    return row
  }

  // MARK: Checks

  /// - Parameter commands: the timelines by channel; empty where they were not recorded.
  /// - Throws: `LayerFailure` where a data bus carried more than fits, or a recorded command came too early.
  func check(_ commands: [[DRAMIssuedCommand]]) throws {
    func failure(_ problem: String) -> LayerFailure { LayerFailure(layer: trace, problem: problem) }
    for (number, counts) in statistics.channels.enumerated() {
      let bursts = DRAMCommand.allCases.filter(\.isColumn).reduce(0) { $0 + counts.count($1) }
      let room = Int64(part.organisation.pseudoChannels) * (clocks / Int64(part.timing.nBL) + 1)
      // Writes may be sent after the last acceptance.
      guard bursts <= room + Int64(part.controller.writeQueue) else {
        throw failure("channel \(number) moved \(bursts) bursts, its data bus has room for \(room)")
      }
    }
    for (number, channel) in commands.enumerated() {
      var checker = CommandTimelineChecker(part)
      for command in channel { checker.check(command) }
      checker.finish(at: clocks)
      if let violation = checker.violations.first { throw failure("channel \(number): \(violation)") }
    }
  }

  // MARK: The database

  /// The replay as the one layer of its run: it has a length and traffic, and no product.
  var summary: LayerSummary {
    let bytes = Int64(part.organisation.transactionBytes)
    return LayerSummary(
      layer: trace, design: part.name, pattern: "dense", patternExecuted: "dense", m: 0, n: 0, k: 0, lanes: 0,
      cycles: clocks, macsEffectual: 0, laneCyclesActive: 0, dramReadBytes: statistics.total.reads * bytes,
      dramWriteBytes: statistics.total.writes * bytes, clockGHz: 1000 / Double(part.timing.clockPicoseconds),
      verified: true, mapping: "memory trace \(trace): \(statistics.requests) transactions of \(bytes) bytes")
  }

  var layerStatistics: LayerStatistics {
    var layer = LayerStatistics()
    layer.dram = channels
    layer.eventHash = statistics.doneHash
    layer.actions = channels.indices.flatMap { number in
      DRAMCommand.allCases.map { command in
        ActionCount(
          component: "DRAM.channel\(number)", action: command.mnemonic,
          count: statistics.channels[number].count(command),
          bits: command.isColumn ? Int64(part.organisation.transactionBytes * 8) : 0, isSparsityTax: false)
      }
    }
    return layer
  }

  // MARK: The timeline

  /// A line a command, of all channels in order of clocks.
  func timeline(_ commands: [[DRAMIssuedCommand]]) -> String {
    let all = commands.enumerated().flatMap { number, channel in channel.map { (number, $0) } }
      .sorted { ($0.1.clock, $0.0) < ($1.1.clock, $1.0) }
    var text = "# clock channel command rank bankgroup bank row column\n"
    for (channel, command) in all {
      text += "\(command.clock) \(channel) \(command.command.mnemonic) \(command.rank) \(command.bankGroup) "
      text += "\(command.bank) \(command.row) \(command.column)\n"
    }
    return text
  }

  // MARK: The terminal

  func text(path: String) -> String {
    var table = TextTable(
      [("channel", .left)]
        + [
          "requests", "reads", "GB/s", "of peak", "latency", "p50", "p99", "max", "row hits", "misses", "conflicts",
          "ACT", "PRE", "REF",
        ].map { ($0, .right) })
    let peak = part.peakGBPerSecond
    for row in channels {
      append(row, named: "\(row.channel)", peak: peak / Double(channels.count), to: &table)
    }
    if channels.count > 1 {
      var all = Self.row(statistics.total, statistics.latency, 0, part: part, clocks: clocks)
      all.bandwidthGBPerSecond = statistics.gigabytesPerSecond
      append(all, named: "all", peak: peak, to: &table)
    }
    return """
      \(table)
      \(trace) on \(part.name): \(clocks) clocks of \(part.timing.clockPicoseconds) ps, latencies in clocks. \
      It is in \(path):
        sqlite3 -box \(shellWord(path)) "SELECT * FROM dram_summary"

      """
  }

  private func append(_ row: DRAMStatistics, named name: String, peak: Double, to table: inout TextTable) {
    table.append([
      name, "\(row.requests)", "\(row.reads)", decimal(row.bandwidthGBPerSecond, places: 3),
      decimal(100 * row.bandwidthGBPerSecond / peak, places: 1) + " %", decimal(row.latencyMean, places: 1),
      "\(row.latencyP50)", "\(row.latencyP99)", "\(row.latencyMax)", "\(row.rowHits ?? 0)", "\(row.rowMisses ?? 0)",
      "\(row.rowConflicts ?? 0)", "\(row.activates ?? 0)", "\(row.precharges ?? 0)", "\(row.refreshes ?? 0)",
    ])
  }

  /// One JSON object with sorted keys: the database's path, the totals, and the rows of `dram_summary`.
  func json(path: String) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let answer = Answer(
      database: path, part: part.name, trace: trace, cycles: clocks, clock_picoseconds: part.timing.clockPicoseconds,
      requests: statistics.requests, last_accept: statistics.lastAccept, last_read_done: statistics.lastReadDone,
      gb_per_s: statistics.gigabytesPerSecond, peak_gb_per_s: part.peakGBPerSecond,
      latency_mean: statistics.latency.mean, latency_p50: statistics.latency.p50, latency_p99: statistics.latency.p99,
      latency_max: statistics.latency.maximum, row_hits: statistics.total.rowHits,
      row_misses: statistics.total.rowMisses, row_conflicts: statistics.total.rowConflicts,
      activates: statistics.total.activates, precharges: statistics.total.precharges,
      refreshes: statistics.total.refreshes, done_fnv1a: statistics.doneHash.hashText)
    return String(decoding: try encoder.encode(answer), as: UTF8.self) + "\n"
  }

  // The names are the keys of the answer, which follow those of the database.
  private struct Answer: Encodable {
    let database, part, trace: String
    let cycles: Int64
    let clock_picoseconds: Int
    let requests, last_accept, last_read_done: Int64
    let gb_per_s, peak_gb_per_s, latency_mean: Double
    let latency_p50, latency_p99, latency_max, row_hits, row_misses, row_conflicts: Int64
    let activates, precharges, refreshes: Int64
    let done_fnv1a: String
  }
}
