// SPDX-License-Identifier: Apache-2.0
import Accelerators
import Testing

@Suite struct `An override` {
  @Test func `wins over the file and says so`() throws {
    let values = try SampleDesign.values("glb.banks: 4").applying(overrides: ["glb.banks=8", "patterns.a=C0(2:4)=x"])
    #expect(values.integer("glb.banks") == 8)
    #expect(values.origin(of: "glb.banks") == .override)
    #expect(values.text("patterns.a") == "C0(2:4)=x")
  }

  @Test(arguments: [
    ("glb.banks", ["--set glb.banks:", "there is no =", "key=value"]),
    ("glb.bnaks=4", ["--set glb.bnaks=4:", "glb.bnaks", "did you mean 'glb.banks'?"]),
    ("=4", ["no parameter of Sample", "allowed: dram.model"]),
    ("", ["there is no ="]),
    ("glb=4", ["no parameter"]),
    ("name=x", ["no parameter"]),
    ("glb.banks=", ["glb.banks", "there is no value", "from 1 to 64"]),
    ("glb.banks=3", ["glb.banks", "3 is not a power of two", "from 1 to 64, in banks"]),
    ("glb.banks= 4", ["glb.banks", "plain decimal digits"]),
    ("glb.data_bytes=unset", ["glb.data_bytes", "unset is not an integer"]),
    ("dram.model=Ideal", ["did you mean 'ideal'?"]),
    ("patterns.a=\u{7}(", ["\\u{7}", "control characters"]),
    ("glb.banks=64\n", ["\\u{a}"]),
  ])
  func `with a mistake is wrong usage`(_ text: String, _ parts: [String]) throws {
    let values = try SampleDesign.values()
    let error = try configurationError { _ = try values.applying(overrides: [text]) }
    #expect(error.exitCode == 64)
    #expect(!error.description.contains("\n"))
    for part in parts { #expect(error.description.contains(part)) }
  }

  @Test func `given twice for one key is refused`() throws {
    let values = try SampleDesign.values()
    let error = try configurationError { _ = try values.applying(overrides: ["glb.banks=4", "glb.banks=8"]) }
    #expect(error.exitCode == 64 && error.description.contains("set twice"))
    let successive = try values.applying(overrides: ["glb.banks=4"]).applying(overrides: ["glb.banks=8"])
    #expect(successive.integer("glb.banks") == 8)
  }

  @Test func `of a rule across parameters is wrong usage`() throws {
    let values = try SampleDesign.values("glb.data_bytes: 64", "glb.banks: 1")
    let error = try configurationError { _ = try values.applying(overrides: ["glb.banks=2"]) }
    #expect(error.exitCode == 64)
    #expect(error.description.contains("--set: glb.data_bytes, glb.banks: 64 bytes are less than"))
  }

  @Test func `of the model silences what the file states for the other model`() throws {
    let ideal = try SampleDesign.values("dram:", "  model: ideal", "  bytes_per_cycle: 16")
    let timed = try ideal.applying(overrides: ["dram.model=timed"])
    #expect(timed.optionalNumber("dram.bytes_per_cycle") == nil)
    #expect(!timed.applies("dram.bytes_per_cycle"))
    #expect(timed.text("dram.timing.part") == "LPDDR4")
    let back = try timed.applying(overrides: ["dram.model=ideal"])
    #expect(back.number("dram.bytes_per_cycle") == 16)
  }

  @Test(arguments: [["dram.model=timed", "dram.bytes_per_cycle=16"], ["dram.bytes_per_cycle=16"]])
  func `of a parameter that does not apply is wrong usage`(_ overrides: [String]) throws {
    let values = overrides.count == 1 ? try SampleDesign.values("dram.model: timed") : try SampleDesign.values()
    let error = try configurationError { _ = try values.applying(overrides: overrides) }
    #expect(error.exitCode == 64)
    #expect(error.description.contains("dram.bytes_per_cycle: this does not apply while dram.model is timed"))
    #expect(error.description.contains("only where dram.model is ideal"))
  }
}
