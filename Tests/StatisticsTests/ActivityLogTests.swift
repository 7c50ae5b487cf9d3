// SPDX-License-Identifier: Apache-2.0
import Statistics
import Testing

/// Spans as they are kept, against a list of them.
@Suite struct ActivityLogTests {
  /// Spans of a few components, side by side, as a simulation closes them.
  private func spans(seed: UInt64, longest: Int64) -> [ActivitySpan] {
    var state = seed
    func random(below limit: Int64) -> Int64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int64(state >> 33) % limit
    }
    var ends: [Int64] = [0, 0, 0]
    return (0..<300).map { _ in
      let component = Int(random(below: 3))
      let activity = ActivityKind.allCases[Int(random(below: 4))]
      let span = ActivitySpan(
        component: Int32(component), link: Int32(random(below: 200_000)) - 1, activity: activity,
        start: ends[component], cycles: 1 + random(below: longest))
      ends[component] += span.cycles
      return span
    }
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `spans come back by component and time`(seed: UInt64) {
    let spans = spans(seed: seed, longest: 4096)
    var log = ActivityLog()
    #expect(log.isEmpty)
    for span in spans { log.append(span) }
    #expect(!log.isEmpty)
    #expect(Array(log) == spans.sorted { ($0.component, $0.start) < ($1.component, $1.start) })
    #expect(log.entries(of: 1).map(\.cycles) == spans.filter { $0.component == 1 }.map(\.cycles))
    #expect(log.entries(of: 7).isEmpty)
  }

  @Test(arguments: [4096, 4097, 8192, 8193, 100_000] as [Int64])
  func `a long span is kept as several without a gap`(cycles: Int64) {
    var log = ActivityLog()
    log.append(ActivitySpan(component: 0, link: 3, activity: .starved, start: 0, cycles: cycles))
    var end: Int64 = 0
    for span in log {
      #expect(span.start == end && span.cycles <= ActivityLog.longestSpan && span.cycles > 0)
      #expect(span.activity == .starved && span.link == 3)
      end += span.cycles
    }
    #expect(end == cycles)
    #expect(Array(log).count == (Int(cycles) + 4095) / 4096)
  }

  @Test(arguments: [0, 1, 50, 299, 300])
  func `what was noted behind a mark is forgotten`(count: Int) {
    let spans = spans(seed: 9, longest: 9000)
    var expected = ActivityLog()
    for span in spans[..<count] { expected.append(span) }
    var log = expected
    let mark = log.mark
    for span in spans[count...] { log.append(span) }
    let whole = log
    log.rewind(to: mark)
    #expect(Array(log) == Array(expected))
    for span in spans[count...] { log.append(span) }
    #expect(log == whole)
  }
}

@Suite struct TextTableTests {
  @Test func `equal texts have one index, in the order in which they came`() {
    var table = TextTable()
    var known: [String] = []
    for number in 0..<5000 {
      let text = number % 7 == 0 ? "" : "column \(number * number % 911), flags \(number % 3)"
      let index = table.index(of: Array(text.utf8))
      if let first = known.firstIndex(of: text) {
        #expect(index == first)
      } else {
        #expect(index == known.count)
        known.append(text)
      }
    }
    #expect(table.count == known.count)
    #expect(known.count > 500)
    #expect(known.indices.allSatisfy { table[$0] == known[$0] })
  }
}
