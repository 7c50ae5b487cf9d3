// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import Testing

/// `hssim simulate` on inputs that are right: its answers and its files.
struct SimulateTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  @Test
  func `a product is simulated, verified and written`() throws {
    let answer = try workspace.hssim(
      "simulate", "--gemm", "70x40x20", "--pattern", "2:4", "--density-b", "0.5", "--output", "run.sqlite", "--result",
      "z.npy")
    #expect(answer.code == 0)
    #expect(answer.errors.isEmpty)
    #expect(try workspace.files() == ["run.sqlite", "z.npy"])
    let layers = try StoredDatabase(workspace.path("run.sqlite")).read {
      try Row.fetchAll($0, sql: "SELECT m, k, n, pattern, verified FROM layer_summary").map(\.description)
    }
    #expect(layers == ["[m:70 k:40 n:20 pattern:\"C0(2:4)\" verified:1]"])
    // Z is int32 [M, N].
    let z = try workspace.bytes(of: "z.npy")
    #expect(z.starts(with: [0x93] + Array("NUMPY".utf8)))
    let text = String(decoding: z.prefix(128), as: UTF8.self)
    #expect(text.contains("'descr': '<i4'") && text.contains("'shape': (70, 20)"))
    #expect(z.count > 70 * 20 * 4 && (z.count - 70 * 20 * 4) % 64 == 0)
  }

  @Test
  func `layers of a trace give a result each`() throws {
    let layer = "operation: matmul, shape: {M: 3, K: 5, N: 7}, weights: {random: {}}, activations: {random: {}}"
    let text = "hssim_trace: 1\nname: two\nlayers:\n  - {name: a, \(layer)}\n  - {name: b/c, \(layer)}\n"
    try workspace.write(text, to: "two.yaml")
    let answer = try workspace.hssim("simulate", "two.yaml", "--output", "run.sqlite", "--result", "z.npz")
    #expect(answer.code == 0, "\(answer.errors)")
    let names = String(decoding: try workspace.bytes(of: "z.npz"), as: UTF8.self)
    #expect(names.contains("a.npy") && names.contains("b/c.npy"))
    let single = try workspace.hssim("simulate", "two.yaml", "--output", "other.sqlite", "--result", "z.npy")
    #expect(single.code == 64)
    #expect(single.errors.contains("z.npy") && single.errors.contains(".npz"))
    #expect(!workspace.exists("other.sqlite"))
  }

  @Test
  func `JSON tells what the database tells`() throws {
    let answer = try workspace.hssim(
      "simulate", "--gemm", "33x20x10", "--seed", "5", "--output", "run.sqlite", "--format", "json")
    let json = try JSONDecoder().decode(JSONValue.self, from: Data(answer.output.utf8))
    #expect(json.keys == ["database", "run"])
    #expect(json["database"] == .string("run.sqlite"))
    let run = try #require(json["run"])
    let layer = try #require(run["layers"]?.elements.first)
    try StoredDatabase(workspace.path("run.sqlite")).read { database in
      let stored = try #require(try Row.fetchOne(database, sql: "SELECT * FROM run"))
      for key in run.keys where !["layers", "total"].contains(key) { expectEqual(run[key], stored, key) }
      let total = try #require(try Row.fetchOne(database, sql: "SELECT * FROM run_total"))
      for key in run["total"]?.keys ?? [] { expectEqual(run["total"]?[key], total, key) }
      let summary = try #require(try Row.fetchOne(database, sql: "SELECT * FROM layer_summary"))
      for key in layer.keys where !["bounds", "verified"].contains(key) { expectEqual(layer[key], summary, key) }
      #expect(layer["verified"] == .boolean(true))
      let bounds = try Row.fetchAll(database, sql: "SELECT kind, cycles FROM bound ORDER BY cycles DESC, kind")
      #expect(
        layer["bounds"]?.elements
          == bounds.map { .object(["kind": .string($0["kind"]), "cycles": .integer($0["cycles"])]) })
    }
    #expect(run["seed"] == .integer(5))
  }

  private func expectEqual(_ json: JSONValue?, _ row: Row, _ column: String) {
    #expect(row.hasColumn(column), "\(column)")
    let stored: JSONValue =
      switch (row[column] as DatabaseValue).storage {
      case .null: .null
      case .int64(let value): .integer(value)
      // JSON has one kind of number: a whole one is written without a fraction.
      case .double(let value): Int64(exactly: value).map { .integer($0) } ?? .number(value)
      case .string(let value): .string(value)
      case .blob: .array([])
      }
    #expect(json == stored, "\(column)")
  }

  @Test
  func `the default name has design, workload and content, and is the same each time`() throws {
    let answer = try workspace.hssim("simulate", "--gemm", "8x8x8", "--format", "json")
    let name = try #require(try workspace.files().first)
    let id = try StoredDatabase(workspace.path(name)).read {
      try String.fetchOne($0, sql: "SELECT content_id FROM run") ?? ""
    }
    #expect(name == "highlight-gemm-8x8x8-\(id.prefix(8)).sqlite")
    #expect(answer.output.contains("\"database\" : \"\(name)\""))
    // Another seed is another run, and another file; the same run again finds its file.
    #expect(try workspace.hssim("simulate", "--gemm", "8x8x8", "--seed", "1").code == 0)
    #expect(try workspace.files().count == 2)
    #expect(try workspace.hssim("simulate", "--gemm", "8x8x8").code == 73)
  }

  @Test
  func `how much is recorded changes no hash, and leaves no relation out`() throws {
    let databases = try ["spans", "summary"].map { level in
      let answer = try workspace.hssim(
        "simulate", "--gemm", "64x64x64", "--output", "\(level).sqlite", "--record", level)
      #expect(answer.code == 0, "\(answer.errors)")
      return StoredDatabase(workspace.path("\(level).sqlite"))
    }
    #expect(try databases[0].relations() == databases[1].relations())
    for relation in ["layer_summary", "cycle_ledger", "bound", "link"] {
      let rows = try databases[0].rows(relation)
      #expect(try databases[1].rows(relation) == rows)
      #expect(!rows.isEmpty)
    }
    #expect(try databases[0].count("activity_span") > 0)
    #expect(try databases[1].count("activity_span") == 0)
    #expect(try databases[1].count("cycle_activity") == 0)
  }

  @Test
  func `one command twice gives equal databases, and another seed a different one`() throws {
    let arguments = ["simulate", "--gemm", "50x60x70", "--pattern", "4:6->2:4", "--density-b", "0.3"]
    for (name, seed) in [("a", "0"), ("b", "0"), ("c", "1")] {
      #expect(try workspace.hssim(arguments + ["--output", "\(name).sqlite", "--seed", seed]).code == 0)
    }
    let first = StoredDatabase(workspace.path("a.sqlite"))
    #expect(try first.differences(from: StoredDatabase(workspace.path("b.sqlite"))) == [])
    let differences = try first.differences(from: StoredDatabase(workspace.path("c.sqlite")))
    #expect(Set(differences).isSuperset(of: ["run", "stored_layer"]))
  }

  @Test
  func `a pattern is drawn with its density`() throws {
    let answer = try workspace.hssim("describe", "pattern", "3:4->2:4")
    #expect(answer.code == 0)
    #expect(answer.output.contains("3/8"))
  }

  @Test
  func `three ranks are drawn below each other, and the design that has them says what they share`() throws {
    let drawn = try workspace.hssim("describe", "pattern", "2:4->4:4->2:4")
    #expect(drawn.code == 0)
    #expect(drawn.output.contains("  C2(2:4)  |---- ---- ---- ---- #### ####"))
    #expect(drawn.output.contains("highlight-3rank runs it as C2(2:4)->C1(4:4)->C0(2:4), density 1/4"))
    let design = try workspace.hssim("describe", "design", "highlight-3rank")
    let rule = "C2(2:{2<=H<=4})->C1(4:{4<=H<=8})->C0(2:{2<=H<=4}), period<=64"
    #expect(design.output.contains("\(rule), 34 degrees; a window of K"))
    let degrees = try workspace.hssim("describe", "pattern", rule)
    #expect(degrees.output.contains("34 degrees of"))
  }
}
