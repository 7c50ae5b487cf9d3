// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import Testing

/// Runs of networks: layers at the same time, chains, selections, totals, and kills.
@Suite(.timeLimit(.minutes(5)))
struct NetworkRunTests {
  private let workspace: Workspace
  /// Layers of several sizes, so that they end in another order than they begin in; chains; a layer that counts twelve times.
  private static let network = """
    hssim_network: 1
    name: small
    parameters: {tokens: 48}
    layers:
      - {name: first, operation: linear, shape: {M: 128, K: 96, N: tokens}, weights: {random: {}},
         activations: {random: {density: 0.5}}, output: {activation: relu}}
      - {name: big, operation: linear, shape: {M: 256, K: 128, N: 256}, weights: {random: {}}, activations: {random: {}}}
      - {name: second, operation: linear, shape: {M: 64, K: 128, N: tokens}, weights: {random: {}},
         activations: {from: first}}
      - {name: third, operation: matmul, shape: {M: 32, K: 64, N: tokens}, weights: {random: {}},
         activations: {from: second}}
      - {name: scores, operation: matmul, shape: {M: tokens, K: 32, N: tokens, batch: 4}, repeat: 3,
         stays_dense: both operands are activations, weights: {random: {}}, activations: {random: {density: 0.9}}}
      - {name: again, operation: linear, shape: {M: 256, K: 64, N: tokens}, weights: {random: {}},
         activations: {from: second}}
      - {name: last, operation: linear, shape: {M: 128, K: 128, N: 256}, weights: {random: {}},
         activations: {random: {density: 0.3}}}

    """
  private static let arguments = ["simulate", "small.yaml", "--pattern", "2:4"]

  init() throws {
    workspace = try Workspace()
    try workspace.write(Self.network, to: "small.yaml")
  }

  private func database(_ name: String) -> StoredDatabase { StoredDatabase(workspace.path(name)) }

  private func run(_ output: String, _ more: String...) throws {
    let answer = try workspace.hssim(Self.arguments + ["--output", output] + more)
    #expect(answer.code == 0, "\(answer.errors)")
  }

  /// Cycles of a layer, or whatever of it the hash is over.
  private func layers(_ name: String, _ column: String) throws -> [String: String] {
    try database(name).read { database in
      let rows = try Row.fetchAll(database, sql: "SELECT layer, \(column) FROM layer_summary")
      return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as String, "\($0[1] as DatabaseValue)") })
    }
  }

  @Test func `any number of jobs gives the same database`() throws {
    try run("one.sqlite")
    for jobs in [2, 3, 16] {
      try run("many.sqlite", "--jobs", "\(jobs)", "--force")
      #expect(try database("many.sqlite").differences(from: database("one.sqlite")) == [], "\(jobs)")
    }
    #expect(
      try database("one.sqlite").read {
        try String.fetchAll($0, sql: "SELECT name FROM stored_layer ORDER BY layer_id")
      } == ["first", "big", "second", "third", "scores", "again", "last"])
  }

  @Test func `a chained layer is simulated with what the other puts out, whichever way it is obtained`() throws {
    try run("whole.sqlite")
    let whole = try layers("whole.sqlite", "result_hash")
    // From the simulation, from the untimed product, and from that of a chain of two.
    for selection in ["first,second", "second", "third", "3-4", "again,third"] {
      try run("part.sqlite", "--layers", selection, "--force", "--jobs", "2")
      for (layer, hash) in try layers("part.sqlite", "result_hash") { #expect(whole[layer] == hash, "\(selection)") }
    }
    #expect(Set(whole.values).count == whole.count)
  }

  @Test func `a selection is a run of its own, of the layers it names`() throws {
    try run("part.sqlite", "--layers", "s*,7")
    #expect(try layers("part.sqlite", "1").keys.sorted() == ["last", "scores", "second"])
    let answer = try workspace.hssim(Self.arguments + ["--output", "part.sqlite"])
    #expect(answer.code == 73 && answer.errors.contains("another run"), "\(answer.errors)")
    let command = try database("part.sqlite").read { try String.fetchOne($0, sql: "SELECT command FROM run") }
    #expect(command?.contains("--layers 's*,7'") == true, "\(command ?? "")")
  }

  @Test func `totals count a layer as often as the network runs it`() throws {
    let answer = try workspace.hssim(Self.arguments + ["--output", "run.sqlite", "--format", "json"])
    let json = try JSONDecoder().decode(JSONValue.self, from: Data(answer.output.utf8))
    let total = try #require(json["run"]?["total"])
    try database("run.sqlite").read { database in
      let rows = try Row.fetchAll(
        database, sql: "SELECT repeat_count, cycles, energy_pj, macs_dense FROM layer_summary")
      #expect(rows.map { $0[0] as Int } == [1, 1, 1, 1, 12, 1, 1])
      let cycles = rows.reduce(0) { $0 + ($1[0] as Int) * ($1[1] as Int) }
      let energy = rows.reduce(0.0) { $0 + Double($1[0] as Int) * ($1[2] as Double) }
      let row = try #require(try Row.fetchOne(database, sql: "SELECT * FROM run_total"))
      #expect(row["cycles"] == cycles && row["layers"] == 7 && row["layer_runs"] == 18)
      let products = 128 * 96 * 48 + 256 * 128 * 256 + 64 * 128 * 48 + 32 * 64 * 48 + 12 * 48 * 48 * 32 + 256 * 64 * 48
      #expect(row["macs_dense"] == products + 128 * 128 * 256)
      #expect(abs((row["energy_pj"] as Double) / energy - 1) < 1e-12)
      #expect(abs((row["edp"] as Double) / (energy / 1e12 * Double(cycles) / 1e9) - 1) < 1e-12)
      #expect(total["cycles"]?.number == Double(cycles))
    }
    let text = try workspace.hssim(Self.arguments + ["--output", "text.sqlite"]).output
    #expect(text.contains("total of 18 runs of 7 layers: "), "\(text)")
    #expect(text.contains("\nscores  ") && text.contains("times"))
  }

  @Test func `a pattern leaves alone what the network's rules keep dense`() throws {
    try run("run.sqlite")
    let patterns = try layers("run.sqlite", "pattern")
    #expect(patterns.filter { $0.value.contains("dense") }.keys.sorted() == ["scores"])
    let answer = try workspace.hssim(
      "describe", "network", "small.yaml", "--pattern", "2:4", "--parameter", "tokens=64")
    #expect(answer.code == 0 && answer.output.contains("dense: both operands are activations"), "\(answer.output)")
    #expect(answer.output.contains("parameter tokens = 64 (default 48)"))
    #expect(answer.output.contains("run 18 times in all"))
  }

  @Test(arguments: [1, 3]) func `a network run that is killed at any moment ends as one that was not`(jobs: Int) throws
  {
    try run("whole.sqlite")
    let arguments = Self.arguments + ["--output", "run.sqlite", "--jobs", "\(jobs)"]
    var kills = 0
    // From before there is a file to after the end: each attempt lives a little longer than the one before.
    for milliseconds in stride(from: 30, to: 400, by: 90) {
      let command = try workspace.start(arguments)
      usleep(UInt32(milliseconds) * 1000)
      command.send(SIGKILL)
      if case .killed = try command.end().end { kills += 1 }
    }
    #expect(kills > 0)
    // An attempt that was through has nothing left to do.
    let answer = try workspace.hssim(arguments)
    #expect([0, 73].contains(answer.code), "\(answer.errors)")
    #expect(try database("run.sqlite").status() == "finished")
    #expect(try database("run.sqlite").differences(from: database("whole.sqlite")) == [])
  }

  @Test func `a killed run goes on behind its finished layers, chains included`() throws {
    try run("whole.sqlite")
    let arguments = Self.arguments + ["--output", "run.sqlite", "--jobs", "2"]
    for layers in [1, 2, 4] {
      let command = try workspace.start(arguments)
      do {
        try command.wait(forLayers: layers, in: workspace.path("run.sqlite"))
      } catch is RunningCommand.EndedTooSoon {
        break
      }
      command.send(SIGKILL)
      _ = try command.end()
      #expect(try database("run.sqlite").count("layer_summary") >= layers)
    }
    _ = try workspace.hssim(arguments)
    #expect(try database("run.sqlite").differences(from: database("whole.sqlite")) == [])
  }

  @Test func `a layer that fails leaves what is before it, with any number of jobs`() throws {
    // The third layer does not fit the design.
    try workspace.write(
      "hssim_design: 1\nname: small\ndesign: tc\nglb: {data_bytes: 4096}\n", to: "design.yaml")
    var errors: Set<String> = []
    for jobs in ["1", "4"] {
      let answer = try workspace.hssim(
        Self.arguments + ["--design", "design.yaml", "--output", "\(jobs).sqlite", "--jobs", jobs])
      errors.insert("\(answer.code) \(answer.errors)")
    }
    #expect(errors.count == 1)
    #expect(workspace.exists("1.sqlite") == workspace.exists("4.sqlite"))
    if workspace.exists("1.sqlite") {
      #expect(try database("4.sqlite").differences(from: database("1.sqlite")) == [])
    }
  }

  @Test func `networks are compared by their totals`() throws {
    let answer = try workspace.hssim(
      "compare", "small.yaml", "--pattern", "4:8->2:4", "--designs", "highlight,tc", "--layers", "first,scores",
      "--jobs",
      "2", "--format", "json", "--output", "c.sqlite")
    #expect(answer.code == 0, "\(answer.errors)")
    let json = try JSONDecoder().decode(JSONValue.self, from: Data(answer.output.utf8))
    let edps = json["runs"]?.elements.compactMap { $0["total"]?["edp"]?.number } ?? []
    let ratio = try #require(json["totals"]?.elements.first?["ratios"]?["edp"]?.number)
    #expect(edps.count == 2 && abs(ratio - edps[0] / edps[1]) < 1e-12)
  }

  @Test(arguments: [("simulate", 64), ("describe network", 64)])
  func `the networks that come with hssim go by their names`(_ command: String, _ code: Int32) throws {
    let words = command.split(separator: " ").map(String.init)
    let answer = try workspace.hssim(words + ["resnet05"])
    #expect(answer.code == code && answer.errors.contains("did you mean 'resnet50'?"), "\(answer.errors)")
    let all = try workspace.hssim("describe", "network").output
    for name in ["resnet50", "deit-small", "transformer-big", "bert-base", "all-minilm-l6"] {
      #expect(all.contains("\n\(name) "), "\(all)")
    }
    #expect(try workspace.files() == ["small.yaml"])
  }
}
