// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import hssim

/// `hssim diff` says where two runs part and what that comes to.
@Suite struct DiffTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    let gemm = ["simulate", "--gemm", "70x96x19", "--pattern", "2:4"]
    for (file, more) in [("a", []), ("b", ["--set", "glb.port_bytes_per_cycle=42"]), ("c", ["--record", "summary"])] {
      let answer = try workspace.hssim(gemm + more + ["--output", "\(file).sqlite"])
      try #require(answer.code == 0, "\(answer.errors)")
    }
  }

  @Test func `equal runs have no difference`() throws {
    let answer = try workspace.hssim("diff", "a.sqlite", "c.sqlite")
    #expect(answer.code == 0)
    #expect(
      answer.output
        == "the configurations are equal\n\ngemm: no cycle differs\n\nledger, energy and traffic are equal\n")
  }

  @Test func `a narrower port is found by its parameter, its first message and its cycles`() throws {
    let answer = try workspace.hssim("diff", "a.sqlite", "b.sqlite")
    #expect(answer.code == 0)
    #expect(answer.output.contains("glb.port_bytes_per_cycle  128    42"), "\(answer.output)")
    #expect(answer.output.contains("gemm: the first difference is in cycle "))
    #expect(answer.output.contains("GLB"))
    #expect(answer.output.contains("cycles  gemm   cycles"))
    let cycles = try ["a", "b"].map {
      try StoredDatabase(workspace.path("\($0).sqlite")).texts("SELECT cycles FROM layer_summary")[0][0]
    }
    let json = try JSONDecoder().decode(
      JSONValue.self, from: Data(try workspace.hssim("diff", "a.sqlite", "b.sqlite", "--format", "json").output.utf8))
    let difference = try #require(json["differences"]?.elements.first { $0["kind"]?.string == "cycles" })
    #expect(difference["first"]?.number == Double(cycles[0]) && difference["second"]?.number == Double(cycles[1]))
    let markdown = try workspace.hssim("diff", "a.sqlite", "b.sqlite", "--format", "markdown").output
    #expect(markdown.contains("| glb.port_bytes_per_cycle | 128 | 42 |"))
  }

  @Test func `differences are sorted, the largest first, and limited`() throws {
    let answer = try workspace.hssim("diff", "a.sqlite", "b.sqlite", "--format", "json", "--n", "3")
    let json = try JSONDecoder().decode(JSONValue.self, from: Data(answer.output.utf8))
    for kind in ["ledger", "energy", "traffic"] {
      let changes = (json["differences"]?.elements ?? []).filter { $0["kind"]?.string == kind }.map {
        abs(($0["second"]?.number ?? 0) - ($0["first"]?.number ?? 0))
      }
      #expect(changes.count <= 3)
      #expect(changes == changes.sorted(by: >), "\(kind)")
    }
    #expect(try workspace.hssim("diff", "a.sqlite", "b.sqlite", "--n", "-1").code == 64)
    #expect(try workspace.hssim("diff", "a.sqlite", "none.sqlite").code == 66)
  }
}
