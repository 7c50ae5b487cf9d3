// SPDX-License-Identifier: Apache-2.0

import Sparsity
import Testing

struct HardwareRuleTests {
  static let highLightText = "C1(4:{4<=H<=8})->C0(2:{2<=H<=4})"
  let highLight: HardwareRule

  init() throws {
    highLight = try HardwareRule(Self.highLightText)
  }

  @Test func `HighLight supports 15 degrees of 12 densities`() {
    #expect(highLight.degrees.count == 15)
    #expect(Set(highLight.degrees.map(\.density)).count == 12)
    #expect(highLight.degrees.map(\.density).max() == .one)
    #expect(highLight.degrees.map(\.density).min() == Ratio(1, 4))
    #expect(highLight.dense.description == "C1(4:4)->C0(2:2)")
    let expected = (4...8).flatMap { h1 in (2...4).map { h0 in Ratio(8, h1 * h0) } }
    #expect(highLight.degrees.map(\.density) == expected)
    #expect(highLight.degrees.map(\.speedup) == expected.map(\.reciprocal))
    #expect(highLight.rank(1).offsetBits == 3)
    #expect(highLight.rank(0).offsetBits == 2)
  }

  @Test(arguments: [
    (highLightText, highLightText),
    ("C1 (4 : {4≤H≤8}) → C0(2:{ 2 <= H <= 4 })", highLightText),
    ("C0(2:{2,4})", "C0(2:{2,4})"),
    ("C0(2:{4,2,2})", "C0(2:{2,4})"),
    ("C0({1<=G<=8}:8)", "C0({1<=G<=8}:8)"),
    ("C1(2:{2<=H<=4})->C0(2:{2,4})", "C1(2:{2<=H<=4})->C0(2:{2,4})"),
    ("C0(4:4)", "C0(4:4)"),
    ("C1(2:{2,4})->C0(2:{2,4}),period≤8", "C1(2:{2,4})->C0(2:{2,4}), period<=8"),
  ])
  func `a rule is read and printed in canonical notation`(text: String, canonical: String) throws {
    let rule = try HardwareRule(text)
    #expect(rule.description == canonical)
    #expect(try HardwareRule(canonical) == rule)
  }

  @Test func `a limit of the period leaves out the degrees that reach farther`() throws {
    let text = "C2(2:{2<=H<=4})->C1(4:{4<=H<=8})->C0(2:{2<=H<=4})"
    let free = try HardwareRule(text)
    let limited = try HardwareRule("\(text), period<=64")
    #expect(free.degrees.count == 45 && free.longestPeriod == nil)
    #expect(limited.degrees == free.degrees.filter { $0.pattern.period <= 64 })
    #expect(limited.degrees.count == 34 && limited.longestPeriod == 64)
    #expect(limited.dense == free.dense)
    // What does not fit runs as what does.
    #expect(try "\(limited.executedPattern(for: Pattern("2:4->4:8->2:4")))" == "C2(2:2)->C1(4:8)->C0(2:4)")
    #expect(try "\(free.executedPattern(for: Pattern("2:4->4:8->2:4")))" == "C2(2:4)->C1(4:8)->C0(2:4)")
  }

  @Test(arguments: [
    ("", 0), ("C0", 2), ("C0(2:4)", 0), ("C0(2:{4<=H<=2})", 12), ("C0(2:{4<=G<=8})", 9), ("C0(8:{2<=H<=4})", 0),
    ("C0(2:{2<=H<=4})->C1(2:2)", 17), ("C1(4:{4<=H<=8})->C1(2:2)", 17), ("C0(2:{})", 6),
    ("C1({1<=G<=4096}:{1<=H<=4096})->C0(2:2)", 0), ("C1(4:4)->C0(2:{2<=H<=5000})", 21), ("C1(4:4)->C0(2:3)", 9),
    ("C0(2:2),", 8), ("C0(2:2), H<=4", 9), ("C0(2:2), period<=0", 17), ("C0(2:2), period<=2 4", 19),
    ("C0(2:{2,4}), period<=1", 0),
  ])
  func `a text that is no rule is refused with its position`(text: String, position: Int) throws {
    let error = try #require(throws: PatternError.self) { try HardwareRule(text) }
    #expect(error.position == position, "\(error)")
  }

  @Test(arguments: [
    ("2:4", "C1(4:4)->C0(2:4)"), ("1:4", "C1(4:4)->C0(2:4)"), ("C1(2:4)->C0(2:4)", "C1(4:8)->C0(2:4)"),
    ("dense", "C1(4:4)->C0(2:2)"), ("C(unstructured)", "C1(4:4)->C0(2:2)"), ("CRS(unstructured)", "C1(4:4)->C0(2:2)"),
    ("4:4->2:2", "C1(4:4)->C0(2:2)"), ("3:4->2:4", "C1(4:4)->C0(2:4)"), ("RS->C1(4:6)->C0(2:4)", "C1(4:6)->C0(2:4)"),
    ("4:4->4:4", "C1(4:4)->C0(2:2)"), ("4:8->4:4", "C1(4:4)->C0(2:2)"), ("4:8->2:2", "C1(4:8)->C0(2:2)"),
    ("1:8", "C1(4:8)->C0(2:4)"), ("1:2", "C1(4:4)->C0(2:4)"), ("4:8", "C1(4:4)->C0(2:2)"),
    ("C1(unstructured)->C0(2:4)", "C1(4:4)->C0(2:4)"), ("1:4096", "C1(4:8)->C0(2:4)"),
    ("K1(4:7)->K0(2:3)", "C1(4:7)->C0(2:3)"),
  ])
  func `a declared pattern runs as the sparsest degree that contains it`(declared: String, executed: String) throws {
    #expect(try highLight.executedPattern(for: Pattern(declared)).description == executed)
  }

  @Test func `every degree runs as itself or as its equal in density`() {
    for degree in highLight.degrees {
      let executed = highLight.executedPattern(for: degree.pattern)
      #expect(executed.density == degree.density)
      #expect(executed.contains(degree.pattern))
    }
  }

  @Test func `no sparser degree contains what is declared`() {
    var random = SplitMix64(seed: 4)
    for _ in 0..<100 {
      let declared = random.pattern(ranks: 3, maximumH: 6)
      let executed = highLight.executedPattern(for: declared)
      #expect(executed.contains(declared))
      for degree in highLight.degrees where degree.density < executed.density {
        #expect(!degree.pattern.contains(declared))
      }
    }
  }
}
