// SPDX-License-Identifier: Apache-2.0
import Accelerators
import Sparsity
import Testing

@Suite struct `The resolved text` {
  @Test func `spells out every parameter with unit and origin`() throws {
    let values = try SampleDesign.values("glb.banks: 4").applying(overrides: ["clock_ghz=0.5"])
    #expect(
      values.resolvedText() == """
        # Fully resolved: every parameter with its unit and where its value was stated.
        hssim_design: 1
        name: "sample"
        design: "Sample"
        dram:
          model: ideal  # default
          bytes_per_cycle: 32  # bytes/cycle; default
          read_bytes_per_cycle: unset  # bytes/cycle; default
          # timing:
            # part: applies only where dram.model is timed
        glb:
          data_bytes: 262144  # bytes; default
          banks: 4  # banks; sample.yaml:4
          gated: true  # default
        patterns:
          a: "C1(4:{4<=H<=8})->C0(2:{2<=H<=4})"  # default
        clock_ghz: 0.5  # GHz; --set

        """)
  }

  @Test(arguments: 0..<300)
  func `is a design file of the same values`(_ seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    let schema = try SampleDesign.schema()
    let values = try randomValues(schema, &random)
    for annotated in [true, false] {
      let text = values.resolvedText(annotated: annotated)
      let again = try DesignFile(text: text, path: "again.yaml").values(among: [schema])
      #expect(again == values)
      #expect(again.resolvedText(annotated: false) == values.resolvedText(annotated: false))
    }
  }

  @Test func `without notes depends on the values alone`() throws {
    let byFile = try SampleDesign.values("glb.banks: 4", "clock_ghz: 1.0")
    let byOverride = try SampleDesign.values().applying(overrides: ["glb.banks=4"])
    #expect(byFile.resolvedText(annotated: false) == byOverride.resolvedText(annotated: false))
    #expect(byFile == byOverride)
    #expect(byFile != (try SampleDesign.values()))
  }

  @Test func `keeps a hostile file name within its comment`() throws {
    let schema = try SampleDesign.schema()
    let file = try DesignFile(
      text: SampleDesign.text(["glb.banks: 4"]), path: "/some/where/a\nglb.gated: false # .yaml")
    let values = try file.values(among: [schema])
    let again = try DesignFile(text: values.resolvedText(), path: "again.yaml").values(among: [schema])
    #expect(again == values)
    #expect(!values.resolvedText().contains("/some/where"))
  }

  /// Values drawn by writing a random design file; texts are drawn from all that a text parameter allows.
  private func randomValues(_ schema: ParameterSchema, _ random: inout SplitMix64) throws -> ParameterValues {
    var overrides: [String] = []
    let isTimed = Bool.random(using: &random)
    overrides.append("dram.model=\(isTimed ? "timed" : "ideal")")
    if isTimed {
      overrides.append("dram.timing.part=\(randomText(&random))")
    } else {
      overrides.append("dram.bytes_per_cycle=\(Double.random(in: 0.125...4096, using: &random))")
      if Bool.random(using: &random) { overrides.append("dram.read_bytes_per_cycle=1e-0") }
    }
    overrides.append("glb.data_bytes=\(64 * Int.random(in: 64...1 << 24, using: &random))")
    overrides.append("glb.banks=\(1 << Int.random(in: 0...6, using: &random))")
    overrides.append("glb.gated=\(Bool.random(using: &random))")
    overrides.append("patterns.a=(\(randomText(&random)))")
    overrides.append("clock_ghz=\(Double.random(in: 0.001...10, using: &random))")
    return try ParameterValues(defaultsOf: schema, name: "random").applying(
      overrides: overrides.shuffled(using: &random))
  }

  private func randomText(_ random: inout SplitMix64) -> String {
    let words = [
      "true", "no", "unset", "null", "~", "1:30", "0x1f", "\"", "\\", "\\n", "'", "# x", ": ", " ", "&a",
      "*a", "!t", "%", "@", "`", "- ", "→", "é", "e\u{301}", "🙂", "中", "{", "]", ",", "|", ">", "?", "2", "Ж",
    ]
    return (0..<Int.random(in: 0...4, using: &random)).map { _ in words.randomElement(using: &random)! }.joined() + "x"
  }
}

@Suite struct `The description of a design` {
  @Test func `is a table with a line for each parameter`() throws {
    let schema = try SampleDesign.schema()
    let lines = try SampleDesign.values("glb.banks: 4").describe().split(separator: "\n")
    #expect(lines.count == schema.parameters.count + 1)
    #expect(lines[0].hasPrefix("key "))
    let column = try #require(lines[0].range(of: "value")).lowerBound
    for (line, parameter) in zip(lines.dropFirst(), schema.parameters) {
      #expect(line.hasPrefix(parameter.key + " "))
      #expect(line.hasSuffix(parameter.meaning))
      let offset = lines[0].distance(from: lines[0].startIndex, to: column)
      #expect(line.dropFirst(offset - 2).hasPrefix("  "))
    }
    #expect(lines.contains { $0.contains("4 ") && $0.contains("sample.yaml:4") && $0.contains("artifact") })
    #expect(lines.contains { $0.contains("assumption: cheap") })
    #expect(lines.contains { $0.contains("dram.timing.part") && $0.contains("(does not apply)") })
  }
}
