// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Sparsity
import Workloads

/// `hssim prune`: puts weights on a pattern.
struct Prune: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Puts tensors of a .safetensors file on a pattern, by magnitude.",
    discussion: """
      Rank 0 keeps the G values of largest magnitude in each group of H, each higher rank the G blocks with the \
      largest norm of what is left. Everything else in the file is copied as it is.

      Example:
        hssim prune weights.safetensors --tensor l0.ffn.up.weight --pattern "4:6->2:4" --output pruned.safetensors
      """)

  @Argument(help: ArgumentHelp("The file of the tensors, int8 or int16.", valueName: "tensors.safetensors"))
  var tensors: String

  @Option(help: ArgumentHelp("A tensor to prune; may be given more than once.", valueName: "name"))
  var tensor: [String]

  @Option(help: "The pattern, such as '2:4' or 'C1(4:6)->C0(2:4)'.")
  var pattern: String

  @Option(
    help: ArgumentHelp("The dimension along which the pattern lies, from 0; 1 is K or C of weights.", valueName: "d"))
  var dimension = 1

  @Option(help: ArgumentHelp("The file to make.", valueName: "out.safetensors"))
  var output: String

  @Flag(help: "Replace the output if it exists.")
  var force = false

  func run() throws {
    let pattern = try Pattern(pattern)
    guard !pattern.structuredRanks.isEmpty else {
      throw CommandError(
        .usage, "--pattern \(pattern): this says nothing about what to prune; allowed: a pattern with G:H")
    }
    guard output.resolvedPath != tensors.resolvedPath else {
      throw CommandError(.cannotCreate, "--output \(output): this is the file that is read")
    }
    if let twice = tensor.indices.first(where: { tensor[..<$0].contains(tensor[$0]) }) {
      throw CommandError(.usage, "--tensor \(tensor[twice]): this is given twice; allowed: each tensor once")
    }
    let file = try TensorFile(path: tensors)
    try TensorFile.checkCopying(from: tensors, to: output, replacing: force)
    var table = TextTable(
      [("tensor", .left), ("shape", .left), ("density before", .right), ("after", .right)]
        + pattern.structuredRanks.indices.map { ("energy kept at rank \($0)", .right) })
    var pruned: [(name: String, tensor: WritableTensor)] = []
    for name in tensor {
      let description = try file.description(of: name)
      guard description.shape.indices.contains(dimension) else {
        throw CommandError(
          .usage,
          "--dimension \(dimension): tensor \(name) of \(tensors) has \(description.shape.count) dimensions; "
            + "allowed: 0 to \(description.shape.count - 1)")
      }
      if description.type == .int8 {
        pruned.append((name, .int8(prune(try file.readInt8(name), name, onto: pattern, &table))))
      } else {
        pruned.append((name, .int16(prune(try file.readInt16(name), name, onto: pattern, &table))))
      }
    }
    try file.writeCopy(to: output, changing: pruned, replacing: force)
    try StandardOutput.write("\(table)\n\(pattern), density \(pattern.density), is in \(output)\n")
  }

  private func prune<Element: TensorElement & PrunableElement>(
    _ tensor: Tensor<Element>, _ name: String, onto pattern: Pattern, _ table: inout TextTable
  ) -> Tensor<Element> {
    var result = tensor
    let report = pattern.prune(&result, along: dimension)
    table.append(
      [name, tensor.shape.map(String.init).joined(separator: "x"), density(of: tensor), density(of: result)]
        + pattern.structuredRanks.indices.map { decimal(100 * report.keptShare(afterRank: $0), places: 2) + " %" })
    return result
  }

  private func density<Element: TensorElement>(of tensor: Tensor<Element>) -> String {
    let count = tensor.elements.count { $0 != 0 }
    return tensor.elements.isEmpty ? "-" : decimal(Double(count) / Double(tensor.elements.count), places: 4)
  }
}
