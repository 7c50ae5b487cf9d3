// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import Testing

/// `--sample`: what the file says of layers of which only a share was simulated, and what is refused.
struct SampleTests {
  private let workspace: Workspace
  private static let small = ["--set", "glb.data_bytes=8192", "--set", "glb.metadata_bytes=1024"]
  private static let product = ["simulate", "--gemm", "4700x64x32", "--pattern", "2:4"] + small

  init() throws { workspace = try Workspace() }

  private func database(_ name: String) -> StoredDatabase { StoredDatabase(workspace.path(name)) }

  private func run(_ output: String, _ more: String...) throws -> String {
    let answer = try workspace.hssim(Self.product + ["--output", output] + more)
    #expect(answer.code == 0, "\(answer.errors)")
    return answer.output
  }

  @Test func `the share 1 is the exact run, and so is a layer that is not larger than the limit`() throws {
    _ = try run("exact.sqlite")
    _ = try run("one.sqlite", "--sample", "1", "--sample-above", "0")
    #expect(try database("one.sqlite").differences(from: database("exact.sqlite")) == [])
    let text = try run("small.sqlite", "--sample", "0.1")
    #expect(!text.contains("+/-"))
    // The command is another, and so is the content it stands for; the layer is the same.
    #expect(try database("small.sqlite").differences(from: database("exact.sqlite")) == ["run"])
    #expect(
      try database("exact.sqlite").texts("SELECT sampled_fraction, cycles_error, cycles_margin FROM layer_summary")
        == [["1.0", "0.0", "0.0"]])
    #expect(try database("exact.sqlite").count("layer_sample") == 0)
  }

  @Test func `a sampled layer says so, and its sums hold`() throws {
    let text = try run("sample.sqlite", "--sample", "0.2", "--sample-above", "0", "--seed", "3")
    for part in ["+/- cycles", "simulated", "the sample"] { #expect(text.contains(part), "\(part) is not in \(text)") }
    let sums = """
      SELECT sampled_fraction > 0.1 AND sampled_fraction < 0.9,
        (SELECT sum(lane_cycles) FROM cycle_ledger) - lanes * cycles,
        (SELECT sum(energy_attojoules) FROM energy_breakdown) - energy_attojoules,
        (SELECT sum(weight * cycles) < s.cycles + count(*) FROM layer_sample),
        (SELECT abs(sum(weight) - 1) < 1e-9 FROM layer_sample),
        cycles_error > 0 AND cycles_margin > cycles_error AND energy_margin_pj >= energy_error_pj, verified
      FROM layer_summary AS s
      """
    let stored = database("sample.sqlite")
    #expect(try stored.texts(sums) == [["1", "0", "0", "1", "1", "1", "1"]])
    #expect(try stored.count("activity_span") == 0)
    #expect(try stored.texts("SELECT sampled_layers FROM run_total") == [["1"]])
    let command = try stored.texts("SELECT command FROM run")[0][0]
    #expect(command.contains("--sample 0.2 --sample-above 0"))
    let json = try run("again.sqlite", "--sample", "0.2", "--sample-above", "0", "--seed", "3", "--format", "json")
    for key in ["\"cycles_margin\"", "\"sampled_fraction\"", "\"energy_margin_pj\"", "\"sampled_layers\" : 1"] {
      #expect(json.contains(key))
    }
    #expect(try stored.differences(from: database("again.sqlite")) == [])
  }

  @Test func `a network samples only its large layers, with any number of jobs alike`() throws {
    try workspace.write(
      """
      hssim_trace: 1
      name: two
      layers:
        - {name: small, operation: matmul, shape: {M: 64, K: 64, N: 64}, weights: {random: {}}, activations: {random: {}}}
        - {name: large, operation: matmul, shape: {M: 4700, K: 64, N: 32}, weights: {random: {}}, activations: {random: {}}}

      """, to: "two.yaml")
    let arguments =
      [
        "simulate", "two.yaml", "--sample", "0.2", "--sample-above", "1000000",
      ] + Self.small
    for jobs in ["1", "2"] {
      let answer = try workspace.hssim(arguments + ["--jobs", jobs, "--output", "jobs\(jobs).sqlite"])
      #expect(answer.code == 0, "\(answer.errors)")
      #expect(answer.output.contains("total of 2 layers: ") && answer.output.contains(" cycles +/- "))
    }
    #expect(try database("jobs2.sqlite").differences(from: database("jobs1.sqlite")) == [])
    let sampled = "SELECT layer, sampled_fraction < 1 FROM layer_summary ORDER BY layer_index"
    #expect(try database("jobs1.sqlite").texts(sampled) == [["small", "0"], ["large", "1"]])
  }

  @Test func `a sampled run is not replayed`() throws {
    _ = try run("sample.sqlite", "--sample", "0.2", "--sample-above", "0")
    for arguments in [["replay", "sample.sqlite", "-c", "goto 3"], ["diff", "sample.sqlite", "sample.sqlite"]] {
      let answer = try workspace.hssim(arguments)
      #expect(answer.code == 65 && answer.errors.contains("--sample 0.2"), "\(answer.errors)")
    }
  }

  @Test(arguments: [
    (["--sample", "0"], ["--sample 0.0", "above 0, up to 1"]), (["--sample", "1.5"], ["--sample 1.5"]),
    (["--sample", "-0.5"], ["--sample"]), (["--sample", "nan"], ["--sample nan"]),
    (["--sample-above", "5"], ["--sample-above 5", "without --sample"]),
    (["--sample", "0.5", "--sample-above", "-1"], ["--sample-above"]),
    (["--sample", "0.5", "--record", "events"], ["--record events", "--sample 0.5"]),
    (["--sample", "0.5", "--record", "events:1-9"], ["--record events:1-9"]),
    (["--sample", "0.5", "--result", "z.npy"], ["--result z.npy"]),
    (["--sample", "0.5", "--dram-trace", "t.txt"], ["--dram-trace t.txt"]),
    (["--sample", "0.5", "--against", "dense"], ["--against dense"]),
    (["--sample", "0.5", "--design", "s2ta", "--prune-activations", "4:8"], ["--prune-activations 4:8"]),
  ])
  func `what needs whole layers is refused, and leaves no file`(_ options: [String], _ parts: [String]) throws {
    let answer = try workspace.hssim(["simulate", "--gemm", "64x64x64"] + options)
    #expect(answer.code == 64, "\(answer.errors)")
    for part in parts { #expect(answer.errors.contains(part), "\(answer.errors)") }
    #expect(try workspace.files().isEmpty)
  }

  @Test func `chained layers are refused`() throws {
    try workspace.write(
      """
      hssim_trace: 1
      name: chain
      layers:
        - {name: a, operation: matmul, shape: {M: 64, K: 64, N: 64}, weights: {random: {}}, activations: {random: {}}}
        - {name: b, operation: matmul, shape: {M: 64, K: 64, N: 64}, weights: {random: {}}, activations: {from: a}}

      """, to: "chain.yaml")
    let answer = try workspace.hssim("simulate", "chain.yaml", "--sample", "0.5")
    #expect(answer.code == 64 && answer.errors.contains("'from'"), "\(answer.errors)")
  }
}
