// SPDX-License-Identifier: Apache-2.0
import Accelerators
import ArgumentParser
import Sparsity
import Workloads

/// `hssim describe trace`: the layers of a trace, and what a design makes of their patterns.
struct DescribeTrace: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace", abstract: "Lists a trace's layers: shapes, patterns and multiplications.")

  @Argument(help: ArgumentHelp("The layer trace.", valueName: "trace.yaml"))
  var trace: String

  @Option(help: ArgumentHelp("Also say which pattern this design executes.", valueName: "name|file"))
  var design: String?

  func run() throws {
    let trace = try LayerTrace(path: trace)
    // Reading the design is what tells a mistyped name.
    let machine = try design.map { name in
      try DesignOptions.machine(try DesignOptions.values(of: name, applying: []))
    }
    var columns: [(title: String, alignment: TextTable.Alignment)] = [
      ("layer", .left), ("operation", .left), ("M", .right), ("K", .right), ("N", .right), ("bits", .right),
      ("repeat", .right), ("MACs", .right), ("pattern", .left), ("density", .right),
    ]
    if machine != nil { columns.append(("executed", .left)) }
    var table = TextTable(columns)
    for layer in trace.layers {
      let (shape, pattern) = (layer.shape, layer.declaredPattern ?? .dense)
      table.append(
        [
          layer.name, layer.operation.rawValue, "\(shape.m)", "\(shape.k)", "\(shape.n)", "\(layer.operandBits)",
          "\(layer.repeatCount)", "\(shape.m * shape.k * shape.n)", "\(pattern)", "\(pattern.density)",
        ] + (machine.map { ["\($0.executedPattern(for: pattern))"] } ?? []))
    }
    let total = trace.layers.reduce(0) { $0 + $1.shape.m * $1.shape.k * $1.shape.n * $1.repeatCount }
    try StandardOutput.write(
      "\(trace.name): \(trace.layers.count) layers, \(total) dense MACs with repetitions\n\n\(table)")
  }
}
