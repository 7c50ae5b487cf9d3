// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import Testing

@testable import hssim

/// Exported files hold what the database holds.
@Suite struct ExportTests {
  private let workspace: Workspace
  private let database: StoredDatabase

  init() throws {
    workspace = try Workspace()
    let answer = try workspace.hssim(
      "simulate", "--gemm", "70x96x19", "--pattern", "2:4", "--record", "events:50-149", "--output", "run.sqlite")
    try #require(answer.code == 0, "\(answer.errors)")
    database = StoredDatabase(workspace.path("run.sqlite"))
  }

  private func events() throws -> [[String: JSONValue]] {
    #expect(try workspace.hssim("export", "run.sqlite", "--perfetto", "--output", "trace.json").code == 0)
    let json = try JSONDecoder().decode(JSONValue.self, from: Data(try workspace.bytes(of: "trace.json")))
    return try #require(json["traceEvents"]).elements.map(\.members)
  }

  @Test func `every span of the database is an event of the trace, at its time`() throws {
    let events = try events()
    let names = Dictionary(
      events.filter { $0["ph"]?.string == "M" && $0["name"]?.string == "thread_name" }.map {
        ($0["tid"]?.number ?? -1, $0["args"]?["name"]?.string ?? "")
      }
    ) { first, _ in first }
    let spans = events.filter { $0["ph"]?.string == "X" }.map { event in
      [
        names[event["tid"]?.number ?? -2] ?? "", event["name"]?.string ?? "",
        "\(Int(event["args"]?["cycle"]?.number ?? -1))", "\(Int(event["args"]?["cycles"]?.number ?? -1))",
        event["args"]?["link"]?.string ?? "", "\(((event["ts"]?.number ?? -1) * 1e9).rounded())",
        "\(((event["dur"]?.number ?? -1) * 1e9).rounded())",
      ]
    }
    let stored = try database.texts(
      """
      SELECT s.component, activity, start, s.cycles, ifnull(link, ''), round(start * 1.0 * clock_period_fs),
        round(s.cycles * 1.0 * clock_period_fs)
      FROM activity_span AS s JOIN component AS c USING (run_id, layer, component)
      """)
    #expect(spans.count > 100)
    #expect(Set(spans) == Set(stored) && spans.count == stored.count)
  }

  @Test func `every message of the database is a flow, and every window a counter`() throws {
    let events = try events()
    func flows(_ phase: String) -> [[String]] {
      events.filter { $0["ph"]?.string == phase }.map { event in
        [
          event["name"]?.string ?? "", "\(Int(event["args"]?["message"]?.number ?? -1))",
          "\(Int(event["args"]?["cycle"]?.number ?? -1))", "\(Int(event["args"]?["bytes"]?.number ?? -1))",
        ]
      }
    }
    let sent = try database.texts("SELECT link, message, sent_cycle, bytes FROM message")
    let received = try database.texts(
      "SELECT link, message, received_cycle, bytes FROM message WHERE received_cycle IS NOT NULL")
    #expect(sent.count > 50)
    #expect(Set(flows("s")) == Set(sent) && flows("s").count == sent.count)
    #expect(Set(flows("f")) == Set(received) && flows("f").count == received.count)
    let counters = events.filter { $0["ph"]?.string == "C" && $0["name"]?.string?.hasSuffix(" utilization") == true }
    let windows = try database.texts("SELECT component, utilization FROM utilization_window")
    let shown = counters.map { event in
      [
        String(event["name"]?.string?.dropLast(" utilization".count) ?? ""),
        "\(event["args"]?["value"]?.number ?? -1)",
      ]
    }
    #expect(shown.sorted { $0.lexicographicallyPrecedes($1) } == windows.sorted { $0.lexicographicallyPrecedes($1) })
  }

  @Test func `CSV and JSON have every row of every relation`() throws {
    #expect(try workspace.hssim("export", "run.sqlite", "--csv", "--output", "tables").code == 0)
    #expect(try workspace.hssim("export", "run.sqlite", "--json", "--output", "run.json").code == 0)
    let json = try JSONDecoder().decode(JSONValue.self, from: Data(try workspace.bytes(of: "run.json")))
    let relations = try database.relations().filter { !$0.hasPrefix("stored_") && $0 != "cycle_activity" }
    #expect(json.keys.sorted() == relations)
    for relation in relations {
      let count = try database.count(relation)
      #expect(json[relation]?.elements.count == count, "\(relation)")
      let header = try database.texts("SELECT name FROM pragma_table_info('\(relation)')").map { $0[0] }
      let text = String(decoding: try workspace.bytes(of: "tables/\(relation).csv"), as: UTF8.self)
      #expect(text.hasPrefix(header.joined(separator: ",") + "\n"), "\(relation)")
      if relation == "link" { #expect(text.split(separator: "\n").count == count + 1) }
    }
  }

  @Test(arguments: [
    (["--output", "x.json"], 64, "--perfetto"), (["--csv", "--json", "--output", "x"], 64, "--json"),
    (["--json", "--layer", "gem", "--output", "x"], 64, "allowed: gemm"),
    (["--json", "--output", "run.sqlite"], 73, "run.sqlite"),
    (["--perfetto", "--output", "no/where.json"], 73, "no/where.json"),
  ])
  func `a mistake is named and leaves no file`(arguments: [String], code: Int32, message: String) throws {
    let answer = try workspace.hssim(["export", "run.sqlite"] + arguments)
    #expect(answer.code == code && answer.errors.contains(message), "\(answer.errors)")
    #expect(try workspace.files() == ["run.sqlite"])
  }
}
