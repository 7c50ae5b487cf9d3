// SPDX-License-Identifier: Apache-2.0
import Testing

/// The built program, run as a user runs it.
struct CommandLineTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func hssim(_ arguments: String...) throws -> Workspace.Answer { try workspace.hssim(arguments) }

  @Test
  func `a product is simulated, verified and written`() throws {
    let answer = try hssim(
      "simulate", "--gemm", "70x40x20", "--pattern", "2:4", "--density-b", "0.5", "--output", "run.sqlite", "--result",
      "z.npy", "--format", "json")
    #expect(answer.code == 0, "\(answer.errors)")
    #expect(try workspace.files() == ["run.sqlite", "z.npy"])
    #expect(answer.output.contains("\"database\" : \"run.sqlite\""))
  }

  @Test
  func `a finished run is kept, and replaced when forced`() throws {
    let arguments = ["simulate", "--gemm", "8x8x8", "--output", "run.sqlite"]
    #expect(try workspace.hssim(arguments).code == 0)
    let again = try workspace.hssim(arguments)
    #expect(again.code == 73)
    #expect(again.errors.contains("run.sqlite"))
    #expect(try workspace.hssim(arguments + ["--force"]).code == 0)
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
    let answer = try workspace.hssim(arguments)
    #expect(answer.code == Int32(code), "\(answer.errors)")
    #expect(answer.errors.contains(named), "\(answer.errors)")
    #expect(try workspace.files().isEmpty)
  }

  @Test
  func `a trace with an unknown key is refused with its place`() throws {
    try workspace.write("hssim_trace: 1\nname: t\nlayer:\n  - name: a\n", to: ".trace.yaml")
    let answer = try hssim("simulate", ".trace.yaml")
    #expect(answer.code == 65)
    #expect(answer.errors.contains(".trace.yaml:3"))
    #expect(answer.errors.contains("layers"))
    #expect(try workspace.files().isEmpty)
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
    func hashes(_ answer: Workspace.Answer) -> [Substring] {
      answer.output.split(separator: "\n").filter { $0.contains("hash") }
    }
    #expect(!hashes(spans).isEmpty)
    #expect(hashes(spans) == hashes(summary))
  }
}
