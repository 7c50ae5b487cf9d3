// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Recording
import Workloads

/// `hssim export`: a run's database in forms that other programs read.
struct Export: ParsableCommand {
  enum Form: String, EnumerableFlag {
    case perfetto, csv, json

    static func help(for form: Form) -> ArgumentHelp? {
      switch form {
      case .perfetto:
        ArgumentHelp(
          "A trace for ui.perfetto.dev: spans, counters, and messages as flows; JSON (trace event format) in a file "
            + "called .json, else Perfetto's own format.")
      case .csv: "A folder with a .csv file for every table and view."
      case .json: "An object with a list of rows for every table and view."
      }
    }
  }

  static let configuration = CommandConfiguration(
    abstract: "Writes a run's database as a Perfetto trace, CSV or JSON.",
    discussion: """
      The trace shows every component as a track of what it did, its utilization and the fill of links as counters, and \
      messages as arrows, where they were recorded. Times are simulated ones; the cycle is among the arguments.

      Examples:
        hssim export run.sqlite --perfetto --output run.pftrace
        hssim export run.sqlite --csv --layer l0.ffn.up --output tables
      """)

  @Argument(help: ArgumentHelp("The database.", valueName: "run.sqlite"))
  var file: String

  @Flag(help: "The form.")
  var form: Form

  @Option(help: ArgumentHelp("Only this layer. (default: all)", valueName: "name"))
  var layer: String?

  @Option(name: .customLong("run"), help: ArgumentHelp("The run, of a file with several.", valueName: "number"))
  var runNumber: Int64 = 1

  @Option(help: ArgumentHelp("The file, or for CSV the folder, which is made.", valueName: "file|folder"))
  var output: String

  @Flag(help: "Replace files that exist.")
  var force = false

  func run() throws {
    let origin = try RecordedOrigin(path: file, identifier: runNumber)
    if let layer, !origin.layers.contains(where: { $0.name == layer }) {
      let names = origin.layers.map(\.name)
      throw CommandError(
        .usage, "--layer \(layer): \(file) has no such layer; allowed: \(names.joined(separator: ", "))")
    }
    guard output.resolvedPath != file.resolvedPath else {
      throw CommandError(.cannotCreate, "--output \(output): this is the database; allowed: a place of its own")
    }
    switch form {
    case .perfetto:
      try TextFile.checkWriting(to: output, replacing: force)
      let trace = try PerfettoTrace(of: file, run: runNumber, layer: layer)
      let bytes =
        output.lowercased().hasSuffix(".json")
        ? try trace.bytes(in: TraceEventForm()) : try trace.bytes(in: PerfettoForm())
      try TextFile.write(bytes, to: output, replacing: force)
    case .csv:
      let tables = try tables()
      try makeFolder()
      for table in tables {
        let path = (output as NSString).appendingPathComponent("\(table).csv")
        try TextFile.checkWriting(to: path, replacing: force)
      }
      for table in tables {
        let path = (output as NSString).appendingPathComponent("\(table).csv")
        try TextFile.write(AnswerText(try rows(of: table)).csv, to: path, replacing: force)
      }
    case .json:
      try TextFile.checkWriting(to: output, replacing: force)
      let members = try tables().map { "\"\($0)\": \(try AnswerText(try rows(of: $0)).json())" }
      try TextFile.write("{\n\(members.joined(separator: ",\n"))}\n", to: output, replacing: force)
    }
  }

  /// Tables and views for users, but for the one with a row per component and cycle, which spans hold in short.
  private func tables() throws -> [String] {
    let names = try QueryAnswer(
      of: """
        SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'stored~_%' ESCAPE '~'
        AND name <> 'cycle_activity' ORDER BY name
        """, named: "the list of tables", on: file)
    return names.rows.compactMap { if case .text(let name) = $0[0] { name } else { nil } }
  }

  private func rows(of table: String) throws -> QueryAnswer {
    let header = try QueryAnswer(of: "SELECT * FROM \(table) LIMIT 0", named: table, on: file)
    var conditions: [String] = []
    if header.columns.contains("run_id") { conditions.append("run_id = :run") }
    if layer != nil, header.columns.contains("layer") { conditions.append("layer = :layer") }
    let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
    var parameters: [String: QueryAnswer.Value] = ["run": .integer(runNumber)]
    if let layer { parameters["layer"] = .text(layer) }
    return try QueryAnswer(of: "SELECT * FROM \(table)\(filter)", named: table, on: file, parameters: parameters)
  }

  private func makeFolder() throws {
    do {
      try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
    } catch {
      throw CommandError(.cannotCreate, "--output \(output): the folder cannot be made")
    }
  }
}
