// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Recording

/// `hssim query`: ready-made questions to a run's database.
struct Query: ParsableCommand {
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case table, csv, json
  }

  static let configuration = CommandConfiguration(
    abstract: "Asks a run's database a ready-made question.",
    discussion: """
      The questions are the files of configs/queries; any sqlite3 runs them as well, and a .sql file of your own is \
      asked likewise. Its parameters :run, :layer and :n are set by the options; those not given are NULL.

      Examples:
        hssim query --list
        hssim query run.sqlite tax
        hssim query run.sqlite top-n --n 3 --layer l0.ffn.up --format csv
        sqlite3 -box run.sqlite < configs/queries/tax.sql
      """)

  @Argument(help: ArgumentHelp("The database.", valueName: "file.sqlite"))
  var file: String?

  @Argument(help: ArgumentHelp("The question: a name that --list gives, or a .sql file.", valueName: "name"))
  var name: String?

  @Flag(help: "List the questions instead.")
  var list = false

  @Option(help: ArgumentHelp("The layer. (default: all)", valueName: "name"))
  var layer: String?

  @Option(
    name: .customLong("run"), help: ArgumentHelp("The run, of a file with several. (default: 1)", valueName: "number"))
  var runNumber: Int64?

  @Option(help: ArgumentHelp("How many, where the question has a limit.", valueName: "number"))
  var n: Int64?

  @Option(help: "How the answer is written: table, csv or json.")
  var format = Format.table

  func run() throws {
    let catalogue = try QueryCatalogue()
    if list {
      guard file == nil, name == nil else {
        throw CommandError(.usage, "--list is given beside a file; allowed: alone")
      }
      var table = TextTable([("query", .left), ("asks", .left)])
      for query in try catalogue.all() { table.append([query.name, query.summary]) }
      return try StandardOutput.write(table.description)
    }
    guard let file, let name else {
      throw CommandError(.usage, "a database and a question are needed: hssim query run.sqlite tax; --list names them")
    }
    let query = try catalogue.query(name)
    let answer = try QueryAnswer(of: query.sql, named: query.name, on: file, parameters: parameters)
    let text = AnswerText(answer)
    switch format {
    case .table: try StandardOutput.write(text.table)
    case .csv: try StandardOutput.write(text.csv)
    case .json: try StandardOutput.write(try text.json())
    }
  }

  private var parameters: [String: QueryAnswer.Value] {
    var parameters: [String: QueryAnswer.Value] = [:]
    if let layer { parameters["layer"] = .text(layer) }
    if let runNumber { parameters["run"] = .integer(runNumber) }
    if let n { parameters["n"] = .integer(n) }
    return parameters
  }
}
