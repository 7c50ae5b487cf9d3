// SPDX-License-Identifier: Apache-2.0
import Accelerators
import ArgumentParser
import EnergyArea
import Foundation

/// What actions and silicon cost: a table of prices by name or file.
struct EnergyOptions: ParsableArguments {
  /// The table of every run that names none.
  private static let defaultTable = "45nm"

  @Option(
    help: ArgumentHelp(
      "Prices of actions and parts: a table of configs/energy by its name, or the path of a .yaml file.",
      valueName: "name|file"))
  var energy = EnergyOptions.defaultTable

  @Flag(help: "Also count what parts leak, where the table says how much.")
  var leakage = false

  /// The table, and what the design says about prices.
  ///
  /// - Throws: `PriceTableError`, or `ConfigurationError` where there is no folder `configs`.
  func pricing(of machine: any Machine) throws -> Pricing {
    Pricing(
      try Self.table(energy),
      options: Pricing.Options(pricedBits: machine.pricedBits, includesLeakage: leakage))
  }

  static func table(_ name: String, option: String = "--energy") throws -> PriceTable {
    let folder = (try ConfigurationFolder().path as NSString).appendingPathComponent("energy")
    return try PriceTable(named: name, in: folder, option: option)
  }

  /// The options as they would be typed, without defaults.
  var words: [String] {
    (energy == Self.defaultTable ? [] : ["--energy", energy.lastPathComponent]) + (leakage ? ["--leakage"] : [])
  }
}
