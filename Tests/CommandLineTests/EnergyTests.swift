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
}
