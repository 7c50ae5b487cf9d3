// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import hssim

/// `hssim replay` from scripts: what it is given, what it answers, and how it ends.
@Suite struct ReplayCommandTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    let answer = try workspace.hssim(
      "simulate", "--gemm", "70x96x19", "--pattern", "2:4", "--density-b", "0.6", "--record", "events", "--output",
      "run.sqlite")
    try #require(answer.code == 0, "\(answer.errors)")
  }

  @Test func `commands are answered in order, each in front of its answer`() throws {
    let answer = try workspace.hssim(
      "replay", "run.sqlite", "-c", "goto 300", "-c", "print VFMU.buffered", "--command", "back 2")
    #expect(answer.code == 0 && answer.errors.isEmpty)
    let lines = answer.output.split(separator: "\n")
    #expect(lines[0] == "> goto 300" && lines[1] == "cycle 300")
    #expect(lines[2] == "> print VFMU.buffered" && lines[3].hasPrefix("VFMU.buffered = "))
    #expect(lines[4] == "> back 2" && lines[5] == "cycle 298")
  }

  @Test func `a file of commands and standard input do the same as options`() throws {
    try workspace.write("# a walk\ngoto 200\n\nprint GLB\nquit\ngoto 1\n", to: "walk")
    let byFile = try workspace.hssim("replay", "run.sqlite", "--commands", "walk")
    let byInput = try workspace.shell("\"$HSSIM\" replay run.sqlite < walk")
    let byOption = try workspace.hssim(
      "replay", "run.sqlite", "-c", "# a walk", "-c", "goto 200", "-c", "print GLB", "-c", "quit")
    #expect(byFile.code == 0)
    #expect(byFile.output == byInput.output && byFile.output == byOption.output)
    #expect(byFile.output.contains("GLB\n  activity"))
  }

  @Test(arguments: [
    (["-c", "gotto 5"], 64, "gotto: there is no such command; did you mean goto?"),
    (["-c", "goto 5", "--commands", "x"], 64, "allowed: one of the two"),
    (["--layer", "gem"], 64, "did you mean gemm?"),
    (["--commands", "nothing"], 66, "--commands nothing"),
    (["--run", "2"], 65, "there is no run 2; allowed: 1"),
  ])
  func `a mistake ends it with its code`(arguments: [String], code: Int32, message: String) throws {
    let answer = try workspace.hssim(["replay", "run.sqlite"] + arguments)
    #expect(answer.code == code)
    #expect(answer.errors.contains(message), "\(answer.errors)")
  }

  @Test func `a file that is missing or no database is named`() throws {
    #expect(try workspace.hssim("replay", "none.sqlite").code == 66)
    try workspace.write("no database", to: "text.sqlite")
    let answer = try workspace.hssim("replay", "text.sqlite")
    #expect(answer.code == 65 && answer.errors.contains("text.sqlite"))
  }

  @Test func `state hashes are recorded and agree with the replay`() throws {
    let rows = try StoredDatabase(workspace.path("run.sqlite")).count("state_hash")
    #expect(rows > 10)
    #expect(try workspace.hssim("replay", "run.sqlite", "-c", "goto end").code == 0)
    // A recording of something else is found out.
    try StoredDatabase(workspace.path("run.sqlite")).execute(
      "UPDATE stored_state_hash SET hash = hash + 1 WHERE component_index = 3")
    let answer = try workspace.hssim("replay", "run.sqlite", "-c", "goto end")
    #expect(answer.code == 70)
    #expect(answer.errors.contains("is not in the recorded state"))
  }

  @Test func `a trace is found beside its database, and a changed one is refused`() throws {
    let folder = Workspace.repository.appending(path: "traces/minilm")
    // By another name: what comes with hssim is found anywhere.
    for (name, copy) in [("one-layer.yaml", "my-layer.yaml"), ("one-layer.safetensors", "one-layer.safetensors")] {
      try workspace.write(Data(contentsOf: folder.appending(path: name)), to: copy)
    }
    #expect(try workspace.hssim("simulate", "my-layer.yaml", "--output", "layer.sqlite").code == 0)
    let replayed = try workspace.hssim("replay", "layer.sqlite", "-c", "why z[3,16]")
    #expect(replayed.code == 0)
    #expect(replayed.output.contains(", as in Z"))
    let elsewhere = try workspace.shell(
      "mkdir away && mv *-layer.* away && \"$HSSIM\" replay layer.sqlite -c 'goto 5'")
    #expect(elsewhere.code == 66 && elsewhere.errors.contains("--trace says where it is"))
    #expect(try workspace.hssim("replay", "layer.sqlite", "--trace", "away/my-layer.yaml", "-c", "goto 5").code == 0)
    let changed = try workspace.shell(
      "sed -i 's/# values/# value/; s/hssim_trace: 1/hssim_trace: 1 /' away/my-layer.yaml; "
        + "\"$HSSIM\" replay layer.sqlite --trace away/my-layer.yaml -c 'goto 5'")
    #expect(changed.code == 65 && changed.errors.contains("an input changed since the run"), "\(changed.errors)")
  }

  @Test func `messages are recorded for the cycles that are asked for, and change no result`() throws {
    let options = ["simulate", "--gemm", "70x96x19", "--pattern", "2:4", "--density-b", "0.6"]
    #expect(try workspace.hssim(options + ["--record", "events:100-199", "--output", "some.sqlite"]).code == 0)
    #expect(try workspace.hssim(options + ["--record", "summary", "--output", "none.sqlite"]).code == 0)
    func texts(_ sql: String, _ file: String) throws -> [[String]] {
      try StoredDatabase(workspace.path(file)).texts(sql)
    }
    let hashes = "SELECT event_hash, result_hash FROM run"
    #expect(try texts(hashes, "run.sqlite") == texts(hashes, "none.sqlite"))
    #expect(try texts(hashes, "some.sqlite") == texts(hashes, "none.sqlite"))
    let all = "SELECT message, link, ordinal, sent_cycle, arrival_cycle, bytes, carried FROM message"
    let range = " WHERE sent_cycle BETWEEN 100 AND 199 ORDER BY message"
    let some = try texts(all + " ORDER BY message", "some.sqlite")
    #expect(some == (try texts(all + range, "run.sqlite")))
    #expect(some.count > 50)
    let counts = "SELECT link, messages FROM link WHERE messages > 0 ORDER BY link"
    #expect(
      try texts("SELECT link, count(*) FROM message GROUP BY link ORDER BY link", "run.sqlite")
        == texts(counts, "run.sqlite"))
    #expect(try texts("SELECT count(*) FROM message WHERE received_cycle IS NULL", "run.sqlite") == [["0"]])
    #expect(try texts("SELECT count(*) FROM message WHERE cause >= message", "run.sqlite") == [["0"]])
    #expect(try texts("SELECT record_level FROM run", "some.sqlite") == [["events:100-199"]])
    #expect(try workspace.hssim("replay", "some.sqlite", "-c", "goto end").code == 0)
  }

  @Test(arguments: [("", nil), ("40 ", 40)] as [(String, Int?)])
  func `messages are recorded until something begins to hold, as the debugger stops there`(
    count: String, kept: Int?
  ) throws {
    let condition = "VFMU.buffered < 16"
    let stopped = try workspace.hssim("replay", "run.sqlite", "-c", "break when \(condition)", "-c", "c")
    let word = stopped.output.split(separator: "\n").last { $0.hasPrefix("cycle ") }?.dropFirst(6).prefix { $0 != ":" }
    let last = try #require(word.flatMap { Int($0) })
    let answer = try workspace.hssim(
      "simulate", "--gemm", "70x96x19", "--pattern", "2:4", "--density-b", "0.6", "--record",
      "events:\(count)until \(condition)", "--output", "until.sqlite")
    #expect(answer.code == 0, "\(answer.errors)")
    func texts(_ sql: String, _ file: String) throws -> [[String]] {
      try StoredDatabase(workspace.path(file)).texts(sql)
    }
    let first = kept.map { max(0, last - $0 + 1) } ?? 0
    let range = " WHERE sent_cycle BETWEEN \(first) AND \(last) ORDER BY message"
    let columns = "SELECT message, link, ordinal, sent_cycle, arrival_cycle, bytes, carried FROM message"
    let recorded = try texts(columns + " ORDER BY message", "until.sqlite")
    #expect(recorded == (try texts(columns + range, "run.sqlite")))
    #expect(recorded.count > 10)
    let dangling = "SELECT count(*) FROM message WHERE cause NOT IN (SELECT message FROM message)"
    #expect(try texts(dangling, "until.sqlite") == [["0"]])
    #expect(try texts("SELECT record_level FROM run", "until.sqlite") == [["events:\(count)until \(condition)"]])
    #expect(try workspace.hssim("replay", "until.sqlite", "-c", "goto end").code == 0)
  }

  @Test func `a condition of what the machine does not have is refused`() throws {
    let answer = try workspace.hssim(
      "simulate", "--gemm", "8x8x8", "--record", "events:until VFMU.buffred < 16", "--output", "x.sqlite")
    #expect(answer.code == 64 && answer.errors.contains("did you mean buffered?"), "\(answer.errors)")
  }

  @Test(arguments: [
    "events:until", "events:0 until x < 1", "events:a until x < 1", "events:1 2 until x < 1", "events:", "events:5",
    "events:9-5", "events:-1-5", "events:a-b", "spans:1-2", "events:1-2-3",
  ])
  func `a range of cycles that is none is refused`(option: String) throws {
    let answer = try workspace.hssim("simulate", "--gemm", "8x8x8", "--record", option)
    #expect(answer.code == 64 && answer.errors.contains("--record \(option)"), "\(answer.errors)")
  }

  @Test func `what a changed parameter comes to is what really running it comes to`() throws {
    let change = "glb.port_bytes_per_cycle=42"
    let answer = try workspace.hssim("replay", "run.sqlite", "--what-if", change)
    #expect(answer.code == 0, "\(answer.errors)")
    let changed = try workspace.hssim(
      "simulate", "--gemm", "70x96x19", "--pattern", "2:4", "--density-b", "0.6", "--set", change, "--output",
      "changed.sqlite")
    #expect(changed.code == 0)
    let cycles = try ["run", "changed"].map {
      try StoredDatabase(workspace.path("\($0).sqlite")).texts("SELECT cycles FROM layer_summary")[0][0]
    }
    #expect(answer.output.hasPrefix("with \(change): \(cycles[1]) cycles instead of \(cycles[0]), "))
    let filled = "SELECT sum(lane_cycles) FROM cycle_ledger WHERE cause = 'fill' AND blamed = 'GLB'"
    let sum = try StoredDatabase(workspace.path("changed.sqlite")).texts(filled)[0][0]
    #expect(answer.output.contains(" \(sum) "), "\(answer.output)")
    let same = try workspace.hssim("replay", "run.sqlite", "--what-if", "glb.port_bytes_per_cycle=128")
    #expect(same.output.hasSuffix("every lane-cycle has the same cause\n"))
    #expect(
      same.output.contains("at the boundary of GLB, the recorded requests take \(cycles[0]) cycles, 0: as many as"))
    #expect(same.output.contains("every message is sent when it was\n"))
    let other = try workspace.hssim("replay", "run.sqlite", "--what-if", "glb.data_bytes=131072")
    #expect(other.output.contains("no replay at a boundary: glb.data_bytes belongs to no one part"))
    #expect(try workspace.hssim("replay", "run.sqlite", "--what-if", "glb.prt=2").code == 64)
    #expect(try workspace.hssim("replay", "run.sqlite", "--what-if", change, "-c", "goto 5").code == 64)
  }

  @Test func `a run of a comparison is replayed with the weights that its design got`() throws {
    let compared = try workspace.hssim(
      "compare", "--gemm", "64x96x19", "--pattern", "4:8->2:4", "--designs", "highlight,stc", "--record", "events",
      "--output", "both.sqlite")
    #expect(compared.code == 0, "\(compared.errors)")
    let cycles = try StoredDatabase(workspace.path("both.sqlite")).texts(
      "SELECT cycles FROM layer_summary ORDER BY run_id")
    #expect(cycles.count == 2)
    for (index, row) in cycles.enumerated() {
      let answer = try workspace.hssim("replay", "both.sqlite", "--run", "\(index + 1)", "-c", "goto end")
      #expect(answer.code == 0, "\(answer.errors)")
      #expect(answer.output.contains("cycle \((Int(row[0]) ?? 0) - 1), the last"), "\(answer.output)")
    }
    #expect(try workspace.hssim("replay", "both.sqlite", "--run", "3", "-c", "goto end").code == 65)
  }

  @Test func `a run that the watchdog gives up is replayed to where it hangs`() throws {
    let options = [
      "simulate", "--gemm", "70x96x19", "--set", "dram.model=ideal", "--set", "dram.latency_cycles=300", "--output",
      "slow.sqlite",
    ]
    let given = try workspace.hssim(options + ["--watchdog", "100"])
    #expect(given.code == 75 && given.errors.contains("livelock in cycle "), "\(given.errors)")
    let sentence = try #require(given.errors.firstMatch(of: /livelock in cycle \d+: .*since cycle -?\d+/))
    let replayed = try workspace.hssim("replay", "slow.sqlite", "-c", "goto end")
    #expect(replayed.code == 75 && replayed.errors.contains(sentence.output), "\(replayed.errors)")
    let printed = try workspace.hssim("replay", "slow.sqlite", "-c", "goto 90", "-c", "print VFMU")
    #expect(printed.code == 0 && printed.output.contains("VFMU"))
    #expect(try workspace.hssim(options + ["--watchdog", "1000", "--force"]).code == 0)
    #expect(try workspace.hssim(options + ["--watchdog", "0", "--force"]).code == 64)
  }

  @Test func `help is what the debugger's commands say`() throws {
    let answer = try workspace.hssim("replay", "run.sqlite", "-c", "help")
    let reference = try String(
      contentsOf: Workspace.repository.appending(path: "docs/replay.md"), encoding: .utf8)
    for line in answer.output.split(separator: "\n").dropFirst() {
      let name = line.prefix { $0 != " " }
      #expect(reference.contains("| `\(name)"), "\(name)")
    }
  }
}
