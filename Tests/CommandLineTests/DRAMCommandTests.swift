// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// `hssim dram`, and the memory traces that `hssim simulate` writes.
struct DRAMCommandTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func hssim(_ arguments: String...) throws -> Workspace.Answer { try workspace.hssim(arguments) }

  /// The answer of `--format json`.
  private func json(_ answer: Workspace.Answer) throws -> [String: Any] {
    #expect(answer.code == 0, "\(answer.errors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any])
  }

  private func lines(_ file: String) throws -> [Substring] {
    try String(contentsOf: workspace.url.appending(path: file), encoding: .utf8).split(separator: "\n")
  }

  /// m01 of the references: one read accepted in clock 100 on an idle bank is done in 138.
  @Test(arguments: [
    "100 0x0 R\n", "# a comment\n\n0x0 READ 100\n", "100\t0\tR\r\n",
  ])
  func `every form of a trace gives the reference's unloaded latency`(_ trace: String) throws {
    try workspace.write(trace, to: "m01.trace")
    let answer = try json(
      hssim(
        "dram", "m01.trace", "--config", "ds3_ddr4_2400R_1rank_RoBaBgRaCoCh", "--commands", "timeline", "--format",
        "json", "--output", "m01.sqlite"))
    #expect(answer["last_read_done"] as? Int == 138)
    #expect(answer["latency_max"] as? Int == 38)
    #expect(answer["database"] as? String == "m01.sqlite")
    #expect(
      try lines("timeline") == [
        "# clock channel command rank bankgroup bank row column", "102 0 ACT 0 0 0 0 0", "118 0 RD 0 0 0 0 0",
      ])
    #expect(try workspace.files() == ["m01.sqlite", "m01.trace", "timeline"])
  }

  @Test func `loads and stores are offered at once, a line split into transactions`() throws {
    try workspace.write((0..<64).map { "\($0 % 4 == 0 ? "ST" : "LD") \($0 * 64)\n" }.joined(), to: "t")
    let answer = try json(
      hssim("dram", "t", "--config", "ram_hbm2_1ch_RoBaRaCoCh", "--inject-per-cycle", "2", "--format", "json"))
    #expect(answer["requests"] as? Int == 128)
    let file = try #require(answer["database"] as? String)
    #expect(file.hasPrefix("ram_hbm2_1ch_RoBaRaCoCh-t-") && file.hasSuffix(".sqlite"))
    let shown = try hssim("dram", "t", "--config", "hbm2", "--line-bytes", "128", "--output", "other.sqlite")
    #expect(shown.code == 0, "\(shown.errors)")
    #expect(shown.output.contains("row hits") && shown.output.contains("of peak"))
  }

  @Test func `a finished replay is kept, and replaced when forced`() throws {
    try workspace.write("LD 0\n", to: "t")
    let arguments = ["dram", "t", "--config", "lpddr4-4266", "--output", "t.sqlite"]
    #expect(try workspace.hssim(arguments).code == 0)
    let again = try workspace.hssim(arguments)
    #expect(again.code == 73 && again.errors.contains("t.sqlite"))
    #expect(try workspace.hssim(arguments + ["--force"]).code == 0)
  }

  @Test(arguments: [
    ("LD 0\n", ["--config", "lpddr4-4267"], 64, "did you mean 'lpddr4-4266'"),
    ("LD 0\n", ["--config", "./missing.yaml"], 66, "missing.yaml"),
    ("LD 0\n", ["--config", ".bad.yaml"], 65, ".bad.yaml:1:1"),
    ("LD 0\n", ["--config", "hbm2", "--line-bytes", "48"], 64, "--line-bytes 48"),
    ("LD 0\n", ["--config", "hbm2", "--inject-per-cycle", "0"], 64, "--inject-per-cycle 0"),
    ("LD 0\n", ["--config", "hbm2", "--commands", ".trace"], 73, "which the run reads"),
    ("LD 0\n", ["--config", "hbm2", "--commands", "x.sqlite", "--output", "x.sqlite"], 64, "a file of its own"),
    ("LD 0\n", ["--config", "hbm2", "--output", "nowhere/x.sqlite"], 73, "nowhere"),
    ("LD 0\n", [], 64, "--config"),
    ("LD 0\n1 0 R\n", ["--config", "hbm2"], 65, ".trace:2"),
    ("what\n", ["--config", "hbm2"], 65, "no known trace format"),
    ("\n# nothing\n", ["--config", "hbm2"], 65, "holds no access"),
  ])
  func `a mistake is named, has its exit code and leaves no file`(
    _ trace: String, _ arguments: [String], _ code: Int, _ named: String
  ) throws {
    try workspace.write(trace, to: ".trace")
    try workspace.write("- 1\n", to: ".bad.yaml")
    let answer = try workspace.hssim(["dram", ".trace"] + arguments)
    #expect(answer.code == Int32(code), "\(answer.errors)")
    #expect(answer.errors.contains(named), "\(answer.errors)")
    #expect(try workspace.files() == [".bad.yaml", ".trace"])
  }

  @Test(arguments: [[], ["--commands", "timeline"]])
  func `a trace longer than all refreshes that may be put off passes its checks`(_ arguments: [String]) throws {
    try workspace.write("0 0x0 R\n200000 0x40 R\n", to: ".trace")
    let answer = try workspace.hssim(["dram", ".trace", "--config", "ddr4-2400", "--format", "json"] + arguments)
    #expect(try json(answer)["requests"] as? Int == 2)
  }

  @Test(arguments: ["missing.txt", "m"])
  func `a missing trace is a missing file, whatever its name`(_ name: String) throws {
    let answer = try hssim("dram", name, "--config", "hbm2")
    #expect(answer.code == 66 && answer.errors.contains(name))
    // A word that could not be a path is taken for the name of a network.
    #expect(try hssim("simulate", name).code == (name == "m" ? 64 : 66))
  }

  @Test(arguments: [
    ("cycle-address", #"^\d+ 0x[0-9a-f]+ [RW]$"#), ("load-store", #"^(LD|ST) 0x[0-9a-f]+$"#),
    ("address-command", #"^0x[0-9a-f]+ (READ|WRITE) \d+$"#),
  ])
  func `a layer's requests are written as a trace that replays`(
    _ form: String, _ line: String
  ) throws {
    let run = try json(
      hssim(
        "simulate", "--gemm", "64x128x64", "--output", "run.sqlite", "--dram-trace", "t", "--dram-trace-format", form,
        "--format", "json"))
    let layers = try #require((run["run"] as? [String: Any])?["layers"] as? [[String: Any]])
    let bytes = try #require(layers.first?["dram_read_bytes"] as? Int)
    let written = try #require(layers.first?["dram_write_bytes"] as? Int)
    let trace = try lines("t")
    for request in trace where request.range(of: line, options: .regularExpression) == nil {
      Issue.record("\(request) is no line of the form \(form)")
    }
    #expect(trace.count * 64 == bytes + written)
    let answer = try json(
      hssim("dram", "t", "--config", "lpddr4-4266", "--inject-per-cycle", "2", "--format", "json"))
    #expect(answer["requests"] as? Int == 2 * trace.count)
  }

  @Test func `a memory trace needs a timed memory and a file of its own`() throws {
    let ideal = try hssim("simulate", "--gemm", "8x8x8", "--set", "dram.model=ideal", "--dram-trace", "t")
    #expect(ideal.code == 64 && ideal.errors.contains("dram.model=timed"))
    let same = try hssim("simulate", "--gemm", "8x8x8", "--result", "t.npy", "--dram-trace", "t.npy")
    #expect(same.code == 64 && same.errors.contains("a file of its own"))
    try workspace.write("", to: ".there")
    let there = try hssim("simulate", "--gemm", "8x8x8", "--dram-trace", ".there")
    #expect(there.code == 73 && there.errors.contains(".there"))
    #expect(try workspace.files() == [".there"])
  }
}
