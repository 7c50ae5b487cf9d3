// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import EnergyArea
import Foundation

/// `hssim import-energy`: a technology of one's own, from Accelergy.
struct ImportEnergy: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import-energy", abstract: "Makes a price table from Accelergy's energy and area reference tables.",
    discussion: """
      Components take the place of a base table's macros: those of the same name, and those that --map names. What is \
      not mapped keeps the base table's price; the answer says which. docs/energy.md describes the table.

      Example:
        hssim import-energy ERT.yaml --area ART.yaml --map glb_data=SMEM --map mac_int8=MAC --output 22nm.yaml
        hssim simulate --gemm 256x256x256 --energy 22nm.yaml
      """)

  @Argument(help: ArgumentHelp("The energy reference table, in pJ.", valueName: "ert.yaml"))
  var file: String

  @Option(help: ArgumentHelp("The area reference table, in um^2.", valueName: "art.yaml"))
  var area: String?

  @Option(help: ArgumentHelp("A macro of the table, and the component that prices it.", valueName: "macro=name"))
  var map: [String] = []

  @Option(help: ArgumentHelp("The table that prices everything else, by name or file.", valueName: "name|file"))
  var base = "45nm"

  @Option(help: ArgumentHelp("The table to make.", valueName: "table.yaml"))
  var output: String

  @Flag(help: "Replace the output if it exists.")
  var force = false

  func run() throws {
    let tables = try AccelergyTables(energyPath: file, areaPath: area)
    let base = try EnergyOptions.table(base, option: "--base")
    var map = base.macrosNamedAlike(in: tables)
    for entry in self.map {
      let parts = entry.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
        throw CommandError(.usage, "--map \(entry): this is no mapping; allowed: macro=name of a component")
      }
      map[parts[0]] = parts[1]
    }
    guard !map.isEmpty else {
      throw CommandError(
        .usage,
        "\(file): no component is called as a macro of '\(base.name)'; allowed: --map macro=name, with macros "
          + "\(base.macros.keys.sorted().joined(separator: ", ")) and components "
          + tables.components.joined(separator: ", "))
    }
    var table = try base.importing(tables, map, source: "Accelergy, \((file as NSString).lastPathComponent)")
    table.name = ((output as NSString).lastPathComponent as NSString).deletingPathExtension
    table.technology = "Accelergy's for \(map.keys.sorted().joined(separator: ", ")); else \(base.technology)"
    try write(table.yamlText)
    try StandardOutput.write(report(table, map, base: base))
  }

  private func report(_ table: PriceTable, _ map: [String: String], base: PriceTable) -> String {
    var text = TextTable([("macro", .left), ("priced by", .left)])
    for macro in table.macros.keys.sorted() {
      text.append([macro, map[macro].map { "component \($0)" } ?? "table \(base.name)"])
    }
    return text.description + "primitives    table \(base.name)\n"
  }

  private func write(_ text: String) throws {
    for input in [file, area].compactMap({ $0 }) where input.resolvedPath == output.resolvedPath {
      throw CommandError(.cannotCreate, "--output \(output): this is \(input), which is read")
    }
    guard force || !FileManager.default.fileExists(atPath: output) else {
      throw CommandError(.cannotCreate, "\(output): exists; it is left as it is (--force replaces it)")
    }
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: output), options: .atomic)
    } catch {
      throw CommandError(.cannotCreate, "\(output): cannot be written")
    }
  }
}
