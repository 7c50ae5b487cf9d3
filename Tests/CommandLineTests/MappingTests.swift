// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import Testing

/// `hssim simulate --mapping`, and the designs that published results are reproduced with.
struct MappingTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func simulate(_ mapping: String, _ others: String...) throws -> Workspace.Answer {
    try workspace.hssim(
      ["simulate", "--gemm", "128x96x256", "--pattern", "2:4", "--design", "calibration/stc", "--mapping", mapping]
        + others)
  }

  @Test func `a calibration design goes by its name, its mapping is part of the run`() throws {
    let loops = ["DRAM: N2 | SMEM: M2 Ms4", "DRAM: M2 | SMEM: N2 Ms4"]
    var contents: Set<String> = []
    for (index, loop) in loops.enumerated() {
      let mapping = "\(loop) | RF: K3 Ms16 Ks32 | LRF: N128"
      let answer = try simulate(mapping, "--output", "run\(index).sqlite")
      #expect(answer.code == 0, "\(answer.errors)")
      let row = try StoredDatabase(workspace.path("run\(index).sqlite")).read {
        try Row.fetchOne($0, sql: "SELECT content_id, design, configuration, command FROM run")
      }
      let run = try #require(row)
      contents.insert(run["content_id"])
      #expect(run["design"] == "calibration/stc")
      let configuration: String = run["configuration"]
      #expect(configuration.contains("# mapping: \(mapping)"))
      let command: String = run["command"]
      #expect(command.contains("--design calibration/stc ") && command.contains("--mapping '\(mapping)'"))
    }
    #expect(contents.count == 2)
  }

  @Test func `a design in a folder has a default file without one`() throws {
    let answer = try simulate("DRAM: N2 | SMEM: M2 Ms4 | RF: K3 Ms16 Ks32 | LRF: N128")
    #expect(answer.code == 0, "\(answer.errors)")
    #expect(try workspace.files().count == 1)
    #expect(try workspace.files().allSatisfy { $0.hasPrefix("calibration-stc-gemm-128x96x256-") })
  }

  @Test(arguments: [
    ("DRAM: N2 | SMEM: M2 Ms4 | RF: K4 Ms16 Ks32 | LRF: N128", "RF: K4"),
    ("LRF: N256", "SMEM: Ms1"), ("nonsense", "names no level"), ("missing.yaml", "missing.yaml"),
  ])
  func `a mapping that cannot run is named and leaves no file`(mapping: String, part: String) throws {
    let answer = try simulate(mapping)
    #expect([64, 66].contains(answer.code) && answer.errors.contains(part), "\(answer.code) \(answer.errors)")
    #expect(try workspace.files().isEmpty)
  }
}
