// SPDX-License-Identifier: Apache-2.0

import Sparsity
import Testing

struct PatternTests {
  @Test(arguments: [
    ("RS->C1(4:6)->C0(2:4)", "RS->C1(4:6)->C0(2:4)"),
    (" RS → C1 ( 4 : 6 )⟶C0(2:4)  ", "RS->C1(4:6)->C0(2:4)"),
    ("RS->C2->C1(3:4)->C0(2:4)", "RS->C2->C1(3:4)->C0(2:4)"),
    ("C->RS(2:4)", "C->RS(2:4)"),
    ("C(unstructured)->R->S", "C(unstructured)->R->S"),
    ("C(unstructured)", "C(unstructured)"),
    ("CRS( unstructured )", "CRS(unstructured)"),
    ("C1(dense)->C0(2:4)", "C1->C0(2:4)"),
    ("C1(unstructured)->C0(2:4)", "C1(unstructured)->C0(2:4)"),
    ("3:4->2:4", "C1(3:4)->C0(2:4)"),
    ("2:4", "C0(2:4)"),
    ("1:2 -> 3:4 -> 2:4", "C2(1:2)->C1(3:4)->C0(2:4)"),
    ("dense", "dense"),
    ("RS->C", "RS->C"),
  ])
  func `each notation is read and printed in the canonical one`(text: String, canonical: String) throws {
    let pattern = try Pattern(text)
    #expect(pattern.description == canonical)
    #expect(try Pattern(canonical) == pattern)
  }

  @Test func `what is printed reads back as an equal pattern`() throws {
    var random = SplitMix64(seed: 1)
    for _ in 0..<2000 {
      let pattern = random.pattern(ranks: 4, maximumH: 40)
      let text = pattern.description
      #expect(try Pattern(text) == pattern)
      let spaced = text.map { "\($0)" }.joined(separator: text.contains("-") || text == "dense" ? "" : " ")
      if pattern.ranks.allSatisfy({ $0.name.count == 1 && $0.rule != .unstructured }) {
        #expect(try Pattern(spaced) == pattern)
      }
      #expect(try Pattern(text.split(separator: "->").joined(separator: " \u{2192}\t")) == pattern)
    }
  }

  @Test(arguments: [
    ("", 0, ""), ("2:", 2, ""), ("2", 1, ""), ("5:4", 0, "5"), ("0:4", 0, "0"), ("2:4097", 2, "4097"),
    ("2:4->", 5, ""), ("2:4 3:4", 4, "3"), ("C0(2:4", 6, ""), ("C0(2-4)", 4, "-"), ("C0(2;4)", 4, ";"),
    ("C0(two)", 3, "two"), ("C0(2:4)->C0(2:4)", 9, "C0"), ("C1(2:4)->C2(2:4)", 9, "C2"),
    ("C1(2:4)->K0(2:4)", 9, "K0"), ("C2(2:4)->C0(2:4)", 9, "C0"), ("C1(2:4)->C0", 9, "C0"), ("C2(2:4)", 0, "C2"),
    ("C(2:4)->R->S", 8, "R"), ("C01(2:4)", 0, "C01"), ("unstructured", 0, "unstructured"), ("dense->C", 5, "->"),
    ("2:4->dense", 5, "dense"), ("4096:4096->4096:4096->2:4", 22, "2"), ("C0()", 3, ")"),
    ("99999999999999999999:4", 0, "99999999999999999999"), ("-2:4", 0, "-"), ("C0(2:4)x", 7, "x"),
  ])
  func `a text that is no pattern is refused with position and offending text`(
    text: String, position: Int, offending: String
  ) throws {
    let error = try #require(throws: PatternError.self) { try Pattern(text) }
    #expect(error.position == position)
    #expect(error.offending == offending)
    #expect(!error.allowed.isEmpty)
    #expect(error.description.hasPrefix("pattern '\(text)'"))
  }

  @Test func `ranks that make no pattern are refused when built from values too`() throws {
    let error = try #require(throws: PatternError.self) {
      try Pattern(ranks: [Pattern.Rank("RS"), Pattern.Rank("C1", .structured(GH(2, 4)))])
    }
    #expect(error.text == "RS->C1(2:4)")
    #expect(error.position == 4)
    #expect(error.offending == "C1(2:4)")
  }

  @Test(arguments: [
    ("3:4->2:4", 3, 8, 16), ("4:5->2:4", 2, 5, 20), ("4:6->1:4", 1, 6, 24), ("dense", 1, 1, 1), ("4:4->2:2", 1, 1, 8),
    ("C(unstructured)", 1, 1, 1), ("RS->C2->C1(3:4)->C0(2:4)", 3, 8, 16), ("1:2->1:2->1:2", 1, 8, 8),
  ])
  func `density is exact and the period is the product of H`(
    text: String, numerator: Int, denominator: Int, period: Int
  ) throws {
    let pattern = try Pattern(text)
    #expect(pattern.density == Ratio(numerator, denominator))
    #expect(pattern.density.value == Double(numerator) / Double(denominator))
    #expect(pattern.period == period)
  }

  @Test func `structured ranks run from the highest to rank 0`() throws {
    let pattern = try Pattern("RS->C2->C1(3:5)->C0(2:4)")
    #expect(pattern.structuredRanks == [GH(3, 5), GH(2, 4)])
    #expect(pattern.rule(ofRank: 0) == GH(2, 4))
    #expect(pattern.rule(ofRank: 1) == GH(3, 5))
    #expect((0...2).map(pattern.blockSize(ofRank:)) == [1, 4, 20])
  }

  @Test func `the limits of G and H are exact`() {
    #expect(GH(checking: 0, 4) == nil)
    #expect(GH(checking: 5, 4) == nil)
    #expect(GH(checking: 4096, 4096) != nil)
    #expect(GH(checking: 1, 4097) == nil)
  }
}
