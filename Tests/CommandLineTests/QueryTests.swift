// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// The ready-made questions, asked of a real run by the program and by the plain shell.
struct QueryTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private static let folder = Workspace.repository.appending(path: "configs/queries")

  private static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    .map { $0.replacing(".sql", with: "") }.sorted()

  private static let shell = ["/usr/bin/sqlite3", "/usr/local/bin/sqlite3", "/opt/homebrew/bin/sqlite3"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  private func makeRun() throws {
    let answer = try workspace.hssim(
      "simulate", "--gemm", "70x130x40", "--pattern", "4:7->2:3", "--density-b", "0.5", "--set",
      "noc.bytes_per_cycle=16", "--against", "dense", "--output", "run.sqlite")
    #expect(answer.code == 0, "\(answer.errors)")
  }

  @Test func `the questions that are promised are there, listed with what they ask`() throws {
    let promised = [
      "area", "bandwidth", "energy", "gain", "roofline", "stalls", "tax", "timeline", "top-n", "utilization",
    ]
    #expect(Set(promised).isSubset(of: Self.names))
    let lines = try workspace.hssim("query", "--list").output.split(separator: "\n")
    #expect(lines.count == Self.names.count + 1)
    for name in Self.names { #expect(lines.contains { $0.hasPrefix(name + " ") && $0.count > name.count + 20 }) }
  }

  @Test func `every question has rows, the same as table, as CSV and as JSON`() throws {
    try makeRun()
    for name in Self.names {
      let table = try workspace.hssim("query", "run.sqlite", name)
      let csv = try workspace.hssim("query", "run.sqlite", name, "--format", "csv")
      let json = try workspace.hssim("query", "run.sqlite", name, "--format", "json")
      #expect(table.code == 0 && csv.code == 0 && json.code == 0, "\(name): \(table.errors)")
      let rows = csv.output.split(separator: "\n").count - 1
      #expect(rows > 0, "\(name)")
      #expect(table.output.split(separator: "\n").count - 1 == rows, "\(name)")
      let objects = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]]
      #expect(objects?.count == rows, "\(name)")
      let columns = csv.output.prefix { $0 != "\n" }.split(separator: ",").map(String.init)
      if let first = objects?.first { #expect(Set(first.keys) == Set(columns), "\(name)") }
    }
  }

  @Test(.enabled(if: shell != nil, "needs the sqlite3 shell"))
  func `the plain shell answers every file as the program does`() throws {
    try makeRun()
    for name in Self.names {
      let process = Process()
      process.executableURL = URL(filePath: try #require(Self.shell))
      process.arguments = ["-csv", "-header", workspace.path("run.sqlite")]
      process.standardInput = try FileHandle(forReadingFrom: Self.folder.appending(path: name + ".sql"))
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let answer = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 0, "\(name)")
      let program = try workspace.hssim("query", "run.sqlite", name, "--format", "csv").output
      #expect(Self.cells(answer) == Self.cells(program), "\(name)")
    }
  }

  /// Cells by row; numbers in one spelling, since the shell writes 1.0e-05 for 1e-05, and quotes more than it must.
  private static func cells(_ text: String) -> [[String]] {
    text.replacing("\r", with: "").split(separator: "\n").map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map { cell in
        let plain = cell.replacing("\"", with: "")
        return Double(plain).map { "\($0)" } ?? String(plain)
      }
    }
  }

  @Test func `a layer, a run and a limit narrow the answer`() throws {
    try makeRun()
    func rows(_ arguments: String...) throws -> Int {
      try workspace.hssim(["query", "run.sqlite"] + arguments + ["--format", "csv"]).output.split(separator: "\n").count
        - 1
    }
    #expect(try rows("top-n", "--n", "2") == 6)
    #expect(try rows("tax", "--layer", "gemm") == rows("tax"))
    #expect(try rows("tax", "--layer", "other") == 0)
    #expect(try rows("tax", "--run", "2") == 0)
  }

  @Test func `a file of one's own is asked as well`() throws {
    try makeRun()
    try workspace.write("-- mine :not\nSELECT ':a' AS text, :n + 1 AS more, :layer AS layer", to: "mine.sql")
    let answer = try workspace.hssim("query", "run.sqlite", "mine.sql", "--n", "4", "--format", "json")
    #expect(answer.output == "[\n  {\"text\":\":a\",\"more\":5,\"layer\":null}\n]\n")
  }

  @Test(arguments: [
    (["query"], 64, "--list"), (["query", "run.sqlite", "stall"], 64, "'stalls'"),
    (["query", "none.sqlite", "tax"], 66, "none.sqlite"), (["query", "run.sqlite", "none.sql"], 66, "none.sql"),
    (["query", "text.txt", "tax"], 65, "text.txt"), (["query", "run.sqlite", "wrong.sql"], 64, "wrong.sql"),
    (["query", "run.sqlite", "write.sql"], 64, "SELECT"), (["query", "--list", "run.sqlite"], 64, "--list"),
  ])
  func `a mistake is named`(arguments: [String], code: Int, named: String) throws {
    try makeRun()
    try workspace.write("no database", to: "text.txt")
    try workspace.write("SELECT nothing FROM nowhere", to: "wrong.sql")
    try workspace.write("DELETE FROM stored_layer", to: "write.sql")
    let answer = try workspace.hssim(arguments)
    #expect(answer.code == Int32(code), "\(answer.errors)")
    #expect(answer.errors.contains(named), "\(answer.errors)")
  }

  @Test func `the documentation lists every question`() throws {
    let reference = try String(
      contentsOf: Workspace.repository.appending(path: "docs/command-line.md"), encoding: .utf8)
    for name in Self.names { #expect(reference.contains("| `\(name)` |"), "\(name)") }
  }

  @Test func `a design's prices are shown with their composition`() throws {
    let answer = try workspace.hssim("describe", "energy")
    #expect(answer.code == 0, "\(answer.errors)")
    // 16 rows of 8 PEs; (2 x 8 - 1) x 32 gates and a decoder of 8 x 2.
    #expect(answer.output.contains("rank1_multiplexers: 99993.60 um2, tax of rank 1: 128 x multiplexer of 8 x 32 bits"))
    #expect(answer.output.contains("bitwise 480 = (2 x 8 - 1) x 32: AND-OR of the words"))
    #expect(answer.output.contains("mac_compute(): 0.560800 pJ, base"))
    #expect(answer.output.contains("PEArray[0], one of 4"))
    let dense = try workspace.hssim("describe", "energy", "--pattern", "dense", "--set", "array.count=1")
    #expect(dense.output.contains("C1(4:4)->C0(2:2)"))
  }
}
