// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// docs/command-line.md against what the program says of itself.
struct DocumentationTests {
  private let workspace: Workspace
  private let reference: String

  init() throws {
    workspace = try Workspace()
    reference = try String(
      contentsOf: Workspace.repository.appending(path: "docs/command-line.md"), encoding: .utf8)
  }

  private func help(_ command: [String]) throws -> String { try workspace.hssim(command + ["--help"]).output }

  /// The commands below `command`, as its help lists them, itself included.
  private func commands(_ command: [String] = []) throws -> [[String]] {
    let lines = try help(command).split(separator: "\n", omittingEmptySubsequences: false)
    guard let start = lines.firstIndex(where: { $0.hasPrefix("SUBCOMMANDS:") }) else { return [command] }
    let names = lines[(start + 1)...].prefix { !$0.isEmpty }
      .filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }.compactMap { $0.split(separator: " ").first }
    return try [command] + names.flatMap { try commands(command + [String($0)]) }
  }

  /// The section of the reference under the heading of `command`.
  private func section(_ command: [String]) -> Substring? {
    let heading = "## `hssim \(command.joined(separator: " "))`\n"
    guard let start = reference.range(of: heading)?.upperBound else { return nil }
    let rest = reference[start...]
    return rest.range(of: "\n## ").map { rest[..<$0.lowerBound] } ?? rest
  }

  private static func options(in text: some StringProtocol) -> Set<String> {
    Set(String(text).matches(of: /--[a-z][a-z-]+/).map { String($0.output) })
  }

  @Test func `every command has a section that names exactly its options`() throws {
    let commands = try commands().filter { !$0.isEmpty && $0 != ["describe"] }
    #expect(commands.count >= 6)
    for command in commands {
      let name = command.joined(separator: " ")
      guard let section = section(command) else {
        Issue.record("docs/command-line.md has no section on hssim \(name)")
        continue
      }
      // The table of options: every row begins with an option's name.
      let documented = section.split(separator: "\n").filter { $0.hasPrefix("| `--") }
        .reduce(into: Set<String>()) { $0.formUnion(Self.options(in: $1.split(separator: "|")[0])) }
      let listed = try help(command).split(separator: "\n").filter { $0.hasPrefix("  --") }
        .reduce(into: Set<String>()) { $0.formUnion(Self.options(in: $1.split(separator: " ")[0])) }
      #expect(documented == listed.subtracting(["--version", "--help"]), "hssim \(name)")
    }
  }

  @Test func `every section is on a command there is`() throws {
    let names = Set(try commands().map { $0.joined(separator: " ") })
    for heading in reference.matches(of: /## `hssim ([a-z ]+)`/) {
      #expect(names.contains(String(heading.1)), "hssim \(heading.1)")
    }
  }
}
