// SPDX-License-Identifier: Apache-2.0

import GRDB
import Statistics

/// Writes the spans of a layer, many in a row, and the windows that they add up to.
struct SpanWriter {
  /// Spans of a row of `stored_span`, at most.
  private static let spansOfRow = 128

  private let layerID: Int64
  private let statistics: LayerStatistics
  private let symbolRows: Insertion
  private let spanRows: PackedInsertion
  private let windowRows: PackedInsertion

  init(layerID: Int64, statistics: LayerStatistics, database: Database) throws {
    self.layerID = layerID
    self.statistics = statistics
    symbolRows = try Insertion(into: ActivitySchema.storedSymbol, in: database)
    spanRows = try PackedInsertion(into: ActivitySchema.storedSpan, in: database)
    windowRows = try PackedInsertion(into: ActivitySchema.storedWindow, in: database)
  }

  func write() throws {
    for (index, component) in statistics.components.enumerated() {
      let spans = statistics.spans.entries(of: index)
      guard !spans.isEmpty else { continue }
      var symbols = SpanSymbols()
      var windows = UtilizationWindows(cycles: component.cycles)
      for span in spans {
        symbols.enter(span.code)
        windows.add(span.activity, cycles: span.cycles)
      }
      precondition(windows.reached == component.cycles, "The spans of a component do not reach the end of the layer.")
      try write(symbols, of: Int64(index))
      try write(spans, symbols, of: Int64(index))
      try write(windows, of: Int64(index))
    }
  }

  private func write(_ symbols: SpanSymbols, of component: Int64) throws {
    for (symbol, code) in symbols.codes.enumerated() {
      let link = ActivityLog.Entry.link(ofCode: code)
      try symbolRows.insert([
        layerID, component, symbol, ActivityLog.Entry.activity(ofCode: code).name,
        link < 0 ? nil : statistics.links[Int(link)].name,
      ])
    }
  }

  private func write(
    _ spans: ContiguousArray<ActivityLog.Entry>, _ symbols: SpanSymbols, of component: Int64
  ) throws {
    let base = Int64(symbols.codes.count)
    var start: Int64 = 0
    for first in stride(from: 0, to: spans.count, by: Self.spansOfRow) {
      let row = spans[first..<min(first + Self.spansOfRow, spans.count)]
      let cycles = row.reduce(0) { $0 + $1.cycles }
      var offset: Int64 = 0
      let text = PackedNumbers.json(count: row.count) { position in
        let span = row[first + position]
        defer { offset += span.cycles }
        return UInt64(((span.cycles - 1) * cycles + offset) * base + Int64(symbols.symbol(of: span.code)))
      }
      try spanRows.insert(layerID, component, start, cycles, base, text: text)
      start += cycles
    }
  }

  private func write(_ windows: UtilizationWindows, of component: Int64) throws {
    let base = UInt64(ActivitySchema.windowRadix)
    for first in stride(from: 0, to: windows.windows.count, by: ActivitySchema.windowsOfRow) {
      let row = windows.windows[first..<min(first + ActivitySchema.windowsOfRow, windows.windows.count)]
      let text = PackedNumbers.json(count: row.count) { position in
        let window = row[first + position]
        return (UInt64(window.backpressured) * base + UInt64(window.starved)) * base + UInt64(window.busy)
      }
      try windowRows.insert(layerID, component, Int64(first) * ActivitySchema.windowCycles, text: text)
    }
  }
}

/// Numbers what a component did, from 0 in the order in which it first did it.
struct SpanSymbols {
  /// By symbol: what it stands for, as `ActivityLog.Entry.code`.
  private(set) var codes: [Int] = []
  /// By code, its symbol, or -1.
  private var symbols: [Int] = []

  mutating func enter(_ code: Int) {
    guard code >= symbols.count || symbols[code] < 0 else { return }
    while symbols.count <= code { symbols.append(-1) }
    symbols[code] = codes.count
    codes.append(code)
  }

  func symbol(of code: Int) -> Int { symbols[code] }
}
