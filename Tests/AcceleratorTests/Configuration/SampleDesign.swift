// SPDX-License-Identifier: Apache-2.0
import Accelerators
import Testing

/// A small accelerator with a parameter of every kind, on which the configuration tests work.
enum SampleDesign {
  static let parameters: [Parameter] = [
    Parameter(
      "dram.model", .choice(["ideal", "timed"]), default: "ideal", source: .assumption("simplest"), "Memory model."),
    Parameter(
      "glb.data_bytes", .integer(64...1 << 30, multipleOf: 64), unit: "bytes", default: 262_144, source: "artifact",
      "Size of the data storage."),
    Parameter(
      "dram.bytes_per_cycle", .number(0.125...4096), unit: "bytes/cycle", default: 32, source: "artifact",
      onlyWhen: .init("dram.model", isOneOf: ["ideal"]), "Bandwidth of the ideal model."),
    Parameter(
      "dram.read_bytes_per_cycle", .number(0.125...4096), unit: "bytes/cycle", default: nil, source: "artifact",
      onlyWhen: .init("dram.model", isOneOf: ["ideal"]), "Overrides the bandwidth for reads."),
    Parameter(
      "dram.timing.part", .text(expected: "a part such as LPDDR4-4266", problem: { _ in nil }), default: "LPDDR4",
      source: "artifact", onlyWhen: .init("dram.model", isOneOf: ["timed"]), "Part of the timed model."),
    Parameter("glb.banks", .powerOfTwo(1...64), unit: "banks", default: 2, source: "artifact", "Number of banks."),
    Parameter("glb.gated", .boolean, default: true, source: .assumption("cheap"), "Clock gating."),
    Parameter(
      "patterns.a",
      .text(expected: "a rule such as C0(2:4)", problem: { $0.contains("(") ? nil : "\($0) has no rule" }),
      default: "C1(4:{4<=H<=8})->C0(2:{2<=H<=4})", source: "paper", "Patterns of operand A."),
    Parameter("clock_ghz", .number(0.001...10), unit: "GHz", default: 1, source: "artifact", "Core clock."),
  ]

  static func schema() throws -> ParameterSchema {
    try ParameterSchema(
      design: "Sample", parameters: parameters,
      checks: [
        ParameterSchema.Check("glb.data_bytes", "glb.banks") { values in
          let (bytes, banks) = (values.integer("glb.data_bytes"), values.integer("glb.banks"))
          return bytes >= 64 * banks ? nil : "\(bytes) bytes are less than one row of 64 in each of \(banks) banks"
        }
      ])
  }

  /// A design file of these lines below the header, which takes three lines.
  static func file(_ lines: String...) throws -> DesignFile {
    try DesignFile(text: text(lines), path: "folder/sample.yaml")
  }

  static func text(_ lines: [String]) -> String {
    (["hssim_design: 1", "name: sample", "design: Sample"] + lines).joined(separator: "\n") + "\n"
  }

  static func values(_ lines: String...) throws -> ParameterValues {
    try DesignFile(text: text(lines), path: "folder/sample.yaml").values(among: [schema()])
  }
}

/// The error that `body` throws, which must be a `ConfigurationError`.
func configurationError(_ body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) throws
  -> ConfigurationError
{
  try #require(throws: ConfigurationError.self, sourceLocation: sourceLocation, performing: body)
}
