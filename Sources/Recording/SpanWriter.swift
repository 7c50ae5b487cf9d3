// SPDX-License-Identifier: Apache-2.0

import GRDB
import Statistics

/// Writes the spans of a layer, split to the longest that is stored, and the windows that they add up to.
struct SpanWriter {
  let layerID: Int64
  let statistics: LayerStatistics

  func write(to database: Database) throws {
    guard !statistics.spans.isEmpty else { return }
    var spans = try IntegerInsertion(into: ActivitySchema.storedSpan, in: database)
    var windows = try IntegerInsertion(into: ActivitySchema.storedWindow, in: database)
    let order = SpanOrder(statistics)
    for (index, component) in statistics.components.enumerated() {
      var cursor: Int64 = 0
      var totals = UtilizationWindows(cycles: component.cycles)
      for position in order.positions(of: index) {
        let span = statistics.spans[position]
        precondition(span.start == cursor, "The spans of a component overlap or leave a gap.")
        try append(span, to: &spans)
        totals.add(span)
        cursor += span.cycles
      }
      guard cursor > 0 else { continue }
      precondition(cursor == component.cycles, "The spans of a component do not reach the end of the layer.")
      for window in totals.windows {
        windows.append(layerID)
        windows.append(Int64(index))
        windows.append(window.start)
        windows.append(window.busyCycles)
        windows.append(window.starvedCycles)
        windows.append(window.backpressuredCycles)
        try windows.endRow()
      }
    }
    try windows.flush()
    try spans.flush()
  }

  private func append(_ span: ActivitySpan, to spans: inout IntegerInsertion) throws {
    var start = span.start
    let end = span.start + span.cycles
    while start < end {
      let cycles = min(end - start, ActivitySchema.longestSpan)
      spans.append(layerID)
      spans.append(Int64(span.component))
      spans.append(start)
      spans.append(cycles)
      spans.append(Int64(span.activity.rawValue))
      spans.append(span.link < 0 ? IntegerInsertion.none : Int64(span.link))
      try spans.endRow()
      start += cycles
    }
  }
}

/// The positions of a layer's spans, by component: the order in which they are stored.
///
/// Spans come in the order in which they closed, which is each component's own order already; one counting pass sorts
/// them. Complexity: O(spans + components).
struct SpanOrder {
  private let sorted: [Int]
  /// Where each component's positions begin in `sorted`, and where the last's end.
  private let begins: [Int]

  init(_ statistics: LayerStatistics) {
    var begins = Array(repeating: 0, count: statistics.components.count + 1)
    for span in statistics.spans { begins[Int(span.component) + 1] += 1 }
    for index in begins.indices.dropFirst() { begins[index] += begins[index - 1] }
    var next = begins
    var sorted = Array(repeating: 0, count: statistics.spans.count)
    for (position, span) in statistics.spans.enumerated() {
      sorted[next[Int(span.component)]] = position
      next[Int(span.component)] += 1
    }
    self.sorted = sorted
    self.begins = begins
  }

  func positions(of component: Int) -> ArraySlice<Int> {
    sorted[begins[component]..<begins[component + 1]]
  }
}
