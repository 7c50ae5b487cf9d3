// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Statistics
import Testing

@testable import Recording

/// Spans, the per-cycle view over them, and the windows.
struct ActivityTests {
  /// What the view must show, by a loop over cycles that knows nothing of splitting, order or SQL.
  private static func cycles(of layer: ExampleLayer) -> [String] {
    var log = layer.statistics.components.map { Array(repeating: "", count: Int($0.cycles)) }
    for span in layer.statistics.spans {
      let component = layer.statistics.components[Int(span.component)]
      let link = span.link < 0 ? "-" : layer.statistics.links[Int(span.link)].name
      for cycle in span.start..<span.start + span.cycles {
        log[Int(span.component)][Int(cycle)] =
          "\(component.name) \(component.clockDomain) \(cycle) \(span.activity.name) \(link)"
      }
    }
    return log.flatMap(\.self)
  }

  private static func record(_ layers: [ExampleLayer], in path: String) throws {
    let database = try RunDatabase.open(path, runs: [.example(layers: layers.count)])
    for (index, layer) in layers.enumerated() { try database.write(layer, at: index) }
    try database.finish()
  }

  @Test(arguments: [(1, 1, 3), (2, 700, 40), (3, 2048, 2048), (4, 9001, 9001), (5, 8192, 20_000), (6, 1500, 1)])
  func `the view shows every cycle of every component once, as an independent loop does`(
    seed: UInt64, cycles: Int64, longestSpan: Int64
  ) throws {
    let folder = try Folder()
    let path = folder.path("run.sqlite")
    let layers = (0...1).map { ExampleLayer($0, seed: seed, cycles: cycles, longestSpan: longestSpan) }
    try Self.record(layers, in: path)
    for layer in layers {
      let shown = try read(path) {
        try String.fetchAll(
          $0,
          sql: """
            SELECT component || ' ' || clock_domain || ' ' || cycle || ' ' || activity || ' ' || coalesce(link, '-')
            FROM cycle_activity WHERE layer = ?
            """, arguments: [layer.summary.layer])
      }
      #expect(shown == Self.cycles(of: layer))
    }
  }

  @Test
  func `long spans are split and their cycles kept`() throws {
    let folder = try Folder()
    let path = folder.path("run.sqlite")
    let layer = ExampleLayer(0, cycles: 50_000, longestSpan: 30_000)
    try Self.record([layer], in: path)
    try read(path) { database in
      #expect(try Int.fetchOne(database, sql: "SELECT max(cycles) FROM activity_span") == 4096)
      for component in layer.statistics.components {
        let sums = try Row.fetchOne(
          database,
          sql: """
            SELECT sum(cycles), sum(cycles * (activity = 'busy')), sum(cycles * (activity = 'idle'))
            FROM activity_span WHERE component = ?
            """, arguments: [component.name])
        let row = try #require(sums)
        #expect(row[0] == component.cycles)
        #expect(row[1] == component.busyCycles)
        #expect(row[2] == component.idleCycles)
      }
    }
  }

  @Test(arguments: [1, 1023, 1024, 1025, 5000] as [Int64])
  func `windows tile a layer and count what the view counts`(cycles: Int64) throws {
    let folder = try Folder()
    let path = folder.path("run.sqlite")
    try Self.record([ExampleLayer(0, cycles: cycles)], in: path)
    let counted = """
      SELECT component, cycle / 1024 * 1024, count(*), sum(activity = 'busy'), avg(activity = 'busy'),
        sum(activity = 'starved'), sum(activity = 'backpressured')
      FROM cycle_activity GROUP BY 1, 2 ORDER BY 1, 2
      """
    let windows = """
      SELECT component, window_start, window_cycles, busy_cycles, utilization, starved_cycles, backpressured_cycles
      FROM utilization_window ORDER BY 1, 2
      """
    try read(path) { database in
      let expected = try Row.fetchAll(database, sql: counted).map { Array($0.databaseValues) }
      #expect(try Row.fetchAll(database, sql: windows).map { Array($0.databaseValues) } == expected)
      #expect(!expected.isEmpty)
    }
  }

  @Test(arguments: [
    "SELECT * FROM cycle_activity WHERE component = 'PEArray[0]' AND cycle BETWEEN 1000 AND 1100",
    "SELECT * FROM cycle_activity WHERE layer = 'layer0' AND component = 'VFMU' AND cycle = 17",
    "SELECT sum(cycles) FROM activity_span WHERE component = 'PEArray[0]' AND activity = 'busy'",
    "SELECT * FROM utilization_window WHERE component = 'PEArray[0]'",
  ])
  func `a question about one component reads only that component's rows`(query: String) throws {
    let folder = try Folder()
    let path = folder.path("run.sqlite")
    try Self.record([ExampleLayer(0)], in: path)
    let plan = try read(path) {
      try Row.fetchAll($0, sql: "EXPLAIN QUERY PLAN \(query)").map { $0["detail"] as String }
    }
    let table = query.contains("window") ? "w" : "s"
    #expect(plan.contains { $0.hasPrefix("SEARCH \(table) USING PRIMARY KEY (layer_id=? AND component_index=?") })
    #expect(!plan.contains { $0.hasPrefix("SCAN \(table)") })
    #expect(!plan.contains { $0.contains("AUTOMATIC") })
  }
}
