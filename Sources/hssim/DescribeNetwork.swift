// SPDX-License-Identifier: Apache-2.0
import Accelerators
import ArgumentParser
import Sparsity
import Workloads

/// `hssim describe network`: the layers of a network, what they come to, and its rules.
struct DescribeNetwork: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "network", abstract: "Lists a network's layers, totals and rules; without a name, all networks.",
    discussion: """
      Examples:
        hssim describe network resnet50 --pattern "C1(4:8)->C0(2:4)"
        hssim describe network transformer-big --parameter sequence_length=128
      """)

  @Argument(help: ArgumentHelp("A network of configs/networks by its name, or its file.", valueName: "name|file"))
  var network: String?

  @Option(help: "Also say what becomes of each layer where the network is pruned to this.")
  var pattern: String?

  @Option(
    help: ArgumentHelp(
      "A parameter that differs, such as sequence_length=128; may be repeated.", valueName: "name=value")
  )
  var parameter: [String] = []

  func run() throws {
    guard let network else { return try StandardOutput.write(try Self.overview().description) }
    let trace = try LayerTrace(path: NetworkCatalogue.path(of: network), parameters: parameter)
    let pattern = try pattern.flatMap { try SyntheticGEMM.pattern($0) }
    var text = "\(trace.name): \(trace.summary)\n"
    for parameter in trace.parameters {
      let changed = parameter.value == parameter.fallback ? "" : " (default \(parameter.fallback))"
      text += "parameter \(parameter.name) = \(parameter.value)\(changed)\n"
    }
    text += "\n\(Self.table(of: trace, pattern: pattern))\n\(Self.totals(of: trace.layers, pattern: pattern))\n"
    if !trace.rules.isEmpty { text += "\nRules:\n" + trace.rules.map { "- \($0)\n" }.joined() }
    try StandardOutput.write(text)
  }

  private static func table(of trace: LayerTrace, pattern: Pattern?) -> TextTable {
    var table = TextTable([
      ("position", .right), ("layer", .left), ("operation", .left), ("M", .right), ("K", .right), ("N", .right),
      ("times", .right), ("MACs", .right), ("density of B", .right), (pattern == nil ? "may be pruned" : "A", .left),
    ])
    for (position, layer) in trace.layers.enumerated() {
      let (shape, declared) = (layer.shape, layer.declaredPattern.map { "\($0)" } ?? "dense")
      let fate: String =
        if let pattern {
          layer.reasonToStayDense(under: pattern).map { "\(declared): \($0)" } ?? "\(pattern)"
        } else {
          layer.reasonToStayDense(under: .dense).map { "no: \($0)" } ?? "yes"
        }
      table.append([
        "\(position + 1)", layer.name, layer.operation.rawValue, "\(shape.m)", "\(shape.k)", "\(shape.n)",
        "\(layer.repeatCount)", "\(macs(of: layer))", layer.activationDensity.map { "\($0)" } ?? "-", fate,
      ])
    }
    return table
  }

  private static func totals(of layers: [TraceLayer], pattern: Pattern?) -> String {
    let total = layers.reduce(0) { $0 + macs(of: $1) }
    let runs = layers.reduce(0) { $0 + $1.repeatCount }
    let weights = layers.reduce(0) { sum, layer in
      layer.isProductOfActivations ? sum : sum + layer.shape.m * layer.shape.k * layer.repeatCount
    }
    var text = "\(layers.count) layers, run \(runs) times in all: \(total) dense MACs, \(weights) weights"
    if let pattern {
      let pruned = layers.reduce(0) { sum, layer in
        layer.reasonToStayDense(under: pattern) == nil ? sum + macs(of: layer) : sum
      }
      text += "; \(decimal(100 * Double(pruned) / Double(max(1, total)), places: 1)) % of the MACs are of pruned layers"
    }
    return text
  }

  private static func macs(of layer: TraceLayer) -> Int {
    layer.shape.m * layer.shape.k * layer.shape.n * layer.repeatCount
  }

  private static func overview() throws -> TextTable {
    let catalogue = NetworkCatalogue(try ConfigurationFolder())
    var table = TextTable([("network", .left), ("layers", .right), ("GMACs", .right), ("what it is", .left)])
    for name in catalogue.names {
      let trace = try LayerTrace(path: catalogue.path(of: name))
      let total = trace.layers.reduce(0) { $0 + macs(of: $1) }
      table.append([
        name, "\(trace.layers.reduce(0) { $0 + $1.repeatCount })", decimal(Double(total) / 1e9, places: 3),
        trace.summary,
      ])
    }
    return table
  }
}
