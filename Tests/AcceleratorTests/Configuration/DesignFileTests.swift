// SPDX-License-Identifier: Apache-2.0
import Accelerators
import Foundation
import Testing

@Suite struct `A design file` {
  @Test func `that states nothing gives the defaults`() throws {
    let values = try SampleDesign.values()
    #expect(values.text("dram.model") == "ideal")
    #expect(values.integer("glb.data_bytes") == 262_144)
    #expect(values.number("dram.bytes_per_cycle") == 32)
    #expect(values.optionalNumber("dram.read_bytes_per_cycle") == nil)
    #expect(values.boolean("glb.gated"))
    #expect(values.origin(of: "clock_ghz") == .defaultValue)
    #expect(values.name == "sample")
  }

  @Test func `overrides a default and remembers the line`() throws {
    let values = try SampleDesign.values("glb:", "  data_bytes: 4096 # small", "  gated: false", "clock_ghz: 2.5e-1")
    #expect(values.integer("glb.data_bytes") == 4096)
    #expect(!values.boolean("glb.gated"))
    #expect(values.number("clock_ghz") == 0.25)
    #expect(values.origin(of: "glb.data_bytes") == .file(path: "folder/sample.yaml", line: 5, column: 15))
    #expect(values.origin(of: "glb.banks") == .defaultValue)
  }

  @Test func `may write a dotted key for a nested one`() throws {
    let dotted = try SampleDesign.values("glb.data_bytes: 4096")
    let nested = try SampleDesign.values("glb: {data_bytes: 4096}")
    #expect(dotted == nested)
  }

  @Test func `may clear an optional parameter`() throws {
    let values = try SampleDesign.values("dram.read_bytes_per_cycle: 16")
    #expect(values.optionalNumber("dram.read_bytes_per_cycle") == 16)
    let cleared = try values.applying(overrides: ["dram.read_bytes_per_cycle=unset"])
    #expect(cleared.optionalNumber("dram.read_bytes_per_cycle") == nil)
  }

  struct Mistake: CustomTestStringConvertible, Sendable {
    let lines: [String]
    /// What the message must contain.
    let parts: [String]

    init(_ lines: String..., names parts: [String]) {
      self.lines = lines
      self.parts = parts
    }

    var testDescription: String { lines.joined(separator: " | ") }
  }

  @Test(arguments: [
    Mistake(
      "glb:", "  data_bytes: 100",
      names: [":5:15:", "glb.data_bytes", "100", "multiple of 64", "from 64 to 1073741824", "in bytes"]),
    Mistake("glb.banks: 3", names: [":4:12:", "glb.banks", "3 is not a power of two", "from 1 to 64"]),
    Mistake("glb.banks: 128", names: ["glb.banks", "128 is out of range", "from 1 to 64"]),
    Mistake("glb.banks: -2", names: ["-2 is not a power of two"]),
    Mistake("glb.banks: 99999999999999999999", names: ["99999999999999999999 is out of range"]),
    Mistake("glb:", "  bank: 2", names: [":5:9:", "glb.bank:", "did you mean 'glb.banks'?"]),
    Mistake("data_bytes: 64", names: ["data_bytes", "did you mean 'glb.data_bytes'?"]),
    Mistake("frobnicate: 64", names: ["frobnicate", "no parameter of Sample", "allowed: dram.model"]),
    Mistake("glb: 64", names: ["glb:", "group", "glb.data_bytes, glb.banks"]),
    Mistake("glb:", names: ["glb:", "group"]),
    Mistake("clock_ghz:", "  core: 1", names: ["clock_ghz.core", "no parameter"]),
    Mistake("clock_ghz: 0", names: ["clock_ghz", "0 is out of range", "from 0.001 to 10, in GHz"]),
    Mistake("clock_ghz: fast", names: ["fast is not a decimal number"]),
    Mistake("clock_ghz:", names: ["clock_ghz", "there is no value"]),
    Mistake("clock_ghz: [1, 2]", names: ["clock_ghz", "list"]),
    Mistake("dram.model: idael", names: ["dram.model", "idael", "did you mean 'ideal'?", "ideal or timed"]),
    Mistake(
      "glb.gated: yes", names: ["glb.gated", "yes is not a truth value", "did you mean 'true'?", "true or false"]),
    Mistake("glb.gated: \"true\"", names: ["quoted"]),
    Mistake("patterns.a: dense", names: ["patterns.a", "dense has no rule", "such as C0(2:4)"]),
    Mistake("patterns.a: \"C0(2:4)\\nC0(2:4)\"", names: ["patterns.a", "line breaks"]),
    Mistake("dram.model: timed", "dram.bytes_per_cycle: 8", names: [":5:23:", "only where dram.model is ideal"]),
    Mistake("glb: {data_bytes: 64, banks: 4}", names: [":4:", "glb.data_bytes, glb.banks", "64 bytes are less"]),
    Mistake("glb:", "  banks: 2", "glb.banks: 4", names: [":6:12:", "glb.banks", "already stated on line 5"]),
    Mistake("glb:", "  banks: 2", "  banks: 4", names: ["banks", "more than once"]),
    Mistake("glb: &x {banks: 2}", names: ["anchor"]),
    Mistake("glb.banks: !!int 2", names: ["tag"]),
    Mistake("---", "glb.banks: 2", names: [":4:", "document"]),
    Mistake("glb.banks: \"2", names: ["not YAML"]),
    Mistake("\tglb.banks: 2", names: [":4:", "not YAML"]),
    Mistake("? {a: b}", ": 2", names: ["key is not a name"]),
  ])
  func `with a mistake is refused by name and place`(_ mistake: Mistake) throws {
    let error = try configurationError {
      let file = try DesignFile(text: SampleDesign.text(mistake.lines), path: "folder/sample.yaml")
      _ = try file.values(among: [SampleDesign.schema()])
    }
    #expect(error.exitCode == 65)
    #expect(error.description.hasPrefix("folder/sample.yaml:"))
    #expect(!error.description.contains("\n"))
    for part in mistake.parts { #expect(error.description.contains(part)) }
  }

  @Test(arguments: [
    "0x10", "010", "1_024", "1:30", "+2", "2.0", "2e0", "0b10", "0o2", ".5", "2.", "1e", "--1", "1 2", "٢", "１",
    "true", "~", "null", ".inf", ".nan", "inf", "nan", "0x1p4", "unset",
  ])
  func `takes no number in another notation for an integer`(_ text: String) throws {
    let error = try configurationError { _ = try SampleDesign.values("glb.banks: \(text)") }
    #expect(error.field == "glb.banks")
  }

  @Test(arguments: ["0x1", "01", "1_0", "1:30", "+1", ".5", "1.", "1e", ".inf", ".nan", "inf", "nan", "1e400", "0x1p0"])
  func `takes no number in another notation for a decimal`(_ text: String) throws {
    let error = try configurationError { _ = try SampleDesign.values("clock_ghz: \(text)") }
    #expect(error.field == "clock_ghz")
  }

  @Test(arguments: [
    ("", "empty"), ("# nothing\n", "empty"), ("- 1\n", "not a mapping"), ("name: x\ndesign: Sample\n", "hssim_design"),
    ("hssim_design: 2\nname: x\ndesign: Sample\n", "version 2 is not known"),
    ("hssim_desing: 1\nname: x\ndesign: Sample\n", "hssim_desing looks like it"),
    ("hssim_design: 1\ndesign: Sample\n", "name is missing"), ("hssim_design: 1\nname: x\n", "design is missing"),
    ("hssim_design: 1\nname: a b\ndesign: Sample\n", "a b is not a name"),
    ("hssim_design: 1\nname: x\ndesign: Samples\n", "did you mean 'Sample'?"),
  ])
  func `needs its header`(_ text: String, _ part: String) throws {
    let error = try configurationError {
      _ = try DesignFile(text: text, path: "x.yaml").values(among: [SampleDesign.schema()])
    }
    #expect(error.exitCode == 65)
    #expect(error.description.contains(part))
  }

  @Test func `that is missing, a directory, too long or not text is refused`() throws {
    try withTemporaryFolder { folder in
      let missing = try configurationError { _ = try DesignFile(path: folder + "/none.yaml") }
      #expect(missing.exitCode == 66 && missing.description.contains("none.yaml: there is no such file"))
      let directory = try configurationError { _ = try DesignFile(path: folder) }
      #expect(directory.exitCode == 66)
      try Data([0x6e, 0xff, 0xfe]).write(to: URL(fileURLWithPath: folder + "/binary.yaml"))
      let binary = try configurationError { _ = try DesignFile(path: folder + "/binary.yaml") }
      #expect(binary.exitCode == 65 && binary.description.contains("UTF-8"))
      try Data(repeating: UInt8(ascii: "#"), count: 100_000).write(to: URL(fileURLWithPath: folder + "/long.yaml"))
      let long = try configurationError { _ = try DesignFile(path: folder + "/long.yaml") }
      #expect(long.exitCode == 65 && long.description.contains("more than 65536 bytes"))
    }
  }

  @Test func `may start with a byte order mark and end lines as other systems do`() throws {
    let text = "\u{FEFF}" + SampleDesign.text(["glb.banks: 4"]).replacingOccurrences(of: "\n", with: "\r\n")
    let values = try DesignFile(text: text, path: "x.yaml").values(among: [SampleDesign.schema()])
    #expect(values.integer("glb.banks") == 4)
  }
}
