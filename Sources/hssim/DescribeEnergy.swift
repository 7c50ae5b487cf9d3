// SPDX-License-Identifier: Apache-2.0
import Accelerators
import ArgumentParser
import EnergyArea
import Sparsity
import Workloads

/// `hssim describe energy`: what a design is built of, what its actions cost, and how each price is composed.
struct DescribeEnergy: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "energy", abstract: "Lists a design's parts and actions: area, energy, base or tax, composition.",
    discussion: """
      Of equal components, such as the arrays, one is listed. Indented below a part or action is how its price comes \
      about: which parts work, and which primitives, in bits, a part is composed of. docs/energy.md has the rules.
      """)

  @Argument(help: ArgumentHelp("A design of configs/designs by its name, or a .yaml file.", valueName: "name|file"))
  var design = "highlight"

  @Option(help: ArgumentHelp("A parameter that differs.", valueName: "key=value"))
  var set: [String] = []

  @OptionGroup var energy: EnergyOptions

  @Option(help: "The pattern of the layers that actions are priced for: a block has as many words as its H0 says.")
  var pattern = "C1(4:8)->C0(2:4)"

  func run() throws {
    let values = try DesignOptions.values(of: design, applying: set)
    let machine = try DesignOptions.machine(values)
    let pricing = try energy.pricing(of: machine)
    // The parts follow from the design, the recipes from the pattern: any layer will do, the smallest is quick.
    let layer = try SyntheticGEMM(GEMMShape(m: 1, k: 64, n: 1), pattern: pattern == "dense" ? nil : pattern).layer()
    let outcome = try machine.simulate(layer)
    let text = PriceText(pricing: pricing, inventory: outcome.inventory, actions: outcome.statistics.actions)
    try StandardOutput.write(
      """
      \(values.name), priced by \(pricing.table.name) (\(pricing.table.technology)), for layers that run \
      as \(outcome.summary.patternExecuted)

      \(try text.description())
      """)
  }
}
