// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Testing

@testable import Recording

/// What is left when a run ends early, and how it goes on.
struct ResumeTests {
  private let folder: Folder
  private let path: String

  init() throws {
    folder = try Folder()
    path = folder.path("run.sqlite")
  }

  private func status(_ path: String) throws -> [String] {
    try read(path) { try String.fetchAll($0, sql: "SELECT status FROM run ORDER BY run_id") }
  }

  @Test
  func `a process that is killed leaves its finished layers readable`() throws {
    let database = try RunDatabase.open(path, runs: [.example()])
    for index in 0...1 { try database.write(ExampleLayer(index), at: index) }
    // What a kill leaves on disk is what is there now: the file and its log, without anything being closed.
    let copy = folder.path("killed.sqlite")
    #expect(FileManager.default.fileExists(atPath: path + "-wal"))
    for suffix in ["", "-wal"] { try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix) }

    #expect(try status(copy) == ["running"])
    let layers = try read(copy) { try String.fetchAll($0, sql: "SELECT layer FROM layer_summary") }
    #expect(layers == ["layer0", "layer1"])
    let resumed = try RunDatabase.open(copy, runs: [.example()])
    #expect(resumed.completedLayers() == [0, 1])
    try resumed.write(ExampleLayer(2), at: 2)
    try resumed.finish()
    try database.write(ExampleLayer(2), at: 2)
    try database.finish()
    #expect(try dump(copy) == dump(path))
  }

  @Test
  func `a log cut in the middle of a layer keeps the layers before it`() throws {
    let database = try RunDatabase.open(path, runs: [.example()])
    try database.write(ExampleLayer(0), at: 0)
    try database.write(ExampleLayer(1), at: 1)
    let copy = folder.path("killed.sqlite")
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    let log = try Data(contentsOf: URL(fileURLWithPath: path + "-wal"))
    try log.prefix(log.count - 1).write(to: URL(fileURLWithPath: copy + "-wal"))
    let resumed = try RunDatabase.open(copy, runs: [.example()])
    #expect(resumed.completedLayers() == [0])
  }

  @Test(arguments: [[0], [1], [2, 0], [0, 1, 2]])
  func `a run that was interrupted ends with the same database as one that was not`(before: [Int]) throws {
    let whole = try RunDatabase.open(folder.path("whole.sqlite"), runs: [.example()])
    for index in 0...2 { try whole.write(ExampleLayer(index), at: index) }
    try whole.finish()

    var first: RunDatabase? = try RunDatabase.open(path, runs: [.example()])
    for index in before { try first?.write(ExampleLayer(index), at: index) }
    first = nil
    #expect(try status(path) == ["running"])
    let second = try RunDatabase.open(path, runs: [.example()])
    #expect(second.completedLayers() == Set(before))
    for index in 0...2 where !second.completedLayers().contains(index) {
      try second.write(ExampleLayer(index), at: index)
    }
    try second.finish()
    #expect(try dump(path) == dump(folder.path("whole.sqlite")))
    #expect(try folder.names() == ["run.sqlite", "whole.sqlite"])
  }

  @Test
  func `a failed run says why and can be taken up again`() throws {
    let database = try RunDatabase.open(path, runs: [.example(layers: 2)])
    try database.write(ExampleLayer(0), at: 0)
    try database.fail("deadlock: VFMU waits for GLB")
    #expect(try folder.names() == ["run.sqlite"])
    #expect(try status(path) == ["failed"])
    let message = try read(path) { try String.fetchOne($0, sql: "SELECT message FROM run") }
    #expect(message == "deadlock: VFMU waits for GLB")

    let resumed = try RunDatabase.open(path, runs: [.example(layers: 2)])
    #expect(resumed.completedLayers() == [0])
    try resumed.write(ExampleLayer(1), at: 1)
    try resumed.finish()
    #expect(try status(path) == ["finished"])
    #expect(try read(path) { try String.fetchAll($0, sql: "SELECT message FROM run WHERE message IS NOT NULL") } == [])
  }

  @Test
  func `a layer that did not verify is simulated again`() throws {
    let database = try RunDatabase.open(path, runs: [.example(layers: 2)])
    try database.write(ExampleLayer(0), at: 0)
    var wrong = ExampleLayer(1)
    wrong.summary.verified = false
    try database.write(wrong, at: 1)
    try database.fail("layer1: Z differs")
    let resumed = try RunDatabase.open(path, runs: [.example(layers: 2)])
    #expect(resumed.completedLayers() == [0])
    let rows = try resumed.connection?.read { database in
      try Schema.layerTables.map {
        try Int.fetchOne(database, sql: "SELECT count(*) FROM \($0.name) WHERE layer_id = 2") ?? -1
      }
    }
    #expect(rows?.count == 15)
    #expect(rows?.allSatisfy { $0 == 0 } == true)
  }

  @Test
  func `a journal that a kill left is rolled back, by who goes on and by who reads`() throws {
    let database = try RunDatabase.open(path, runs: [.example(layers: 2)])
    try database.write(ExampleLayer(0), at: 0)
    try database.close()
    // A transaction so large that it reached the file, as the process would leave it that is killed in it.
    let killed = ["read", "resumed"].map { folder.path("\($0).sqlite") }
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { database in
      try database.execute(
        sql: "PRAGMA cache_size = 1; BEGIN IMMEDIATE; DELETE FROM stored_offset; DELETE FROM stored_layer")
      for copy in killed {
        for suffix in ["", "-journal"] {
          try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
        }
      }
      try database.execute(sql: "ROLLBACK")
    }
    var configuration = Configuration()
    configuration.readonly = true
    #expect(throws: DatabaseError.self) { try DatabaseQueue(path: killed[0], configuration: configuration) }
    #expect(try RecordedRun(path: killed[0]).layers.map(\.layer) == ["layer0"])
    #expect(try RunDatabase.open(killed[1], runs: [.example(layers: 2)]).completedLayers() == [0])
  }

  @Test
  func `of several runs in a file each goes on by itself`() throws {
    let runs: [RunDescription] = [
      .example(layers: 1), .example(layers: 2, contentID: 2, design: "tc"), .example(layers: 1, contentID: 3),
    ]
    let database = try RunDatabase.open(path, runs: runs)
    try database.write(ExampleLayer(1, seed: 3), at: 1, run: 1)
    try database.write(ExampleLayer(0, seed: 2), at: 0, run: 0)
    try database.write(ExampleLayer(0, seed: 3), at: 0, run: 1)
    try database.fail("no such pattern", run: 2)
    try database.finish()
    #expect(try status(path) == ["finished", "finished", "failed"])

    let resumed = try RunDatabase.open(path, runs: runs)
    #expect((0...2).map { resumed.completedLayers(run: $0) } == [[0], [0, 1], []])
    try resumed.write(ExampleLayer(0, seed: 4), at: 0, run: 2)
    try resumed.finish()
    #expect(try status(path) == ["finished", "finished", "finished"])
    let hashes = try read(path) { try String.fetchAll($0, sql: "SELECT event_hash FROM run ORDER BY run_id") }
    #expect(Set(hashes).count == 3)
    let order = try read(path) { try String.fetchAll($0, sql: "SELECT run_id || layer FROM layer_summary") }
    #expect(order == ["1layer0", "2layer0", "2layer1", "3layer0"])
  }

  @Test
  func `a run's hashes are over its layers' hashes in the order of the trace`() throws {
    let database = try RunDatabase.open(path, runs: [.example(layers: 2)])
    let layers = [ExampleLayer(0), ExampleLayer(1)]
    for index in [1, 0] { try database.write(layers[index], at: index) }
    try database.finish()
    var events = StableHash()
    var results = StableHash()
    for layer in layers {
      events.combine(layer.statistics.eventHash)
      results.combine(layer.statistics.resultHash)
    }
    let row = try read(path) { try Row.fetchOne($0, sql: "SELECT event_hash, result_hash FROM run") }
    #expect(row?[0] == events.value.hashText)
    #expect(row?[1] == results.value.hashText)
  }
}
