// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import Testing

/// The traces of traces/digits, simulated as they are.
struct ShippedTraceTests {
  @Test(arguments: ["dense", "pruned"]) func `the digits network is simulated and verified`(name: String) throws {
    let workspace = try Workspace()
    let trace = Workspace.repository.appending(path: "traces/digits/\(name).yaml").path
    let answer = try workspace.hssim("simulate", trace, "--output", "d.sqlite", "--record", "summary")
    #expect(answer.code == 0, "\(answer.errors)")
    let rows = try StoredDatabase(workspace.path("d.sqlite")).read {
      try Row.fetchAll($0, sql: "SELECT layer, pattern, verified FROM layer_summary ORDER BY layer")
    }
    #expect(rows.map { $0["layer"] as String } == ["conv1", "conv2", "conv3", "fc1", "fc2"])
    #expect(rows.allSatisfy { $0["verified"] == 1 })
    let patterns = rows.map { ($0["pattern"] as String?) ?? "" }
    let pruned = name == "pruned"
    for (layer, pattern) in zip(rows.map({ $0["layer"] as String }), patterns) {
      #expect(pattern.contains("C1(4:8)->C0(2:4)") == (pruned && layer != "conv1"), "\(layer) \(pattern)")
    }
  }
}
