// SPDX-License-Identifier: Apache-2.0
import Accelerators
import ArgumentParser

/// Which machine: a design by name or file, and what differs from it.
struct DesignOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The machine: a design of configs/designs by its name, or the path of a .yaml file.", valueName: "name|file"))
  var design = "highlight"

  @Option(
    help: ArgumentHelp(
      "A parameter of the design that differs, such as dram.part=hbm2; 'hssim describe design' lists them.",
      valueName: "key=value"))
  var set: [String] = []

  /// The design with all its parameters.
  ///
  /// - Throws: `ConfigurationError`.
  func values() throws -> ParameterValues {
    try Self.values(of: design, applying: set)
  }

  /// The part of a design's memory.
  static func part(of values: ParameterValues) throws -> DRAMCatalogue.Part? {
    try DRAMCatalogue(ConfigurationFolder()).part(of: values)
  }

  /// The machine of resolved parameters, its memory's part read from the catalogue.
  static func machine(_ values: ParameterValues) throws -> any Machine {
    DesignKind.machine(values, part: try part(of: values)?.specification)
  }

  static func values(of design: String, applying overrides: [String]) throws -> ParameterValues {
    try DesignCatalogue(ConfigurationFolder()).design(design).values(among: DesignKind.schemas)
      .applying(overrides: overrides)
  }
}
