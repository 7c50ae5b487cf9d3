// SPDX-License-Identifier: Apache-2.0

/// What `--help` says of a command.
struct CommandHelp {
  /// As it is typed, such as `hssim describe pattern`.
  let name: String
  private(set) var subcommands: [String] = []
  /// Operands as they are shown, such as `<trace.yaml>`.
  private(set) var arguments: [String] = []
  /// Options as they are shown, with their value (`--seed <n>`), and their explanations; those of every command left out.
  private(set) var options: [String: String] = [:]

  private init(of words: [String], in workspace: Workspace) throws {
    name = (["hssim"] + words).joined(separator: " ")
    // Wide enough for an explanation to stay on one line.
    let text = try workspace.hssim(words + ["--help"], environment: ["COLUMNS": "2000"]).output
    var heading = ""
    var option: String?
    for line in text.split(separator: "\n") {
      if !line.hasPrefix(" ") {
        heading = String(line)
        continue
      }
      let indentation = line.prefix { $0 == " " }.count
      let entry = line.dropFirst(indentation)
      if indentation > 2 {
        // The explanation of an option whose name fills the first column.
        if let option { options[option, default: ""] += entry }
        continue
      }
      let end = entry.firstRange(of: "  ")?.lowerBound ?? entry.endIndex
      // Options go by their long names.
      let term = entry[..<end].replacing(#/^-\w, /#, with: "")
      let explanation = entry[end...].drop { $0 == " " }
      switch heading {
      case "SUBCOMMANDS:" where !term.hasPrefix("See "): subcommands.append(String(term))
      case "ARGUMENTS:": arguments.append(String(term))
      case "OPTIONS:" where term.hasPrefix("--") && term != "--version" && term != "--help":
        options[String(term)] = String(explanation)
        option = String(term)
      default: break
      }
    }
  }

  /// The program and all commands below it.
  static func all(in workspace: Workspace, from words: [String] = []) throws -> [CommandHelp] {
    let help = try CommandHelp(of: words, in: workspace)
    return try [help] + help.subcommands.flatMap { try all(in: workspace, from: words + [$0]) }
  }
}
