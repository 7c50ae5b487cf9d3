// SPDX-License-Identifier: Apache-2.0
import Accelerators
import ArgumentParser
import EnergyArea
import Foundation

/// What actions and silicon cost: a table of prices by name or file.
struct EnergyOptions: ParsableArguments {
  /// The table of designs that name none.
  private static let defaultTable = "45nm"

  @Option(
    help: ArgumentHelp(
      "Prices of actions and parts: a table of configs/energy by its name, or the path of a .yaml file. (default: what "
        + "the design's energy.table says)",
      valueName: "name|file"))
  var energy: String?

  @Flag(help: "Also count what parts leak, where the table says how much.")
  var leakage = false

  /// The table, and what the design says about prices.
  ///
  /// - Throws: `PriceTableError`, or `ConfigurationError` where there is no folder `configs`.
  func pricing(of machine: any Machine) throws -> Pricing {
    Pricing(
      try table(of: machine),
      options: Pricing.Options(pricedBits: machine.pricedBits, includesLeakage: leakage))
  }

  private func table(of machine: any Machine) throws -> PriceTable {
    if let energy { return try Self.table(energy) }
    let values = machine.values
    guard values.schema.parameter("energy.table") != nil else { return try Self.table(Self.defaultTable) }
    return try Self.table(values.text("energy.table"), option: "energy.table")
  }

  static func table(_ name: String, option: String = "--energy") throws -> PriceTable {
    let folder = (try ConfigurationFolder().path as NSString).appendingPathComponent("energy")
    return try PriceTable(named: name, in: folder, option: option)
  }

  /// The options as they would be typed, without defaults.
  var words: [String] {
    (energy.map { ["--energy", $0.lastPathComponent] } ?? []) + (leakage ? ["--leakage"] : [])
  }
}
