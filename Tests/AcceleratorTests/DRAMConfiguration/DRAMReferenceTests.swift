// SPDX-License-Identifier: Apache-2.0

import Accelerators
import Foundation
import Hardware
import Testing

/// Whether the tests are compiled with optimisation; without it the large traces would take minutes.
private var isOptimised: Bool {
  var isDebug = false
  assert(
    {
      isDebug = true
      return true
    }())
  return !isDebug
}

/// The configuration files of this repository.
enum DRAMConfigurationFiles {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "configs/dram")

  static func names(in subfolder: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: subfolder).path)
      .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }

  static func load(_ name: String) throws -> DRAMSpecification {
    let file = folder.appending(path: name + ".yaml")
    return try DRAMSpecification(yaml: String(contentsOf: file, encoding: .utf8), file: name + ".yaml")
  }

  /// Transactions a clock that the references' driver offered (their README).
  static func injectPerClock(_ config: String) -> Int {
    switch config {
    case _ where config.hasPrefix("ds3_hbm2_8ch"): 8
    case _ where config.hasPrefix("ram_hbm2_8ch"): 16
    case _ where config.hasPrefix("ram_hbm2"): 2
    default: 1
    }
  }
}

/// One run of a reference simulator.
struct DRAMReferenceRow: CustomTestStringConvertible {
  var values: [String: String]
  var config: String
  var trace: String

  var testDescription: String { "\(config) \(trace)" }

  /// Whether it takes seconds only, even without optimisation.
  var isQuick: Bool {
    trace == "seq_write" && ["ds3_ddr4_2400_shipped", "ram_ddr4_2400R_RoBaRaCoCh"].contains(config)
  }

  func integer(_ column: String) -> Int64? { values[column].flatMap { Int64($0) } }
  func number(_ column: String) -> Double? { values[column].flatMap { Double($0) } }

  static let all: [DRAMReferenceRow] = {
    let lines = dramReferenceResults.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    return lines.dropFirst().map { words in
      let values = Dictionary(uniqueKeysWithValues: zip(lines[0], words))
      return DRAMReferenceRow(values: values, config: words[0], trace: words[1])
    }
  }()
}

@Suite struct DRAMReferenceTests {
  @Test func `there is a row for every calibration machine and every trace`() throws {
    #expect(DRAMReferenceRow.all.count == 52)
    #expect(try Set(DRAMReferenceRow.all.map(\.config)) == Set(DRAMConfigurationFiles.names(in: "calibration")))
  }

  /// Both controllers are modelled so closely that every figure is equal, not only within the tolerances of the issue:
  /// bandwidth, latency distribution, row outcomes and command counts.
  ///
  /// Without optimisation, when 200,000 requests take ten seconds or more, only one quick row of each simulator is run.
  @Test(arguments: DRAMReferenceRow.all.filter { isOptimised || $0.isQuick })
  func `a large trace gives the reference's figures, all of them`(row: DRAMReferenceRow) throws {
    let specification = try DRAMConfigurationFiles.load("calibration/" + row.config)
    let trace = try #require(DRAMReferenceTrace.large(row.trace, count: 200_000))
    var replay = try DRAMTraceReplay(
      specification, injectPerClock: DRAMConfigurationFiles.injectPerClock(row.config),
      recordsCommands: isOptimised)
    let statistics = replay.run(trace)
    let total = statistics.total
    let figures: [(String, Int64)] = [
      ("requests", statistics.requests), ("last_accept", statistics.lastAccept),
      ("last_read_done", statistics.lastReadDone), ("lat_p50", statistics.latency.p50),
      ("lat_p99", statistics.latency.p99), ("lat_max", statistics.latency.maximum), ("row_hits", total.rowHits),
      ("REF", total.refreshes),
    ]
    for (column, value) in figures { #expect(row.integer(column) == value, "\(column)") }
    #expect(abs(try #require(row.number("lat_mean")) - statistics.latency.mean) <= 0.00501)
    #expect(abs(try #require(row.number("GB_per_s")) - statistics.gigabytesPerSecond) <= 0.000501)
    #expect(statistics.gigabytesPerSecond <= specification.peakGBPerSecond)
    // Ramulator counts misses and conflicts, DRAMsim3 the commands.
    if let misses = row.integer("row_misses") { #expect(misses == total.rowMisses) }
    if let conflicts = row.integer("row_conflicts") { #expect(conflicts == total.rowConflicts) }
    if let activates = row.integer("ACT") { #expect(activates == total.activates) }
    if let precharges = row.integer("PRE") { #expect(precharges == total.precharges) }
    try expectLegal(replay, specification)
  }

  @Test func `a short random trace keeps its figures`() throws {
    // Golden numbers of this model at the state in which all reference figures were equal, for builds that skip those.
    let expected: [(config: String, lastReadDone: Int64, doneHash: UInt64)] = [
      ("ds3_ddr4_2400_shipped", 5280, 0xf5818e6832dcff6e),
      ("ds3_hbm2_8ch_shipped", 1170, 0x9578549b6d1aa887),
      ("ram_ddr4_2400R_MOP4CLXOR", 6693, 0x745061428a6260ef),
      ("ram_hbm2_1ch_RoBaRaCoCh", 4933, 0xcf435863905973e7),
    ]
    for (config, lastReadDone, doneHash) in expected {
      let specification = try DRAMConfigurationFiles.load("calibration/" + config)
      let trace = try #require(DRAMReferenceTrace.large("rand_mix", count: 1000))
      var replay = try DRAMTraceReplay(
        specification, injectPerClock: DRAMConfigurationFiles.injectPerClock(config), recordsCommands: true)
      let statistics = replay.run(trace)
      #expect(statistics.lastReadDone == lastReadDone, "\(config)")
      #expect(statistics.doneHash == doneHash, "\(config)")
      try expectLegal(replay, specification)
    }
  }

  private func expectLegal(_ replay: DRAMTraceReplay, _ specification: DRAMSpecification) throws {
    for commands in replay.commands {
      var checker = CommandTimelineChecker(specification)
      for command in commands { checker.check(command) }
      checker.finish(at: commands.last?.clock ?? 0)
      #expect(checker.violations.prefix(3) == [])
    }
  }

  // MARK: Micro traces

  static let timelines: [(config: String, trace: String, lines: [String])] = {
    var timelines: [(String, String, [String])] = []
    for line in (dramsim3Commands + "\n" + ramulatorCommands).split(separator: "\n") {
      let words = line.split(separator: " ")
      if line.hasPrefix("[") {
        timelines.append((String(words[0].dropFirst().dropLast()), String(words[1]), []))
      } else {
        timelines[timelines.count - 1].2.append(words.joined(separator: " "))
      }
    }
    return timelines.map { ($0.0, $0.1, $0.2) }
  }()

  /// A command as the reference timeline of its simulator writes it.
  private static func line(_ command: DRAMIssuedCommand, ramulator: Bool) -> String {
    let name =
      switch (command.command, ramulator) {
      case (.activate, false): "activate"
      case (.read, false): "read"
      case (.write, false): "write"
      case (.precharge, false): "precharge"
      case (.refreshAll, false): "refresh"
      case (.precharge, true): "PREpb"
      case (let other, _): other.mnemonic
      }
    let clock = command.clock + (ramulator ? 1 : 0)
    return "\(clock) \(name) \(command.rank) \(command.bankGroup) \(command.bank) \(command.row) \(command.column)"
  }

  @Test(arguments: timelines.indices)
  func `a micro trace gives the reference's timeline, command by command`(index: Int) throws {
    let (config, name, expected) = Self.timelines[index]
    let specification = try DRAMConfigurationFiles.load("calibration/" + config)
    let trace = try #require(DRAMReferenceTrace.micro(name))
    var replay = try DRAMTraceReplay(
      specification, injectPerClock: DRAMConfigurationFiles.injectPerClock(config), recordsCommands: true)
    _ = replay.run(trace)
    let lines = replay.commands[0].map { Self.line($0, ramulator: config.hasPrefix("ram_")) }
    if name == "m09_read_across_refresh" {
      // Each listed stretch is around one refresh: it is there as one piece.
      for stretch in stretches(expected) {
        let start = try #require(lines.firstIndex(of: stretch[0]), "\(stretch[0])")
        #expect(Array(lines[start...].prefix(stretch.count)) == stretch)
      }
      let refreshes = { (lines: [String]) in lines.filter { $0.contains("refresh") || $0.contains("REF") } }
      #expect(refreshes(lines) == refreshes(expected))
    } else {
      #expect(lines == expected)
    }
    try expectLegal(replay, specification)
  }

  /// Runs of lines with one refresh each; the reference leaves out what is between them.
  private func stretches(_ lines: [String]) -> [[String]] {
    var stretches: [[String]] = [[]]
    for line in lines {
      let clock = Int(line.split(separator: " ")[0]) ?? 0
      if let last = stretches[stretches.count - 1].last.flatMap({ Int($0.split(separator: " ")[0]) }),
        clock - last > 1000
      {
        stretches.append([])
      }
      stretches[stretches.count - 1].append(line)
    }
    return stretches
  }

  @Test func `an unloaded read takes exactly what the references' formula says`() throws {
    // README: accepted at t, ACT at t+2 (DRAMsim3) or t+1 (Ramulator), RD after nRCD, done after nCL and the burst.
    for (config, done) in [
      ("ds3_ddr4_2400R_1rank_RoBaBgRaCoCh", Int64(138)), ("ram_ddr4_2400R_RoBaRaCoCh", 137),
    ] {
      var replay = try DRAMTraceReplay(DRAMConfigurationFiles.load("calibration/" + config))
      _ = replay.run([DRAMTraceAccess(clock: 100, address: 0, isWrite: false)])
      #expect(replay.doneClocks == [done])
    }
  }

  @Test func `writes at the end stay in DRAMsim3's buffer, and leave Ramulator's`() throws {
    // m07: the trace ends with one buffered write and a read; only the shared buffers write it back while idle.
    let trace = [
      DRAMTraceAccess(clock: 100, address: 0, isWrite: true), DRAMTraceAccess(clock: 200, address: 64, isWrite: false),
    ]
    for (config, writes) in [("ds3_ddr4_2400_shipped", Int64(0)), ("ram_ddr4_2400R_RoBaRaCoCh", 1)] {
      var replay = try DRAMTraceReplay(DRAMConfigurationFiles.load("calibration/" + config))
      #expect(replay.run(trace).total.count(.write) == writes)
    }
  }
}
