// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// The built program, run as a user runs it.
struct CommandLineTests {
  private struct Answer {
    let code: Int32
    let output: String
    let errors: String
  }

  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "hssim-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  /// The program lies beside the tests' own executable.
  private static let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "hssim")
  private static let configurations = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../configs").standardized.path

  private func hssim(_ arguments: String...) throws -> Answer {
    let process = Process()
    process.executableURL = Self.program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(["HSSIM_CONFIGS": Self.configurations]) { $1 }
    let (output, errors) = (folder.appending(path: ".out"), folder.appending(path: ".err"))
    for file in [output, errors] { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return Answer(
      code: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
      errors: try String(contentsOf: errors, encoding: .utf8))
  }

  private func files() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasPrefix(".") }.sorted()
  }

  @Test
  func `a product is simulated, verified and written`() throws {
    let answer = try hssim(
      "simulate", "--gemm", "70x40x20", "--pattern", "2:4", "--density-b", "0.5", "--output", "run.sqlite", "--result",
      "z.npy", "--format", "json")
    #expect(answer.code == 0, "\(answer.errors)")
    #expect(try files() == ["run.sqlite", "z.npy"])
    #expect(answer.output.contains("\"database\" : \"run.sqlite\""))
  }

  @Test
  func `a finished run is kept, and replaced when forced`() throws {
    let arguments = ["simulate", "--gemm", "8x8x8", "--output", "run.sqlite"]
    #expect(try hssim(arguments[0], arguments[1], arguments[2], arguments[3], arguments[4]).code == 0)
    let again = try hssim(arguments[0], arguments[1], arguments[2], arguments[3], arguments[4])
    #expect(again.code == 73)
    #expect(again.errors.contains("run.sqlite"))
    #expect(try hssim(arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], "--force").code == 0)
  }

  @Test(arguments: [
    (["simulate", "--gemm", "0x8x8"], 64, "0x8x8"),
    (["simulate", "--gemm", "8x8"], 64, "MxKxN"),
    (["simulate", "--gemm", "8x8x8", "--pattern", "5:4"], 64, "5:4"),
    (["simulate", "--gemm", "8x8x8", "--set", "glb.data_byte=64"], 64, "glb.data_bytes"),
    (["simulate", "--gemm", "8x8x8", "--set", "glb.data_bytes=63"], 64, "glb.data_bytes"),
    (["simulate", "--gemm", "8x8x8", "--design", "highlite"], 64, "highlight"),
    (["simulate", "--gemm", "8x8x8", "--record", "events"], 64, "spans"),
    (["simulate", "--gemm", "8x8x8", "--density-b", "1.5"], 64, "1.5"),
    (["simulate"], 64, "--gemm"),
    (["simulate", "missing.yaml"], 66, "missing.yaml"),
    (["simulate", "--gemm", "8x8x8", "--output", "nowhere/run.sqlite"], 73, "nowhere"),
    (["describe", "pattern", "x:y"], 64, "x:y"),
  ])
  func `a mistake is named, has its exit code and leaves no file`(
    _ arguments: [String], _ code: Int, _ named: String
  ) throws {
    let answer: Answer
    switch arguments.count {
    case 1: answer = try hssim(arguments[0])
    case 2: answer = try hssim(arguments[0], arguments[1])
    case 3: answer = try hssim(arguments[0], arguments[1], arguments[2])
    default: answer = try hssim(arguments[0], arguments[1], arguments[2], arguments[3], arguments[4])
    }
    #expect(answer.code == Int32(code), "\(answer.errors)")
    #expect(answer.errors.contains(named), "\(answer.errors)")
    #expect(try files().isEmpty)
  }

  @Test
  func `a trace with an unknown key is refused with its place`() throws {
    let text = "hssim_trace: 1\nname: t\nlayer:\n  - name: a\n"
    try text.write(to: folder.appending(path: ".trace.yaml"), atomically: true, encoding: .utf8)
    let answer = try hssim("simulate", ".trace.yaml")
    #expect(answer.code == 65)
    #expect(answer.errors.contains(".trace.yaml:3"))
    #expect(answer.errors.contains("layers"))
    #expect(try files().isEmpty)
  }

  @Test
  func `a pattern is drawn with its density`() throws {
    let answer = try hssim("describe", "pattern", "3:4->2:4")
    #expect(answer.code == 0)
    #expect(answer.output.contains("3/8"))
  }

  @Test
  func `recording level changes no hash`() throws {
    let spans = try hssim(
      "simulate", "--gemm", "64x64x64", "--output", "a.sqlite", "--record", "spans", "--format", "json")
    let summary = try hssim(
      "simulate", "--gemm", "64x64x64", "--output", "b.sqlite", "--record", "summary", "--format", "json")
    func hashes(_ answer: Answer) -> [Substring] {
      answer.output.split(separator: "\n").filter { $0.contains("hash") }
    }
    #expect(!hashes(spans).isEmpty)
    #expect(hashes(spans) == hashes(summary))
  }
}
