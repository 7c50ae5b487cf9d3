// SPDX-License-Identifier: Apache-2.0
import Accelerators
import Foundation
import GRDB
import Testing
import Workloads

@testable import hssim

/// Comparisons of several layers: every layer goes through all designs before the next, and each run is what it is alone.
@Suite(.timeLimit(.minutes(5)))
struct ComparisonRunTests {
  private let workspace: Workspace
  /// Layers with and without weights to prune, a chain, and 16-bit sums of which only those of pruned weights fit 32 bits.
  private static let trace = """
    hssim_trace: 1
    name: compared
    layers:
      - {name: first, operation: linear, shape: {M: 128, K: 96, N: 48}, weights: {random: {pattern: "4:8->2:4"}},
         activations: {random: {density: 0.5}}, output: {activation: relu}}
      - {name: big, operation: linear, shape: {M: 256, K: 256, N: 192}, weights: {random: {pattern: "2:4"}},
         activations: {random: {}}}
      - {name: second, operation: linear, shape: {M: 64, K: 128, N: 48}, weights: {random: {pattern: "2:4"}},
         activations: {from: first}}
      - {name: unpruned, operation: linear, shape: {M: 32, K: 64, N: 48}, weights: {random: {density: 0.4}},
         activations: {from: second}}

    """
  private static let wide = """
      - {name: words, operation: linear, bits: 16, shape: {M: 16, K: 32, N: 4}, activations: {random: {}},
         weights: {random: {pattern: "4:8->2:4", seed: 6}}}
      - {name: taker, operation: linear, shape: {M: 24, K: 16, N: 4}, weights: {random: {pattern: "2:4"}},
         activations: {from: words}}
      - {name: behind, operation: linear, shape: {M: 64, K: 128, N: 48}, weights: {random: {pattern: "2:4"}},
         activations: {from: first}}
    """
  private static let designs = ["tc", "highlight", "dstc", "s2ta"]

  init() throws {
    workspace = try Workspace()
    try workspace.write(Self.trace, to: "c.yaml")
    try workspace.write(Self.trace + Self.wide, to: "wide.yaml")
  }

  private func database(_ name: String) -> StoredDatabase { StoredDatabase(workspace.path(name)) }

  private func compare(_ trace: String, _ output: String, _ more: String...) throws -> Workspace.Answer {
    try workspace.hssim(
      ["compare", trace, "--designs", Self.designs.joined(separator: ","), "--output", output] + more)
  }

  /// The rows of a view that belong to a run, without its number.
  private func rows(_ view: String, run: Int, in name: String) throws -> [String] {
    try database(name).read { database in
      let columns = try String.fetchAll(database, sql: "SELECT name FROM pragma_table_info(?)", arguments: [view])
      let own = columns.filter { $0 != "run_id" }.map { "\"\($0)\"" }.joined(separator: ", ")
      return try Row.fetchAll(database, sql: "SELECT \(own) FROM \(view) WHERE run_id = \(run)").map(\.description)
        .sorted()
    }
  }

  @Test(arguments: ["summary", "spans"])
  func `every run of a comparison is that of its design alone, figure by figure`(level: String) throws {
    #expect(try compare("c.yaml", "c.sqlite", "--no-prune", "--record", level).code == 0)
    let views = [
      "layer_summary", "cycle_ledger", "sparsity_tax", "energy_breakdown", "bound", "dram_summary", "activity_span",
    ]
    for (index, design) in Self.designs.enumerated() {
      let alone = try workspace.hssim(
        "simulate", "c.yaml", "--design", design, "--record", level, "--output", "\(design).sqlite")
      #expect(alone.code == 0, "\(alone.errors)")
      for view in views {
        let own = try rows(view, run: 1, in: "\(design).sqlite")
        #expect(!own.isEmpty || (level == "summary" && view == "activity_span"), "\(view)")
        #expect(try rows(view, run: index + 1, in: "c.sqlite") == own, "\(view) of \(design)")
      }
    }
  }

  @Test func `any number of jobs gives the same file, and so does ticking in every cycle`() throws {
    #expect(try compare("c.yaml", "one.sqlite").code == 0)
    let bytes = try workspace.bytes(of: "one.sqlite")
    for jobs in ["2", "3", "16"] {
      #expect(try compare("c.yaml", "many.sqlite", "--jobs", jobs, "--force").code == 0)
      #expect(try workspace.bytes(of: "many.sqlite") == bytes, "\(jobs)")
    }
    #expect(try compare("c.yaml", "many.sqlite", "--every-cycle", "--force").code == 0)
    #expect(try workspace.bytes(of: "many.sqlite") == bytes)
  }

  @Test func `designs that fail at a layer have those before it, and the others have all`() throws {
    var answers: Set<String> = []
    for jobs in ["1", "2", "5"] {
      let answer = try compare("wide.yaml", "\(jobs).sqlite", "--jobs", jobs)
      answers.insert("\(answer.code) \(answer.errors) \(answer.output.replacing("\(jobs).sqlite", with: ""))")
      #expect(answer.code == 65 && answer.errors.contains("does not fit Int32"), "\(answer.errors)")
      #expect(try workspace.bytes(of: "\(jobs).sqlite") == workspace.bytes(of: "1.sqlite"), "\(jobs)")
    }
    #expect(answers.count == 1, "\(answers)")
    let runs = try database("1.sqlite").texts(
      "SELECT design, status, (SELECT count(*) FROM layer_summary AS l WHERE l.run_id = r.run_id) FROM run AS r")
    #expect(
      runs == [
        ["tc", "failed", "4"], ["highlight", "finished", "7"], ["dstc", "failed", "4"], ["s2ta", "failed", "4"],
      ])
    // The failed ones are tried again, the finished one is not.
    #expect(try compare("wide.yaml", "1.sqlite").code == 65)
    #expect(try database("1.sqlite").differences(from: database("2.sqlite")) == [])
  }

  @Test(arguments: ["1", "3"]) func `a comparison that is killed again and again ends as one that was not`(jobs: String)
    throws
  {
    #expect(try compare("c.yaml", "whole.sqlite", "--record", "spans").code == 0)
    let arguments = [
      "compare", "c.yaml", "--designs", Self.designs.joined(separator: ","), "--record", "spans", "--jobs", jobs,
      "--output", "run.sqlite",
    ]
    var kills = 0
    for layers in [1, 3, 6, 10] {
      let command = try workspace.start(arguments)
      do {
        try command.wait(forLayers: layers, in: workspace.path("run.sqlite"))
      } catch is RunningCommand.EndedTooSoon {
        break
      }
      command.send(SIGKILL)
      if case .killed = try command.end().end { kills += 1 }
    }
    #expect(kills > 0)
    #expect([0, 73].contains(try workspace.hssim(arguments).code))
    #expect(try database("run.sqlite").differences(from: database("whole.sqlite")) == [])
  }

  /// What is made of a layer is made by whoever comes first; how often, the operands that are shared count themselves.
  @Test func `operands are made once for all designs that run the same`() throws {
    let trace = try LayerTrace(path: workspace.path("c.yaml"))
    let workload = Workload.trace(trace, options: [])
    let machines = try Self.designs.map { design in
      let values = try ParameterValues(defaultsOf: #require(DesignKind(rawValue: design)).schema, name: design)
        .applying(overrides: ["dram.model=ideal"])
      return DesignKind.machine(values, part: nil)
    }
    func counts(_ workloads: [Workload]) throws -> [Int] {
      let shared = Workload.sharedOperands(of: workloads) { _ in Array(workloads.indices) }
      for workload in workloads {
        guard case .trace(let trace, _) = workload else { continue }
        var outputs: [Int: LayerOutput] = [:]
        for (index, layer) in trace.layers.enumerated() {
          let loaded = try layer.load(taking: layer.chainedSource.flatMap { outputs[$0] }, sharing: shared[index])
          outputs[layer.index] = try LayerOutput(of: loaded)
        }
      }
      #expect(shared.allSatisfy { $0.takerCount == 0 })
      return shared.map(\.loadCount)
    }
    #expect(try counts(machines.map { _ in workload }) == [1, 1, 1, 1])
    // For 2:4, TC's weights are dense, DSTC's unstructured, and HighLight and S2TA have the same. The last two layers take what
    // others put out, which differs.
    #expect(try counts(machines.map(workload.pruned)) == [4, 3, 4, 4])
    #expect(try counts([machines[0], machines[1], machines[0]].map(workload.pruned)) == [2, 2, 2, 3])
  }

  @Test func `a watchdog also watches the dense run`() throws {
    // Here it is the dense run that waits longer for its first operands.
    let arguments = [
      "simulate", "--gemm", "64x512x32", "--pattern", "2:4", "--design", "s2ta", "--set", "dram.model=ideal", "--set",
      "dram.read_bytes_per_cycle=1", "--watchdog", "10000", "--output", "w.sqlite", "--force",
    ]
    #expect(try workspace.hssim(arguments).code == 0)
    let answer = try workspace.hssim(arguments + ["--against", "dense"])
    #expect(answer.code == 75 && answer.errors.contains("livelock"), "\(answer.errors)")
  }
}
