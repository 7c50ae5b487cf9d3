// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Workloads

@Suite("YAML")
struct YAMLTests {
  private func mapping(_ text: String, _ keys: String...) throws -> YAMLMapping {
    try YAMLMapping(YAMLDocument(text, path: "t.yaml").root, keys: keys)
  }

  @Test func `values are text until they are asked to be more`() throws {
    let mapping = try mapping(
      "a: yes\nb: 1:30\nc: 0o17\nd: 2001-01-01\ne: '12'\nf: 12\ng: 1e-3\n", "a", "b", "c", "d", "e", "f", "g")
    #expect(try mapping["a"]?.text() == "yes")
    #expect(try mapping["b"]?.text() == "1:30")
    #expect(try mapping["c"]?.text() == "0o17")
    #expect(try mapping["d"]?.text() == "2001-01-01")
    #expect(try mapping["e"]?.text() == "12")
    #expect(try mapping["f"]?.integer(in: 0...100) == 12)
    #expect(try mapping["g"]?.number(in: 0...1) == 0.001)
    #expect(mapping["h"] == nil)
  }

  @Test(arguments: [
    ("a: [1, 2", ":2:1", "is not YAML"), ("a: 'b", ":1:", "is not YAML"), ("a: b: c", ":1:5", "is not YAML"),
    ("\ta: b", ":1:1", "is not YAML"), ("a: b\n--- \nc: d", ":2:1", "another document"),
    ("a: *b", ":1:4", "undefined alias"), ("a: 1\na: 2", ":1:1: a", "more than once"),
    ("a: 1\n'a': 2", ":1:1: a", "more than once"), ("a: \"\\ud800\"", ":1:", "is not YAML"),
    ("a: \u{1}", ":1:", "is not YAML"),
    ("x: 1\ny:\n  a: &b 1", ":3:6: the anchor '&b'", "written out"), ("a: !!binary b", ":1:4: the tag", "without tags"),
    ("? [a]\n: 1", ":1:3", "a key that is no text"),
  ]) func `what is no plain YAML is refused with its place`(text: String, place: String, problem: String) {
    expectError(.content, mentions: "t.yaml\(place)", problem) { try mapping(text, "a", "x", "y") }
  }

  @Test func `a byte order mark is skipped`() throws {
    #expect(try mapping("\u{FEFF}a: b", "a")["a"]?.text() == "b")
  }

  @Test func `a bomb of aliases is refused at once, as a value and as a key`() {
    // Ten levels of ten aliases: 10^10 nodes if they were expanded.
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...10 {
      let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(aliases)]\n"
    }
    expectError(.content, mentions: "t.yaml:3", "no aliases") { try mapping(text) }
    expectError(.content, mentions: "t.yaml:3", "no aliases") { try mapping(text + "? *a10\n: 1\n") }
    // A few aliases get as far as the parser, and are refused there.
    let few = "a: &a [x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n? *c\n: 1\n"
    expectError(.content, mentions: "t.yaml:1:4: the anchor '&a'") { try mapping(few) }
  }

  @Test func `deep nesting is refused, not recursed into without end`() {
    for opening in ["[", "{a: ", "- ", "? "] {
      expectError(.content, mentions: "t.yaml") { try mapping(String(repeating: opening, count: 100_000)) }
    }
    // As deep as the parser goes.
    let deep = String(repeating: "[", count: 900) + String(repeating: "]", count: 900)
    expectError(.content, mentions: "t.yaml:1:1: a list is given") { try mapping(deep) }
  }

  @Test func `a huge file is refused unread`() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/t.yaml"
      try writeAtomically([UInt8](repeating: 0x20, count: YAMLDocument.largestFile + 1), to: path, replacing: false)
      expectError(.content, mentions: "4194305 bytes", "at most 4194304") { try YAMLDocument(path: path) }
      try writeAtomically([0x61, 0xFF], to: path, replacing: true)
      expectError(.content, mentions: "not UTF-8") { try YAMLDocument(path: path) }
    }
  }

  @Test func `the nearest word is suggested, and none if none is near`() {
    #expect(suggestion(for: "wieght", among: ["weights", "activations"]) == "weights")
    #expect(suggestion(for: "CONV2D", among: ["linear", "conv2d"]) == "conv2d")
    #expect(suggestion(for: "banana", among: ["linear", "conv2d"]) == nil)
    #expect(suggestion(for: "", among: ["linear"]) == nil)
    #expect(suggestion(for: String(repeating: "a", count: 1 << 20), among: ["a"]) == nil)
  }

  @Test func `a quoted value is short and printable`() {
    #expect(quoted("a\u{1B}[31m\n") == "'a?[31m?'")
    #expect(quoted(String(repeating: "x", count: 100)) == "'\(String(repeating: "x", count: 60))…'")
    #expect(listed((0..<10).map(String.init)) == "'0', '1', '2', '3', '4', '5', '6', '7' and 2 more")
    #expect(listed([]) == "none")
  }
}
