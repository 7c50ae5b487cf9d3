// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Replay
import SimulationKernel
import Workloads

/// `hssim replay`: walks through the past of a run.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Replays a layer of a run: goes to any cycle, in either direction, and says why.",
    discussion: """
      A run is made again from its database and its inputs, and checked to be the same. In a terminal, commands are \
      typed; from elsewhere they come from --command, --commands or standard input, and the first that fails ends the \
      replay. 'help' lists them.

      Examples:
        hssim replay run.sqlite
        hssim replay run.sqlite -c "goto 12345" -c "print VFMU" -c "why idle PEArray[1]"
        hssim replay run.sqlite --layer l0.ffn.up -c "break when VFMU.buffered < 16" -c continue -c "back 2"
        hssim replay run.sqlite -c "why z[3,17]"
        hssim replay run.sqlite --what-if glb.port_bytes_per_cycle=64
      """)

  @Argument(help: ArgumentHelp("The database.", valueName: "run.sqlite"))
  var file: String

  @Option(help: ArgumentHelp("The layer. (default: the first)", valueName: "name"))
  var layer: String?

  @Option(name: .customLong("run"), help: ArgumentHelp("The run, of a file with several.", valueName: "number"))
  var runNumber: Int64 = 1

  @Option(
    help: ArgumentHelp(
      "Where the layer trace is. (default: in the current folder, beside the database, or what comes with hssim)",
      valueName: "trace.yaml"))
  var trace: String?

  @Option(
    name: [.customShort("c"), .customLong("command")],
    help: ArgumentHelp("A command; may be repeated.", valueName: "text"))
  var commandLines: [String] = []

  @Option(help: ArgumentHelp("A file of commands, a line each.", valueName: "file"))
  var commands: String?

  @Option(
    help: ArgumentHelp(
      "Say what a changed parameter comes to, by its part alone and by the whole layer; may be repeated.",
      valueName: "key=value"))
  var whatIf: [String] = []

  func run() throws {
    guard whatIf.isEmpty || (commandLines.isEmpty && commands == nil) else {
      throw CommandError(.usage, "--what-if is given beside commands; allowed: one of the two")
    }
    guard commandLines.isEmpty || commands == nil else {
      throw CommandError(.usage, "--commands is given beside --command; allowed: one of the two")
    }
    let script = try commands.map { try Self.lines(of: $0) } ?? commandLines
    let run = try ReplayedRun(path: file, identifier: runNumber, trace: trace)
    let (index, recorded) = try run.layer(layer)
    if !whatIf.isEmpty {
      return try StandardOutput.write(try WhatIf(whatIf, of: run, layer: index, recorded: recorded).text)
    }
    let timeline = try run.timeline(ofLayer: index, recorded: recorded)
    let debugger = Debugger(timeline)
    let name = run.workload.layerNames[index]
    guard script.isEmpty, commands == nil else { return try Self.execute(script, with: debugger) }
    guard isatty(STDIN_FILENO) == 1 else {
      return try Self.execute(AnySequence { AnyIterator { readLine() } }, with: debugger)
    }
    try StandardOutput.write("\(run.origin.design), layer \(name); 'help' lists the commands\n")
    try Self.converse(with: debugger)
  }

  /// Executes lines, each written in front of its answer; the first that fails ends it.
  private static func execute(_ lines: some Sequence<String>, with debugger: Debugger) throws {
    for line in lines where !line.allSatisfy(\.isWhitespace) {
      try StandardOutput.write("> \(line)\n")
      let answer = try debugger.execute(line)
      if !answer.text.isEmpty { try StandardOutput.write(answer.text + "\n") }
      if answer.ends { return }
    }
  }

  /// Talks with a terminal; mistakes are said, and the session goes on.
  private static func converse(with debugger: Debugger) throws {
    var editor = LineEditor()
    while let line = editor.readLine(prompt: "(\(debugger.position)) ", completing: debugger.names) {
      do {
        let answer = try debugger.execute(line)
        if !answer.text.isEmpty { try StandardOutput.write(answer.text + "\n") }
        if answer.ends { return }
      } catch let error as DebuggerError {
        try StandardOutput.write("\(error)\n")
      } catch let error as Deadlock {
        try StandardOutput.write("\(error)\n")
      } catch let error as Livelock {
        try StandardOutput.write("\(error)\n")
      } catch let error as ReplayDivergence {
        try StandardOutput.write("\(error)\n")
      }
    }
  }

  private static func lines(of path: String) throws -> [String] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CommandError(.missing, "--commands \(path): there is no such file, or it cannot be read")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw CommandError(.content, "--commands \(path): this is no UTF-8 text")
    }
    return text.split(whereSeparator: \.isNewline).map(String.init)
  }
}
