// SPDX-License-Identifier: Apache-2.0

import Sparsity
import Testing

struct ContainmentTests {
  @Test(arguments: [
    ("2:4", "1:4", true), ("1:4", "2:4", false), ("4:8", "2:4", true), ("2:4", "4:8", false), ("2:4", "2:8", true),
    ("4:4->2:4", "4:8->2:4", true), ("4:8->2:4", "4:4->2:4", false), ("4:8->2:4", "2:4->2:4", true),
    ("4:4->2:4", "2:4", true), ("2:4", "4:4->2:4", true), ("dense", "C(unstructured)", true),
    ("C(unstructured)", "dense", true), ("2:4", "C(unstructured)", false), ("4:4->2:2", "dense", true),
    ("2:4", "dense", false), ("C1(unstructured)->C0(2:4)", "RS->C1(4:4)->C0(2:4)", true), ("4:8->2:2", "1:4", true),
    ("2:3", "2:4", false), ("2:3", "1:4", true), ("1:3", "1:4", false), ("1:2", "1:3", false), ("2:6", "1:3", true),
    ("1:3", "2:6", false),
    ("2:4", "RS->K1(2:4)->K0(2:4)", true),
  ])
  func `known cases`(outer: String, inner: String, expected: Bool) throws {
    #expect(try Pattern(outer).contains(Pattern(inner)) == expected)
  }

  /// Enumerates every vector as long as the least common multiple of both periods.
  @Test func `containment equals brute force over all vectors`() {
    var random = SplitMix64(seed: 2)
    var compared = (contained: 0, not: 0)
    while compared.contained < 120 || compared.not < 120 {
      let (outer, inner) = (random.rules(0...3, maximumH: 4), random.rules(0...3, maximumH: 4))
      let periods = [outer, inner].map { $0.reduce(1) { $0 * $1.h } }
      var length = periods[0]
      while length % periods[1] != 0 { length += periods[0] }
      guard length <= 12 else { continue }
      let expected = (0..<1 << length).allSatisfy { number in
        let vector = bits(number, count: length)
        return !conforms(vector, to: inner) || conforms(vector, to: outer)
      }
      #expect(Pattern(structured: outer).contains(Pattern(structured: inner)) == expected, "\(outer) \(inner)")
      if expected { compared.contained += 1 } else { compared.not += 1 }
    }
  }

  @Test func `containment is reflexive and transitive`() {
    var random = SplitMix64(seed: 3)
    for _ in 0..<300 {
      let patterns = (0..<3).map { _ in Pattern(structured: random.rules(1...2, maximumH: 6)) }
      #expect(patterns[0].contains(patterns[0]))
      if patterns[0].contains(patterns[1]), patterns[1].contains(patterns[2]) {
        #expect(patterns[0].contains(patterns[2]))
      }
    }
  }

  @Test func `beyond the work limit the answer is conservative`() throws {
    let long = try Pattern("4093:4094->4091:4092")
    #expect(long.contains(long))
    #expect(try long.contains(Pattern("4093:4094->4000:4092")))
    // True in fact, but out of reach of an exact search.
    #expect(try !long.contains(Pattern("1:4093->1:4091")))
  }
}
