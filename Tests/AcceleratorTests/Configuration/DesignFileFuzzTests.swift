// SPDX-License-Identifier: Apache-2.0
import Sparsity
import Testing

@testable import Accelerators

/// Random text must be read or refused with a message; it must neither trap nor take long.
@Suite(.timeLimit(.minutes(2))) struct `Reading a random design file` {
  private static let seed = SampleDesign.text([
    "# a comment & more", "dram:", "  model: ideal  # ideal, timed", "  bytes_per_cycle: 3.5", "glb: {banks: 4}",
    "patterns:", "  a: \"C1(4:{4<=H<=8})->C0(2:{2<=H<=4})\"", "clock_ghz: 1", "description: |", "  two", "  lines",
  ])

  private static let fragments = [
    "\n", "\n  ", "\n\n", " ", "\t", ":", ": ", "- ", "? ", "[", "]", "{", "}", ",", "&a ", "*a", "!!int ", "! ",
    "!<x> ",
    "|", ">", "|-\n", "\"", "'", "#", " #", "%YAML 1.1\n", "%TAG ! tag:x,2000:\n", "---\n", "...\n", "@", "`", "\\",
    "\0",
    "\u{FEFF}", "\u{85}", "\u{2028}", "é", "🙂", "<<: ", "~", "null", "0", "9999999999999999999999", "1e999", "-",
    "glb:", "dram:", "name: ", "design: ", "hssim_design: 1\n", "unset",
  ]

  @Test(arguments: 0..<40)
  func `ends in values or in a message`(_ seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    let schema = try SampleDesign.schema()
    let accepted = (0..<50).count { _ in read(mutated(&random), schema) }
    // Were it all or nothing, the mutations would test only one side.
    #expect(accepted > 0 && accepted < 50)
  }

  /// Texts whose reading would explode, or overflow the stack, in a careless reader. The second number of an alias
  /// bomb keeps it within the budget of aliases that the reader allows.
  private static let hostileTexts: [String: String] = {
    func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
    func bomb(_ levels: Int, _ line: (Int, Int) -> String) -> String {
      "a0: &a0 x\n" + (1...levels).map { line($0, $0 - 1) }.joined()
    }
    func asValues(_ this: Int, _ last: Int) -> String { "a\(this): &a\(this) {x: *a\(last), y: *a\(last)}\n" }
    func asKeys(_ this: Int, _ last: Int) -> String { "? &a\(this) {*a\(last) : *a\(last)}\n: x\n" }
    return [
      "bomb of values": bomb(40, asValues), "small bomb of values": bomb(12, asValues),
      "bomb of keys": bomb(40, asKeys), "small bomb of keys": bomb(12, asKeys),
      "brackets": repeated("[", 60_000), "braces": repeated("{", 60_000), "dashes": repeated("- ", 30_000),
      "fewer dashes": repeated("- ", 990) + "x", "question marks": repeated("? ", 30_000),
      "nested keys of much text": repeated("? ", 60) + "\n" + repeated(repeated(" ", 121) + "k: 1\n", 500),
      "nested braces": repeated("{a: ", 15_000), "colons": repeated("a: ", 20_000),
      "deep blocks": (0..<350).map { repeated(" ", $0) + "a:\n" }.joined(),
      "many keys": (0..<6_000).map { "k\($0): 1\n" }.joined(), "long key": repeated("a", 60_000) + ": 1",
      "backslashes": "a: \"" + repeated("\\", 60_000), "empty lines": "a: '" + repeated("\n", 60_000),
      "exclamation marks": repeated("!", 60_000), "anchors": repeated("&a ", 20_000), "percents": repeated("%", 60_000),
    ]
  }()

  @Test(arguments: hostileTexts.keys.sorted())
  func `takes no long time over nesting and aliases`(_ name: String) throws {
    let text = try #require(Self.hostileTexts[name])
    let schema = try SampleDesign.schema()
    read(text, schema)
    read(SampleDesign.text([text]), schema)
  }

  /// Whether the text was a design.
  @discardableResult private func read(_ text: String, _ schema: ParameterSchema) -> Bool {
    do {
      let values = try DesignFile(text: text, path: "fuzz.yaml").values(among: [schema])
      #expect(throws: Never.self) {
        let again = try DesignFile(text: values.resolvedText(), path: "again.yaml").values(among: [schema])
        #expect(again == values)
      }
      return true
    } catch let error as ConfigurationError {
      #expect(error.description.hasPrefix("fuzz.yaml"))
      #expect(!error.description.unicodeScalars.contains { $0.properties.generalCategory == .control })
      #expect(error.description.utf8.count < 4000)
      return false
    } catch {
      Issue.record("not a configuration error: \(error)")
      return false
    }
  }

  private func mutated(_ random: inout SplitMix64) -> String {
    var scalars = Array(Self.seed.unicodeScalars)
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let start = Int.random(in: 0...scalars.count, using: &random)
      let end = min(scalars.count, start + Int.random(in: 0...12, using: &random))
      switch Int.random(in: 0..<4, using: &random) {
      case 0: scalars.removeSubrange(start..<end)
      case 1: scalars.insert(contentsOf: Self.fragments.randomElement(using: &random)!.unicodeScalars, at: start)
      case 2: scalars.insert(contentsOf: scalars[start..<end], at: Int.random(in: 0...scalars.count, using: &random))
      default:
        let fragment = Self.fragments.randomElement(using: &random)!
        scalars.replaceSubrange(start..<end, with: fragment.unicodeScalars)
      }
    }
    return String(String.UnicodeScalarView(scalars))
  }
}

@Suite struct `Near names` {
  @Test(arguments: [("kitten", "sitting", 3), ("ab", "ba", 1), ("", "abc", 3), ("abc", "", 3), ("same", "same", 0)])
  func `are counted in edits`(_ a: String, _ b: String, _ distance: Int) {
    #expect(NearNames.distance(Array(a.unicodeScalars), Array(b.unicodeScalars)) == distance)
    #expect(NearNames.distance(Array(b.unicodeScalars), Array(a.unicodeScalars)) == distance)
  }

  @Test func `come nearest first, at most three`() {
    let names = ["bank", "banks", "branks", "bananas", "tanks", "zebra"]
    #expect(NearNames.suggestions(for: "banks", among: names) == ["banks", "bank", "branks"])
    #expect(NearNames.suggestions(for: "xyzzy", among: names).isEmpty)
  }
}
