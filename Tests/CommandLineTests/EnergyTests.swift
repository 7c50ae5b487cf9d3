// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Prices on the command line.
struct EnergyTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func json(_ answer: Workspace.Answer) throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any]
    let run = try #require(object?["run"] as? [String: Any])
    return try #require((run["layers"] as? [[String: Any]])?.first)
  }

  @Test func `a run has energy, area and their tax`() throws {
    let arguments = ["simulate", "--gemm", "64x64x64", "--pattern", "4:8->2:4", "--density-b", "0.5"]
    let layer = try json(workspace.hssim(arguments + ["--output", "a.sqlite", "--format", "json"]))
    #expect(layer["energy_pj"] as? Double ?? 0 > 0)
    #expect(layer["area_um2"] as? Double ?? 0 > 1e6)
    #expect((0.01..<0.9).contains(layer["tax_share_energy"] as? Double ?? 0))
    #expect((0.01..<0.9).contains(layer["tax_share_area"] as? Double ?? 0))
    #expect(try workspace.hssim(arguments + ["--output", "b.sqlite"]).output.contains("mm2 without DRAM"))
  }

  @Test func `leakage costs energy and changes no hash`() throws {
    let arguments = ["simulate", "--gemm", "32x32x32", "--format", "json"]
    let without = try json(workspace.hssim(arguments + ["--output", "a.sqlite"]))
    let with = try json(workspace.hssim(arguments + ["--output", "b.sqlite", "--leakage"]))
    #expect(with["energy_pj"] as? Double ?? 0 > without["energy_pj"] as? Double ?? 0)
    #expect(with["event_hash"] as? String == without["event_hash"] as? String)
  }

  @Test func `another table is another run`() throws {
    let shipped = Workspace.repository.appending(path: "configs/energy/45nm.yaml")
    let text = try String(contentsOf: shipped, encoding: .utf8)
    try workspace.write(text.replacing("compute: 0.5608", with: "compute: 1000"), to: "dear.yaml")
    let first = try workspace.hssim("simulate", "--gemm", "16x16x16", "--format", "json")
    let second = try workspace.hssim("simulate", "--gemm", "16x16x16", "--format", "json", "--energy", "dear.yaml")
    #expect(try json(second)["energy_pj"] as? Double ?? 0 > 10 * (try json(first)["energy_pj"] as? Double ?? .infinity))
    #expect(try workspace.files().filter { $0.hasSuffix(".sqlite") }.count == 2)
  }

  @Test func `an action without a price fails before a layer is written, and is named`() throws {
    let shipped = Workspace.repository.appending(path: "configs/energy/45nm.yaml")
    let text = try String(contentsOf: shipped, encoding: .utf8)
    try workspace.write(text.replacing("{compute: 0.5608, gated", with: "{gated"), to: "hole.yaml")
    let answer = try workspace.hssim("simulate", "--gemm", "16x16x16", "--energy", "hole.yaml", "--output", "a.sqlite")
    #expect(answer.code == 65)
    #expect(answer.errors.contains("PEArray[0].mac_compute has no price"))
    #expect(answer.errors.contains("mac_int8.compute"))
    #expect(try workspace.files() == ["hole.yaml"])
  }

  @Test(arguments: [("45mm", 64, "45nm"), ("missing.yaml", 66, "missing.yaml")])
  func `a table that is not there is named`(table: String, code: Int32, named: String) throws {
    let answer = try workspace.hssim("simulate", "--gemm", "8x8x8", "--energy", table)
    #expect(answer.code == code)
    #expect(answer.errors.contains(named))
    #expect(try workspace.files().isEmpty)
  }

  @Test func `the dense run is really simulated, and compared`() throws {
    let sparse = [
      "simulate", "--gemm", "128x256x96", "--pattern", "4:8->2:4", "--format", "json", "--against", "dense",
    ]
    let layer = try json(workspace.hssim(sparse + ["--output", "a.sqlite"]))
    // Dense A has other values but the same shape: its cycles are those of the pattern's layer run without it.
    let dense = try json(
      workspace.hssim("simulate", "--gemm", "128x256x96", "--format", "json", "--output", "b.sqlite"))
    let ratio = try #require(layer["speedup_vs_dense_run"] as? Double)
    let cycles = try #require(layer["cycles"] as? Double)
    #expect(abs(ratio * cycles - (dense["cycles"] as? Double ?? 0)) < 0.5)
    #expect(ratio > 1.5)
    let gain = try workspace.hssim("query", "a.sqlite", "gain", "--format", "csv").output.split(separator: "\n")
    #expect(gain.count == 3)
    // A layer that runs dense is its own comparison.
    let own = ["simulate", "--gemm", "64x64x64", "--format", "json", "--against", "dense", "--output", "c.sqlite"]
    #expect(try json(workspace.hssim(own))["speedup_vs_dense_run"] as? Double == 1)
  }

  @Test func `a table of Accelergy's becomes one of ours`() throws {
    let components = ["GLB_data", "glb_metadata", "dram", "rf_partial_sum", "mac"]
    let actions = ["read", "write", "metadata_read", "metadata_write", "compute", "gated"]
    let tables = components.map { name in
      "  - name: chip.\(name)[1..2]\n    actions: ["
        + actions.map { "{name: \($0), energy: 2.5}" }.joined(separator: ", ") + "]\n"
    }
    try workspace.write("ERT:\n  tables:\n" + tables.joined(), to: "ERT.yaml")
    try workspace.write("ART:\n  tables:\n  - {name: chip.mac, area: 1}\n", to: "ART.yaml")
    let command = ["import-energy", "ERT.yaml", "--area", "ART.yaml", "--map", "mac_int8=mac", "--output", "own.yaml"]
    let answer = try workspace.hssim(command)
    #expect(answer.code == 0, "\(answer.errors)")
    #expect(answer.output.contains("component GLB_data") && answer.output.contains("table 45nm"))
    #expect(try workspace.hssim(command).code == 73)
    let run = try workspace.hssim("simulate", "--gemm", "16x16x16", "--energy", "own.yaml", "--output", "run.sqlite")
    #expect(run.code == 0, "\(run.errors)")
    let sums = try workspace.hssim("query", "run.sqlite", "energy", "--format", "csv").output
    // 16 x 16 x 16 products at 2.5 pJ.
    #expect(sums.contains("PEArray[*],mac_compute,base,,4096,0.01024,"))
  }
}
