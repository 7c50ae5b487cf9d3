// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Testing

@testable import Recording

/// When a file is made, and what becomes of one that exists.
struct FileRuleTests {
  private let folder: Folder
  private let path: String

  init() throws {
    folder = try Folder()
    path = folder.path("run.sqlite")
  }

  /// The error of opening, and a check that it names the file.
  private func refusal(
    _ path: String? = nil, runs: [RunDescription] = [.example()], existing: RunDatabase.ExistingFile = .resume
  ) throws -> RecordingError {
    let path = path ?? self.path
    let error = try #require(throws: RecordingError.self) {
      try RunDatabase.open(path, runs: runs, existing: existing)
    }
    #expect(error.description.hasPrefix(path))
    return error
  }

  private func bytes(_ path: String? = nil) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path ?? self.path))
  }

  private func finishedRun(_ run: RunDescription = .example(layers: 1)) throws {
    let database = try RunDatabase.open(path, runs: [run])
    try database.write(ExampleLayer(0), at: 0)
    try database.finish()
  }

  @Test
  func `no file is made before the first layer`() throws {
    let database = try RunDatabase.open(path, runs: [.example()])
    #expect(try folder.names() == [])
    try database.write(ExampleLayer(0), at: 0)
    #expect(try folder.names().contains("run.sqlite"))
    #expect(try !folder.names().contains { $0.hasSuffix(".partial") })
  }

  @Test
  func `a run that fails before its first layer leaves no file`() throws {
    let database = try RunDatabase.open(path, runs: [.example()])
    try database.fail("no such pattern")
    #expect(try folder.names() == [])
  }

  @Test
  func `a file can be begun without a layer`() throws {
    let database = try RunDatabase.open(path, runs: [.example()])
    try database.begin()
    try database.close()
    #expect(try read(path) { try String.fetchOne($0, sql: "SELECT status FROM run") } == "running")
  }

  @Test
  func `while a run is under way others can read its finished layers`() throws {
    let database = try RunDatabase.open(path, runs: [.example()])
    for index in 0...1 {
      try database.write(ExampleLayer(index), at: index)
      #expect(try read(path) { try Int.fetchOne($0, sql: "SELECT count(*) FROM layer_summary") } == index + 1)
    }
  }

  @Test(arguments: [RunDatabase.ExistingFile.resume, .replace])
  func `a file that is being written is taken up by nobody else`(existing: RunDatabase.ExistingFile) throws {
    let database = try RunDatabase.open(path, runs: [.example(layers: 1)])
    try database.begin()
    let error = try refusal(runs: [.example(layers: 1)], existing: existing)
    #expect(error.exitCode == 73)
    #expect(error.reason == "is being written by another process")
    try database.write(ExampleLayer(0), at: 0)
    try database.finish()
    try replace()
  }

  @Test
  func `a file whose first layer another process writes is left to it`() throws {
    let temporary = folder.path(".run.sqlite.partial")
    try Data("half a layer".utf8).write(to: URL(fileURLWithPath: temporary))
    var lock = FileLock(path: temporary)
    #expect(lock != nil)
    #expect(try refusal().reason == "is being written by another process")
    #expect(try bytes(temporary) == Data("half a layer".utf8))
    lock = nil
    // Without its writer it is what a kill left behind.
    try finishedRun()
    #expect(try folder.names() == ["run.sqlite"])
  }

  @Test
  func `a finished run is one file without a log`() throws {
    try finishedRun()
    #expect(try folder.names() == ["run.sqlite"])
    #expect(try read(path) { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "delete")
    #expect(try read(path) { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
  }

  @Test
  func `a finished run is kept and named`() throws {
    try finishedRun()
    let before = try bytes()
    let error = try refusal(runs: [.example(layers: 1)])
    #expect(error.exitCode == 73)
    #expect(error.reason.contains("finished") && error.reason.contains("--force"))
    #expect(try bytes() == before)
  }

  @Test
  func `another run's file is left as it is`() throws {
    try finishedRun()
    let before = try bytes()
    let error = try refusal(runs: [.example(layers: 1, contentID: 99)])
    #expect(error.exitCode == 73)
    #expect(error.reason.contains("0123456789abcdef"))
    #expect(try bytes() == before)
  }

  @Test(arguments: ["version", "record_level", "layers"])
  func `an unfinished run is not continued with another setting`(column: String) throws {
    let database = try RunDatabase.open(path, runs: [.example()])
    try database.begin()
    try database.close()
    var other = RunDescription.example()
    switch column {
    case "version": other.version = "2.0"
    case "record_level": other.recordLevel = .summary
    default: other.layers = 4
    }
    let error = try refusal(runs: [other])
    #expect(error.exitCode == 73)
    #expect(error.reason.contains(column))
  }

  @Test(arguments: ["text", "", "SQLite format 3"])
  func `a file that is no database is left as it is, unless forced`(content: String) throws {
    try Data(content.utf8).write(to: URL(fileURLWithPath: path))
    let error = try refusal()
    #expect(error.exitCode == 73)
    #expect(error.reason.contains("not an SQLite database"))
    #expect(try bytes() == Data(content.utf8))
    try replace()
    #expect(try read(path) { try String.fetchOne($0, sql: "SELECT status FROM run") } == "finished")
  }

  @Test
  func `a database of another program is left as it is`() throws {
    let queue = try DatabaseQueue(path: path)
    try queue.write { try $0.execute(sql: "CREATE TABLE run (a); INSERT INTO run VALUES (1)") }
    try queue.close()
    let before = try bytes()
    let error = try refusal()
    #expect(error.exitCode == 73)
    #expect(error.reason.contains("another program"))
    #expect(try bytes() == before)
    #expect(try folder.names() == ["run.sqlite"])
  }

  @Test
  func `a database of another version of the schema is left as it is`() throws {
    try finishedRun()
    let queue = try DatabaseQueue(path: path)
    try queue.write { try $0.execute(sql: "PRAGMA user_version = 999") }
    try queue.close()
    #expect(try refusal().reason.contains("schema 999"))
  }

  @Test
  func `a damaged database is left as it is`() throws {
    try finishedRun()
    var damaged = try bytes()
    damaged.replaceSubrange(100..<4096, with: Data(repeating: 0x5a, count: 3996))
    try damaged.write(to: URL(fileURLWithPath: path))
    let error = try refusal(runs: [.example(layers: 1)])
    #expect(error.exitCode == 73)
    #expect(error.reason.contains("damaged"))
  }

  private func replace() throws {
    let database = try RunDatabase.open(path, runs: [.example(layers: 1)], existing: .replace)
    try database.write(ExampleLayer(0), at: 0)
    try database.finish()
  }

  @Test
  func `a file that is to be replaced stays until the first layer is there`() throws {
    try finishedRun(.example(layers: 1, contentID: 99))
    let before = try bytes()
    let database = try RunDatabase.open(path, runs: [.example(layers: 1)], existing: .replace)
    #expect(try bytes() == before)
    try database.fail("no such pattern")
    #expect(try bytes() == before)
    try replace()
    let identifier = try read(path) { try String.fetchOne($0, sql: "SELECT content_id FROM run") }
    #expect(identifier == "0123456789abcdef")
    #expect(try folder.names() == ["run.sqlite"])
  }

  @Test(arguments: [true, false])
  func `a log that a killed run left behind does not reach the file that takes its place`(isFileLeft: Bool) throws {
    let killed = try RunDatabase.open(folder.path("killed.sqlite"), runs: [.example(layers: 3, contentID: 99)])
    for index in 0...2 { try killed.write(ExampleLayer(index, seed: 9), at: index) }
    for suffix in isFileLeft ? ["", "-wal"] : ["-wal"] {
      try FileManager.default.copyItem(atPath: folder.path("killed.sqlite") + suffix, toPath: path + suffix)
    }
    try replace()
    try killed.close()
    let rows = try read(path) { try String.fetchAll($0, sql: "SELECT content_id || layer FROM run, layer_summary") }
    #expect(rows == ["0123456789abcdeflayer0"])
    #expect(try read(path) { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
  }

  @Test
  func `a file that somebody else makes meanwhile is left as it is`() throws {
    let database = try RunDatabase.open(path, runs: [.example()])
    try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
    let error = try #require(throws: RecordingError.self) { try database.write(ExampleLayer(0), at: 0) }
    #expect(error.exitCode == 73)
    #expect(try bytes() == Data("mine".utf8))
    #expect(try folder.names() == ["run.sqlite"])
  }

  @Test
  func `a folder that cannot be written is refused before the run`() throws {
    try Data().write(to: URL(fileURLWithPath: folder.path("file")))
    for path in [folder.path("missing/run.sqlite"), folder.path("file/run.sqlite"), folder.url.path] {
      #expect(try refusal(path).exitCode == 73)
    }
    #expect(try refusal(folder.url.path, existing: .replace).reason.contains("directory"))
  }

  @Test
  func `a full disk ends the run and keeps the layers before`() throws {
    let database = try RunDatabase.open(path, runs: [.example()])
    try database.write(ExampleLayer(0), at: 0)
    // SQLite's own limit on the size of the file stands for the disk's.
    try database.connection?.write { database in
      let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
      try database.execute(sql: "PRAGMA max_page_count = \(pages + 1)")
    }
    let large = ExampleLayer(1, cycles: 50_000, longestSpan: 3)
    let error = try #require(throws: RecordingError.self) { try database.write(large, at: 1) }
    #expect(error.exitCode == 74)
    #expect(error.description == "\(path): cannot be written: database or disk is full")
    #expect(database.completedLayers() == [0])
    try database.fail(error.reason)
    #expect(try read(path) { try String.fetchAll($0, sql: "SELECT layer FROM layer_summary") } == ["layer0"])
    #expect(try read(path) { try String.fetchOne($0, sql: "SELECT status FROM run") } == "failed")
  }

  @Test
  func `a seed that the file cannot hold is refused`() throws {
    var run = RunDescription.example()
    run.seed = UInt64(Int64.max) + 1
    let error = try refusal(runs: [run])
    #expect(error.exitCode == 64)
    #expect(error.reason.contains("9223372036854775808"))
  }
}
