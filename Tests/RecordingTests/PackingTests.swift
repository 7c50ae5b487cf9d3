// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Statistics
import Testing

@testable import Recording

/// Many values in a row, and what the views make of them.
struct PackingTests {
  @Test
  func `SQLite reads the numbers that were packed`() throws {
    var numbers: [UInt64] = [0, 9, 10, 99, 100, 101, 4095, 1 << 32, UInt64(Int64.max)]
    var power: UInt64 = 1
    for _ in 0..<18 {
      power *= 10
      numbers += [power - 1, power, power + 1]
    }
    let text = PackedNumbers.json(count: numbers.count) { numbers[$0] }
    let read = try DatabaseQueue().read {
      try Int64.fetchAll(
        $0, sql: "SELECT value FROM json_each(?) ORDER BY key", arguments: [String(decoding: text, as: UTF8.self)])
    }
    #expect(read == numbers.map { Int64($0) })
    #expect(String(decoding: PackedNumbers.json(count: 0) { _ in 0 }, as: UTF8.self) == "[]")
    #expect(
      String(decoding: PackedNumbers.json(count: 2) { UInt64.max - UInt64($0) }, as: UTF8.self)
        == "[18446744073709551615,18446744073709551614]")
  }

  @Test
  func `a component that waits for hundreds of links is shown with each of them`() throws {
    let folder = try Folder()
    let path = folder.path("run.sqlite")
    var layer = ExampleLayer(0, cycles: 9000)
    let link = layer.statistics.links[0]
    layer.statistics.links = (0..<300).map { number in
      var copy = link
      copy.name = "A.out\(number)->B.in\(number)"
      return copy
    }
    layer.statistics.spans = ActivityLog()
    var expected: [String] = []
    for (index, component) in layer.statistics.components.enumerated() {
      var start: Int64 = 0
      while start < component.cycles {
        let number = Int(start * 7 % 300)
        let span = ActivitySpan(
          component: Int32(index), link: Int32(number), activity: number % 2 == 0 ? .starved : .backpressured,
          start: start, cycles: min(1 + start % 29, component.cycles - start))
        layer.statistics.spans.append(span)
        expected.append(
          "\(component.name) \(start) \(span.cycles) \(span.activity.name) \(layer.statistics.links[number].name)")
        start += span.cycles
      }
    }
    let database = try RunDatabase.open(path, runs: [.example(layers: 1)])
    try database.write(layer, at: 0)
    try database.finish()
    let shown = try read(path) {
      try String.fetchAll(
        $0,
        sql: "SELECT component || ' ' || start || ' ' || cycles || ' ' || activity || ' ' || link FROM activity_span")
    }
    #expect(shown == expected)
  }

  @Test
  func `messages show what they carried, which is stored once`() throws {
    let folder = try Folder()
    let path = folder.path("run.sqlite")
    var layer = ExampleLayer(0)
    for number in 0..<1000 as Range<Int64> {
      let text = layer.statistics.messages.texts.index(of: Array("column \(number / 5 % 40), flags 'x'".utf8))
      layer.statistics.messages.messages.append(
        MessageRecord(
          number: 77 + number, link: Int(number % 2), ordinal: number / 2, sent: number, arrived: number + 2,
          received: number % 3 == 0 ? nil : number + 3, bytes: 64, cause: number % 4 == 0 ? nil : 76 + number,
          carried: text))
    }
    let database = try RunDatabase.open(path, runs: [.example(layers: 1)])
    try database.write(layer, at: 0)
    try database.finish()
    try read(path) { database in
      #expect(try Int.fetchOne(database, sql: "SELECT count(*) FROM stored_text") == 40)
      let rows = try Row.fetchAll(database, sql: "SELECT * FROM message WHERE layer = 'layer0' ORDER BY message")
      #expect(rows.count == 1000)
      for (row, message) in zip(rows, layer.statistics.messages.messages) {
        #expect(row["message"] == message.number)
        #expect(row["link"] == layer.statistics.links[message.link].name)
        #expect(row["received_cycle"] == message.received)
        #expect(row["cause"] == message.cause)
        #expect(row["carried"] == layer.statistics.messages.texts[message.carried])
      }
    }
  }
}
