// SPDX-License-Identifier: Apache-2.0
import Accelerators
import Foundation
import Recording
import Testing
import Workloads

@testable import hssim

/// docs/command-line.md against what the program says of itself and does.
struct DocumentationTests {
  private let workspace: Workspace
  private let reference: String

  init() throws {
    workspace = try Workspace()
    reference = try Self.text(of: "docs/command-line.md")
  }

  private static func text(of file: String) throws -> String {
    try String(contentsOf: Workspace.repository.appending(path: file), encoding: .utf8)
  }

  @Test func `every command has a section that names exactly its options, with their values`() throws {
    let commands = try CommandHelp.all(in: workspace).filter { $0.subcommands.isEmpty }
    #expect(commands.count >= 6)
    for command in commands {
      let text = try #require(section(on: command.name), "docs/command-line.md has no section on \(command.name)")
      #expect(rows(of: text).map(\.option).sorted() == command.options.keys.sorted(), "\(command.name)")
      for argument in command.arguments {
        #expect(text.contains("`\(command.name)") && text.contains(argument), "\(command.name) \(argument)")
      }
    }
  }

  @Test func `every default of the help is in the table`() throws {
    var count = 0
    for command in try CommandHelp.all(in: workspace) {
      let documented = section(on: command.name).map(rows) ?? []
      for (option, explanation) in command.options {
        guard let stated = explanation.firstMatch(of: /default: (.+)\)/) else { continue }
        let row = try #require(documented.first { $0.option == option })
        #expect(row.fallback.replacing("`", with: "") == stated.1, "\(command.name) \(option)")
        count += 1
      }
    }
    #expect(count >= 7)
  }

  @Test func `every section is on a command there is`() throws {
    let names = Set(try CommandHelp.all(in: workspace).map(\.name))
    let headings = reference.matches(of: /\n## `([^`]+)`\n/).map { String($0.1) }
    #expect(!headings.isEmpty)
    for heading in headings { #expect(names.contains(heading), "\(heading)") }
  }

  @Test func `the exit codes are those that the program has, in the reference and in its help`() throws {
    var codes: Set<Int32> = [0, 70, 75, 128 + SIGINT, 128 + SIGTERM]
    codes.formUnion(WorkloadError.Kind.allCases.map(\.rawValue))
    let kinds: [RecordingError.Kind] = [.invalidDescription, .cannotCreate, .inputOutput]
    codes.formUnion(kinds.map { RecordingError($0, path: "", reason: "").exitCode })
    codes.formUnion([CommandError.Kind.usage, .cannotCreate, .inputOutput].map(\.rawValue))
    let table = try #require(reference.range(of: "\n## Exit codes\n").map { reference[$0.upperBound...] })
    let cells = table.prefix(while: { $0 != "#" }).split(separator: "\n").filter { $0.hasPrefix("| ") }
      .map { $0.split(separator: "|")[0] }
    // 69 is no code of the program's, but of the script that builds it.
    #expect(Set(cells.flatMap(Self.numbers)) == codes.union([69]))
    let help = try workspace.hssim("--help", environment: ["COLUMNS": "2000"]).output
    let sentence = try #require(help.split(separator: "\n").first { $0.hasPrefix("Exit codes:") })
    #expect(Set(Self.numbers(in: sentence)) == codes)
  }

  @Test func `the keys of the JSON answer are those that the reference names`() throws {
    let answer = try workspace.hssim("simulate", "--gemm", "8x8x8", "--output", "run.sqlite", "--format", "json")
    let json = try JSONDecoder().decode(JSONValue.self, from: Data(answer.output.utf8))
    #expect(try documentedKeys(after: "The answer has ") == json.keys)
    #expect(try documentedKeys(after: "`run` has ") == json["run"]?.keys)
    let layer = try #require(json["run"]?["layers"]?.elements.first)
    #expect(try documentedKeys(after: "a layer has ") == layer.keys)
    #expect(try documentedKeys(after: "a bound has ") == layer["bounds"]?.elements.first?.keys)
  }

  @Test func `the environment is the one that is read, and the README leads here`() throws {
    let section = try #require(reference.range(of: "\n## Environment\n").map { reference[$0.upperBound...] })
    let names = section.split(separator: "\n").compactMap { $0.firstMatch(of: /^\| `([A-Z_]+)` \|/)?.1 }
    #expect(names.map(String.init) == [ConfigurationFolder.environmentVariable])
    #expect(try Self.text(of: "README.md").contains("(docs/command-line.md)"))
  }

  private static func numbers(in text: some StringProtocol) -> [Int32] {
    String(text).matches(of: /\b\d+\b/).compactMap { Int32($0.output) }
  }

  /// The names in code between `phrase` and the end of its sentence or clause, sorted.
  private func documentedKeys(after phrase: String) throws -> [String] {
    let flowing = reference.replacing("\n", with: " ")
    let start = try #require(flowing.range(of: phrase), "\(phrase)")
    let clause = flowing[start.upperBound...].prefix { $0 != "." && $0 != ";" }
    return clause.matches(of: /`([a-z0-9_]+)`/).map { String($0.1) }.sorted()
  }

  /// The section of the reference under the heading of a command.
  private func section(on command: String) -> Substring? {
    guard let start = reference.range(of: "\n## `\(command)`\n")?.upperBound else { return nil }
    let rest = reference[start...]
    return rest.range(of: "\n## ").map { rest[..<$0.lowerBound] } ?? rest
  }

  /// The rows of a section's table of options: the option as it is typed, and what holds without it.
  private func rows(of section: Substring) -> [(option: String, fallback: String)] {
    section.split(separator: "\n").filter { $0.hasPrefix("| `--") }.map { line in
      let cells = line.replacing("\\|", with: "\u{0}").split(separator: "|").map {
        $0.replacing("\u{0}", with: "|").trimmingCharacters(in: .whitespaces)
      }
      return (cells[0].replacing("`", with: ""), cells.count > 2 ? cells[2] : "")
    }
  }
}
