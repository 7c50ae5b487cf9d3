// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Sparsity
import Workloads

/// `hssim prune`: puts weights on a pattern.
struct Prune: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Puts tensors of a .safetensors file, or the weights of a trace, on a pattern.",
    discussion: """
      Rank 0 keeps the G values of largest magnitude in each group of H, each higher rank the G blocks with the \
      largest norm of what is left; with --scores, of largest score. Everything else in the file is copied as it is. \
      Of a trace, all layers with stored weights are pruned along K, each onto the pattern that it declares or that of \
      --pattern, except where a row has fewer values than a group.

      Example:
        hssim prune weights.safetensors --tensor l0.ffn.up.weight --pattern "4:6->2:4" --output pruned.safetensors
        hssim prune network.yaml --layers conv2,conv3 --pattern 64:2:8 --output pruned.safetensors
      """)

  @Argument(help: ArgumentHelp("The file of the tensors, int8 or int16, or a layer trace.", valueName: "file"))
  var file: String

  @Option(help: ArgumentHelp("A tensor to prune; may be given more than once.", valueName: "name"))
  var tensor: [String] = []

  @Option(help: ArgumentHelp("The layers of a trace to prune.", valueName: "a,b,..."))
  var layers: String?

  @Option(help: "The pattern, such as '2:4', 'C1(4:6)->C0(2:4)' or V:N:M.")
  var pattern: String?

  @Option(help: ArgumentHelp("A file of importance scores, by the tensors' names.", valueName: "file"))
  var scores: String?

  @Option(
    help: ArgumentHelp("The dimension along which the pattern lies, from 0; 1 is K or C of weights.", valueName: "d"))
  var dimension: Int?

  @Option(help: ArgumentHelp("The file to make.", valueName: "out.safetensors"))
  var output: String

  @Flag(help: "Replace the output if it exists.")
  var force = false

  func run() throws {
    let pattern = try pattern.map(PruningPattern.init)
    for input in [file, scores].compactMap({ $0 }) where output.resolvedPath == input.resolvedPath {
      throw CommandError(.cannotCreate, "--output \(output): this is \(input), which is read")
    }
    let (path, targets) = file.isYAMLPath ? try traceTargets(pattern) : try tensorTargets(pattern)
    let source = try TensorFile(path: path)
    try TensorFile.checkCopying(from: path, to: output, replacing: force)
    let scores = try scores.map { try TensorFile(path: $0) }
    if scores != nil, let shared = targets.first(where: { if case .shared = $0.pattern { true } else { false } }) {
      throw CommandError(.usage, "--scores: not for \(shared.pattern), which goes by magnitude")
    }
    var report = PruningReportTable(ranks: targets.map(\.pattern.rankCount).max() ?? 0)
    var pruned: [(name: String, tensor: WritableTensor)] = []
    for target in targets {
      let description = try source.description(of: target.tensor)
      let importance = try scores.map { try Self.scores(of: target, shape: description.shape, in: $0, targets.count) }
      if description.type == .int8 {
        let (result, outcome) = try target.prune(try source.readInt8(target.tensor), scores: importance)
        pruned.append((target.tensor, .int8(result)))
        report.append(target, outcome)
      } else {
        let (result, outcome) = try target.prune(try source.readInt16(target.tensor), scores: importance)
        pruned.append((target.tensor, .int16(result)))
        report.append(target, outcome)
      }
    }
    try source.writeCopy(to: output, changing: pruned, replacing: force)
    try StandardOutput.write("\(report)\n\(output) has the pruned tensors, and all others of \(path)\n")
  }

  /// The tensors that --tensor names.
  private func tensorTargets(_ pattern: PruningPattern?) throws -> (String, [PruningTarget]) {
    guard layers == nil else { throw CommandError(.usage, "--layers: this is for a layer trace; allowed: --tensor") }
    guard !tensor.isEmpty else {
      throw CommandError(.usage, "Missing expected argument '--tensor <name>': which tensors of \(file) to prune")
    }
    guard let pattern else { throw CommandError(.usage, "Missing expected argument '--pattern <pattern>'") }
    if let twice = tensor.indices.first(where: { tensor[..<$0].contains(tensor[$0]) }) {
      throw CommandError(.usage, "--tensor \(tensor[twice]): this is given twice; allowed: each tensor once")
    }
    if case .shared = pattern, let dimension {
      throw CommandError(.usage, "--dimension \(dimension): \(pattern) lies on rows and columns; allowed: none")
    }
    return (
      file,
      tensor.map { PruningTarget(name: $0, tensor: $0, pattern: pattern, dimension: dimension ?? 1) }
    )
  }

  /// The weights of a trace's layers, which lie in one file.
  private func traceTargets(_ pattern: PruningPattern?) throws -> (String, [PruningTarget]) {
    guard tensor.isEmpty else { throw CommandError(.usage, "--tensor: this is for a tensor file; allowed: --layers") }
    guard dimension == nil else { throw CommandError(.usage, "--dimension: patterns of a trace lie along K") }
    let names = layers?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let weights = try LayerTrace(path: file).storedWeights(of: names)
    let files = Set(weights.map(\.file)).sorted()
    guard files.count == 1 else {
      throw CommandError(
        .usage,
        "\(file): the weights to prune are in \(files.count) files\(files.isEmpty ? "" : ": ")"
          + "\(files.joined(separator: ", ")); allowed: one; --layers names the layers")
    }
    var targets: [PruningTarget] = []
    for weight in weights {
      if pattern == nil, weight.patterns.count > 1 {
        throw CommandError(
          .usage,
          "\(file): layers that share the weights of \(weight.layer) declare "
            + weight.patterns.map(\.description).joined(separator: " and ") + "; allowed: one pattern, or --pattern")
      }
      guard !weight.isBatch else {
        note("layer \(weight.layer) is left as it is: its operand A is a batch of matrices")
        continue
      }
      guard let pattern = pattern ?? weight.patterns.first.map(PruningPattern.ranks) else {
        note("layer \(weight.layer) declares no pattern and stays dense")
        continue
      }
      // As the rule for whole networks has it: a first convolution of three channels stays dense.
      guard weight.channels >= pattern.period else {
        note(
          "layer \(weight.layer) stays dense: its groups would have \(weight.channels) of the \(pattern.period) values of \(pattern)"
        )
        continue
      }
      targets.append(
        PruningTarget(name: weight.layer, tensor: weight.tensor ?? "", pattern: pattern, dimension: nil))
    }
    guard !targets.isEmpty else { throw CommandError(.usage, "\(file): no layer is left to prune; allowed: --pattern") }
    return (files[0], targets)
  }

  private func note(_ text: String) { FileHandle.standardError.write(Data("hssim: \(text)\n".utf8)) }

  /// The scores of a tensor, checked.
  private static func scores(
    of target: PruningTarget, shape: [Int], in file: TensorFile, _ targets: Int
  ) throws -> Tensor<Double> {
    // An .npy file has no names.
    let name = targets == 1 && file.names == [""] ? "" : target.tensor
    let values = try file.readValues(name)
    func refused(_ problem: String, _ allowed: String) -> WorkloadError {
      WorkloadError(.content, file: file.path, field: name.isEmpty ? nil : name, problem, allowed: allowed)
    }
    guard values.shape == shape else {
      throw refused("the scores have shape \(values.shape)", "\(shape), the tensor's")
    }
    let elements: [Double] =
      switch values.elements {
      case .integers(let integers): integers.map(Double.init)
      case .reals(let reals): reals
      }
    if let wrong = elements.first(where: { !($0 >= 0 && $0 < .infinity) }) {
      throw refused("a score is \(wrong)", "finite numbers of at least 0")
    }
    return Tensor(shape: shape, elements: elements)
  }
}

/// What pruning left of each tensor, and of all.
struct PruningReportTable: CustomStringConvertible {
  private var table: TextTable
  private let ranks: Int
  private var (total, kept, rows) = (0.0, 0.0, 0)

  init(ranks: Int) {
    self.ranks = ranks
    table = TextTable(
      [
        ("tensor", .left), ("shape", .left), ("pattern", .left), ("density before", .right), ("after", .right),
      ] + (0..<ranks).map { ("energy kept at rank \($0)", .right) })
  }

  mutating func append(_ target: PruningTarget, _ outcome: PruningTarget.Outcome) {
    let shares = outcome.keptShares.map { decimal(100 * $0, places: 2) + " %" }
    let isShared = if case .shared = target.pattern { true } else { false }
    // The shared choice of columns is made first, but is the higher rank.
    let shown = isShared ? shares.reversed() : shares
    table.append(
      [
        target.name, outcome.shape.map(String.init).joined(separator: "x"), "\(target.pattern)",
        outcome.shape.contains(0) ? "-" : decimal(outcome.densityBefore, places: 4),
        outcome.shape.contains(0) ? "-" : decimal(outcome.densityAfter, places: 4),
      ] + shown + Array(repeating: "-", count: ranks - shown.count))
    total += outcome.totalEnergy
    kept += outcome.keptEnergy
    rows += 1
  }

  var description: String {
    let share = total == 0 ? 1 : kept / total
    let norm = share.squareRoot()
    return "\(table)"
      + "\n\(rows == 1 ? "1 tensor" : "\(rows) tensors"): \(decimal(100 * share, places: 2)) % of the energy kept, "
      + "\(decimal(100 * norm, places: 2)) % of the norm\n"
  }
}
