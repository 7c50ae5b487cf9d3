// SPDX-License-Identifier: Apache-2.0
import Foundation
import Recording
import Testing

@testable import hssim

/// `hssim compare`.
struct CompareTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func compare(_ arguments: String...) throws -> [String: Any] {
    let answer = try workspace.hssim(["compare"] + arguments + ["--format", "json", "--output", "c.sqlite"])
    #expect(answer.code == 0, "\(answer.errors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any])
  }

  private func layers(_ answer: [String: Any]) throws -> [[String: Any]] {
    try #require(answer["runs"] as? [[String: Any]]).compactMap { ($0["layers"] as? [[String: Any]])?.first }
  }

  @Test func `every design gets the weights pruned to what it exploits`() throws {
    let answer = try compare(
      "--gemm", "64x128x32", "--pattern", "4:8->2:4", "--designs", "highlight,stc,stc-flexible,tc")
    let layers = try layers(answer)
    #expect(
      layers.compactMap { $0["pattern"] as? String } == ["C1(4:8)->C0(2:4)", "C0(2:4)", "C0(2:8)", "dense"])
    // Values are counted: a quarter of A's is not zero, half, a quarter, all.
    #expect(layers.compactMap { $0["macs_effectual"] as? Int } == [4, 2, 4, 1].map { 64 * 128 * 32 / $0 })
    #expect(answer["baseline"] as? String == "tc")
  }

  @Test func `without pruning all designs get the same values`() throws {
    let answer = try compare(
      "--gemm", "64x128x32", "--pattern", "4:8->2:4", "--designs", "highlight,stc,tc", "--no-prune")
    let layers = try layers(answer)
    #expect(layers.compactMap { $0["pattern_executed"] as? String } == ["C1(4:8)->C0(2:4)", "C0(2:4)", "dense"])
    #expect(Set(layers.compactMap { $0["macs_effectual"] as? Int }) == [64 * 128 * 32 / 4])
    #expect(Set(layers.compactMap { $0["result_hash"] as? String }).count == 1)
  }

  /// A pattern of B is of the workload, not of a design: nobody's activations are pruned.
  @Test func `a pattern of B is run by the design that exploits it, and is zeros to all others`() throws {
    let answer = try compare(
      "--gemm", "64x256x128", "--pattern", "2:4", "--pattern-b", "4:8->4:4", "--designs",
      "highlight-dsso,highlight,stc")
    let layers = try layers(answer)
    #expect(Set(layers.compactMap { $0["result_hash"] as? String }).count == 1)
    #expect(Set(layers.compactMap { $0["macs_effectual"] as? Int }) == [64 * 256 * 128 / 4])
    let cycles = layers.compactMap { $0["cycles"] as? Double }
    #expect(cycles[0] < cycles[1])
  }

  /// Two ranks hold 2:4 of the values alone; blocks of 16 of which two in four are kept are for three.
  @Test func `a third rank exploits what two ranks cannot`() throws {
    let answer = try compare(
      "--gemm", "64x256x128", "--pattern", "2:4->4:4->2:2", "--designs", "highlight-3rank,highlight,tc", "--no-prune")
    let layers = try layers(answer)
    #expect(
      layers.compactMap { $0["pattern_executed"] as? String } == [
        "C2(2:4)->C1(4:4)->C0(2:2)", "C1(4:4)->C0(2:2)", "dense",
      ])
    #expect(Set(layers.compactMap { $0["result_hash"] as? String }).count == 1)
    let cycles = layers.compactMap { $0["cycles"] as? Double }
    #expect(cycles[0] * 1.4 < cycles[1])
  }

  @Test func `a run of a comparison is the run of its design alone`() throws {
    let answer = try compare("--gemm", "64x128x32", "--pattern", "2:4", "--designs", "stc,highlight")
    let run = try #require(try layers(answer).first)
    let alone = try workspace.hssim(
      "simulate", "--gemm", "64x128x32", "--pattern", "2:4", "--design", "stc", "--record", "summary", "--format",
      "json",
      "--output", "a.sqlite")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(alone.output.utf8)) as? [String: Any])
    let layer = try #require(((json["run"] as? [String: Any])?["layers"] as? [[String: Any]])?.first)
    for key in ["cycles", "energy_pj", "edp", "utilization"] {
      #expect(run[key] as? Double == layer[key] as? Double, "\(key)")
    }
    #expect(run["event_hash"] as? String == layer["event_hash"] as? String)
  }

  @Test func `ratios are over the chosen design, and means are geometric`() throws {
    try workspace.write(
      """
      hssim_trace: 1
      name: two
      layers:
        - {name: a, operation: matmul, shape: {M: 32, K: 64, N: 32}, weights: {random: {pattern: "2:4"}},
           activations: {random: {density: 1}}}
        - {name: b, operation: matmul, shape: {M: 64, K: 128, N: 16}, weights: {random: {pattern: "2:4"}},
           activations: {random: {density: 0.5}}}
      """, to: "two.yaml")
    let answer = try compare("two.yaml", "--designs", "tc,highlight", "--normalise-to", "tc")
    let runs = try #require(answer["runs"] as? [[String: Any]])
    let layers = runs.compactMap { $0["layers"] as? [[String: Any]] }
    let ratios = (0..<2).compactMap { layer -> Double? in
      guard let own = layers[1][layer]["edp"] as? Double, let base = layers[0][layer]["edp"] as? Double else {
        return nil
      }
      return own / base
    }
    #expect(ratios.count == 2)
    let means = try #require(answer["geometric_means"] as? [[String: Any]])
    let mean = try #require((means[1]["ratios"] as? [String: Any])?["edp"] as? Double)
    #expect(abs(mean - (ratios[0] * ratios[1]).squareRoot()) < 1e-9)
    #expect((means[0]["ratios"] as? [String: Any])?["edp"] as? Double == 1)
  }

  @Test func `a design that a layer does not fit is named, and the others are there`() throws {
    try workspace.write("hssim_design: 1\nname: small\ndesign: tc\nglb: {data_bytes: 1024}\n", to: "small.yaml")
    let answer = try workspace.hssim(
      "compare", "--gemm", "64x512x64", "--designs", "small.yaml,highlight", "--output", "c.sqlite")
    #expect(answer.code == 64, "\(answer.output)")
    #expect(answer.errors.contains("no mapping fits"), "\(answer.errors)")
    #expect(answer.output.contains("failed: ") && answer.output.contains("highlight  finished"))
    #expect(try RecordedRun(path: workspace.url.appending(path: "c.sqlite").path, identifier: 2).status == "finished")
  }

  @Test(arguments: [
    (["--designs", "highlight,,tc"], "a name is empty"), (["--designs", "tc,tc"], "given twice"),
    (["--designs", "tc", "--normalise-to", "stc"], "none of the designs"), (["--designs", "tcc"], "did you mean 'tc'"),
    ([], "--designs"),
  ])
  func `a mistake is named and leaves no file`(_ arguments: [String], _ named: String) throws {
    let answer = try workspace.hssim(["compare", "--gemm", "8x8x8"] + arguments)
    #expect(answer.code == 64 && answer.errors.contains(named), "\(answer.errors)")
    #expect(try workspace.files().isEmpty)
  }
}
