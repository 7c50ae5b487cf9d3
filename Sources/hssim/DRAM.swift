// SPDX-License-Identifier: Apache-2.0
import Accelerators
import ArgumentParser
import Foundation
import Hardware
import Recording
import Workloads

/// `hssim dram`: a memory trace on a DRAM alone.
struct DRAM: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dram",
    abstract: "Replays a memory trace on a DRAM, command by command, and writes one SQLite file.",
    discussion: """
      A line of the trace is an access: 'cycle address R|W', 'LD|ST address' (Ramulator) or 'address READ|WRITE cycle' \
      (DRAMsim3); addresses are decimal, or hexadecimal after 0x. The first line says which. Per DRAM clock the memory \
      ticks once, then requests are offered in the order of the trace, none before its cycle; the first that is refused \
      ends the clock.

      Examples:
        hssim dram trace.txt --config lpddr4-4266
        hssim dram trace.txt --config ds3_hbm2_8ch_shipped --inject-per-cycle 8 --commands timeline.txt
      """)

  @Argument(help: ArgumentHelp("The memory trace.", valueName: "trace"))
  var trace: String

  @Option(
    help: ArgumentHelp(
      "The part: one of configs/dram by its name, or the path of a .yaml file.", valueName: "name|file"))
  var config: String

  @Option(help: ArgumentHelp("Transactions that are offered per DRAM clock at most.", valueName: "n"))
  var injectPerCycle = 1

  @Option(help: ArgumentHelp("Bytes that a line of the trace stands for.", valueName: "bytes"))
  var lineBytes = 64

  @Option(help: ArgumentHelp("Also write the command timeline, checked against the standard.", valueName: "file"))
  var commands: String?

  @Option(
    help: ArgumentHelp(
      "The database. (default: <part>-<trace>-<content id>.sqlite in the current folder)", valueName: "file.sqlite"))
  var output: String?

  @Option(help: "What is printed at the end: text or json.")
  var format = OutputFormat.text

  @Flag(help: "Replace the output, and the file of --commands, if they exist.")
  var force = false

  func run() throws {
    let part = try DRAMCatalogue(ConfigurationFolder()).part(config, option: "--config").specification
    var replay = try replay(on: part)
    let bytes = try TextFile.bytes(of: trace)
    let accesses = try DRAMTraceFile(text: bytes, file: trace).lines.map(DRAMTraceAccess.init)
    guard !accesses.isEmpty else {
      throw WorkloadError(.content, file: trace, "holds no access", allowed: "one or more")
    }
    let description = description(of: part, bytes)
    let path = output ?? description.defaultFileName
    try checkPlaces(output: path)
    let database = try RunDatabase.open(path, runs: [description], existing: force ? .replace : .resume)
    let result = DRAMReplayResult(replay.run(accesses), part: part, trace: description.workload)
    do {
      try result.check(commands == nil ? [] : replay.commands)
    } catch {
      try database.fail("\(error)")
      throw error
    }
    if let commands { try TextFile.write(result.timeline(replay.commands), to: commands, replacing: force) }
    try database.write(layer: result.summary, statistics: result.layerStatistics, layerIndex: 0)
    try database.finish()
    try StandardOutput.write(format == .json ? result.json(path: path) : result.text(path: path))
  }

  private func replay(on part: DRAMSpecification) throws -> DRAMTraceReplay {
    do {
      return try DRAMTraceReplay(
        part, injectPerClock: injectPerCycle, lineBytes: lineBytes, recordsCommands: commands != nil)
    } catch {
      let option = error.field == "line_bytes" ? "--line-bytes" : "--inject-per-cycle"
      throw CommandError(.usage, "\(option) \(error.value): this is not allowed; allowed: \(error.allowed)")
    }
  }

  /// The run as the database keeps it; the content id covers all that a result depends on.
  private func description(of part: DRAMSpecification, _ bytes: [UInt8]) -> RunDescription {
    let words = [
      "hssim", "dram", (trace as NSString).lastPathComponent, "--config", config.lastPathComponent,
      "--inject-per-cycle", "\(injectPerCycle)", "--line-bytes", "\(lineBytes)",
    ]
    var hash = StableHash()
    hash.combine("hssim \(Hssim.version)")
    hash.combine("dram")
    hash.combine(part.configurationText)
    hash.combine(bytes)
    hash.combine(UInt64(injectPerCycle))
    hash.combine(UInt64(lineBytes))
    return RunDescription(
      design: part.name, workload: ((trace as NSString).lastPathComponent as NSString).deletingPathExtension, seed: 0,
      version: Hssim.version, configuration: part.configurationText, contentID: hash.value, recordLevel: .summary,
      command: words.map(shellWord).joined(separator: " "), layers: 1)
  }

  private func checkPlaces(output: String) throws {
    let inputs = [trace] + (config.isYAMLPath ? [config] : [])
    for (option, file) in [("--output", output), ("--commands", commands ?? "")] where !file.isEmpty {
      if let input = inputs.first(where: { $0.resolvedPath == file.resolvedPath }) {
        throw CommandError(.cannotCreate, "\(option) \(file): this is \(input), which the run reads")
      }
    }
    guard let commands else { return }
    guard commands.resolvedPath != output.resolvedPath else {
      throw CommandError(.usage, "--commands \(commands): this is the database; allowed: a file of its own")
    }
    try TextFile.checkWriting(to: commands, replacing: force)
  }
}
