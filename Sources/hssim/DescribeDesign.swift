// SPDX-License-Identifier: Apache-2.0
import Accelerators
import ArgumentParser

/// `hssim describe design`: every parameter of a design.
struct DescribeDesign: ParsableCommand {
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, yaml
  }

  static let configuration = CommandConfiguration(
    commandName: "design", abstract: "Lists a design's parameters: value, unit, origin, source and meaning.",
    discussion: """
      --format yaml prints the design with every value spelt out; as a file, it is the same design whatever the \
      defaults become.
      """)

  @Argument(help: ArgumentHelp("A design of configs/designs by its name, or a .yaml file.", valueName: "name|file"))
  var design = "highlight"

  @Option(help: ArgumentHelp("A parameter that differs.", valueName: "key=value"))
  var set: [String] = []

  @Option(help: "A table, or the resolved design file: text or yaml.")
  var format = Format.text

  func run() throws {
    let values = try DesignOptions.values(of: design, applying: set)
    guard format == .text else { return try StandardOutput.write(values.resolvedText()) }
    let machine = try DesignOptions.machine(values)
    try StandardOutput.write(
      """
      \(values.name), a design of \(values.schema.design)
      patterns of operand A: \(machine.supportedPatterns) ('hssim describe pattern' tabulates them)
      MAC lanes: \(machine.lanes)

      \(values.describe())
      """)
  }
}
