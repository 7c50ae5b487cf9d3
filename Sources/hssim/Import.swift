// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Sparsity
import Workloads

/// `hssim import`: a layer trace from the files of other tools.
struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes a layer trace from a SCALE-Sim topology, a Timeloop problem, tensors or an ONNX model.",
    discussion: """
      What the file is follows from its extension: .csv is a topology of SCALE-Sim, .yaml a problem of Timeloop, .onnx a \
      model, .npy, .npz, .safetensors and .mtx hold tensors. What a trace cannot say is said on standard error, or ends \
      the import; nothing is guessed. docs/importers.md has the rules.

      Example:
        hssim import resnet50.csv --pattern "4:8->2:4" --output resnet50.yaml
        hssim import weights.safetensors --tensor conv1 --image 56x56 --padding 1 --density-b 0.5 --output conv1.yaml
        hssim import model.onnx --sample input.npz --output model.yaml
      """)

  @Argument(help: ArgumentHelp("The file to import.", valueName: "file"))
  var file: String

  @Option(help: ArgumentHelp("A tensor that is a layer's weights; may be repeated.", valueName: "name"))
  var tensor: [String] = []

  @Option(help: ArgumentHelp("The tensor file of the only layer's activations.", valueName: "file"))
  var activations: String?

  @Option(help: ArgumentHelp("Which of its tensors.", valueName: "name"))
  var activationsTensor: String?

  @Option(help: ArgumentHelp("N of linear layers whose activations are drawn.", valueName: "n"))
  var columns: Int?

  @Option(help: ArgumentHelp("The input of convolutions whose activations are drawn.", valueName: "HxW"))
  var image: String?

  @Option(help: ArgumentHelp("The stride of convolutions.", valueName: "n"))
  var stride: Int?

  @Option(help: ArgumentHelp("The zeros around a convolution's input.", valueName: "n"))
  var padding: Int?

  @Option(help: ArgumentHelp("The groups of convolutions.", valueName: "n"))
  var groups: Int?

  @Option(help: ArgumentHelp("Scales of real weights: per-tensor or per-channel.", valueName: "granularity"))
  var quantise: String?

  @Option(help: ArgumentHelp("Width of the integers: 8 or 16.", valueName: "n"))
  var bits: Int?

  @Option(help: "The pattern of weights that the file gives no density: drawn to it, or pruned onto it.")
  var pattern: String?

  @Option(help: ArgumentHelp("Share of drawn activations that are not 0.", valueName: "d"))
  var densityB: Double?

  @Option(help: ArgumentHelp("With a model: its inputs, by name, for real activations.", valueName: "file.npz"))
  var sample: String?

  @Option(help: ArgumentHelp("With a model: a node that is left out; may be repeated.", valueName: "node"))
  var skip: [String] = []

  @Option(help: ArgumentHelp("The layer trace.", valueName: "trace.yaml"))
  var output: String?

  @Flag(help: "Replace the output if it exists.")
  var force = false

  func run() throws {
    let kind = try ImportedFile(file)
    try checkOptions(kind)
    let pattern = try pattern.map { try Self.pattern($0) }
    if let densityB, !(0...1).contains(densityB) {
      throw CommandError(.usage, "--density-b \(densityB): this is no share; allowed: 0 to 1")
    }
    let output = output ?? ImportedTrace.name(ofFile: file) + ".yaml"
    guard output.isYAMLPath else {
      throw CommandError(.usage, "--output \(output): this is no layer trace; allowed: a path that ends in .yaml")
    }
    let destination = ImportDestination(path: output, isReplacing: force)
    for input in [file, activations, sample].compactMap({ $0 }) { try destination.check(isNot: input) }
    let trace: ImportedTrace
    switch kind {
    case .topology:
      trace = try SCALESimTopology.trace(path: file, pattern: pattern, activationDensity: densityB ?? 1)
    case .problem:
      trace = try TimeloopProblem.trace(path: file, pattern: pattern, activationDensity: densityB ?? 1)
    case .tensors:
      trace = try tensorImport(pattern).trace(
        path: file, tensors: tensor, activations: activations.map { .init(file: $0, tensor: activationsTensor) })
    case .model:
      try destination.check(hasTensors: true)
      return try ONNXImport(model: file, sample: sample, skipped: skip, pattern: pattern, destination: destination)
        .run()
    }
    for note in trace.notes { FileHandle.standardError.write(Data("hssim: \(file): \(note)\n".utf8)) }
    let written = try destination.write(trace, of: file)
    try StandardOutput.write(ImportDestination.summary(of: written) + "\n")
  }

  /// A pattern that says what to prune, or where zeros are drawn.
  private static func pattern(_ text: String) throws -> Pattern {
    let pattern = try Pattern(text)
    guard !pattern.structuredRanks.isEmpty else {
      throw CommandError(.usage, "--pattern \(pattern): this says nothing of zeros; allowed: a pattern with G:H")
    }
    return pattern
  }

  private func tensorImport(_ pattern: Pattern?) throws -> TensorImport {
    var settings = TensorImport()
    let granularity = try quantise.map { text in
      guard let granularity = SymmetricQuantisation.Granularity(rawValue: text) else {
        throw CommandError(.usage, "--quantise \(text): this is no granularity; allowed: per-tensor, per-channel")
      }
      return granularity
    }
    if let bits, bits != 8 && bits != 16 { throw CommandError(.usage, "--bits \(bits): allowed: 8 or 16") }
    settings.quantisation = SymmetricQuantisation(granularity: granularity ?? .perTensor, bits: bits ?? 8)
    settings.pattern = pattern
    settings.activationDensity = densityB ?? 1
    settings.columns = try columns.map { try Self.within($0, 1...GEMMShape.largestExtent, "--columns") }
    settings.image = try image.map { try Self.pair($0) }
    let extents = 1...ConvolutionShape.largestExtent
    let stride = try Self.within(stride ?? 1, extents, "--stride")
    settings.stride = .init(stride, stride)
    let padding = try Self.within(padding ?? 0, 0...ConvolutionShape.largestExtent, "--padding")
    settings.padding = .init(padding, padding)
    settings.groups = try Self.within(groups ?? 1, 1...4096, "--groups")
    if activations == nil, activationsTensor != nil {
      throw CommandError(.usage, "--activations-tensor: this is for --activations, which is not given")
    }
    if activations != nil {
      for (option, isGiven) in [
        ("--columns", columns != nil), ("--image", image != nil), ("--density-b", densityB != nil),
      ] where isGiven {
        throw CommandError(.usage, "\(option): this is for drawn activations; --activations gives them")
      }
    }
    return settings
  }

  private static func within(_ value: Int, _ range: ClosedRange<Int>, _ option: String) throws -> Int {
    guard range.contains(value) else {
      throw CommandError(.usage, "\(option) \(value): allowed: \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  private static func pair(_ text: String) throws -> ConvolutionShape.Pair {
    let parts = text.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let height = parts[0], let width = parts[1],
      (1...ConvolutionShape.largestExtent).contains(height), (1...ConvolutionShape.largestExtent).contains(width)
    else { throw CommandError(.usage, "--image \(text): this is no size; allowed: HxW, such as 56x56") }
    return .init(height, width)
  }

  /// Options that mean nothing for a file are mistakes.
  private func checkOptions(_ kind: ImportedFile) throws {
    let tensors: [(String, Bool)] = [
      ("--tensor", !tensor.isEmpty), ("--activations", activations != nil),
      ("--activations-tensor", activationsTensor != nil), ("--columns", columns != nil), ("--image", image != nil),
      ("--stride", stride != nil), ("--padding", padding != nil), ("--groups", groups != nil),
      ("--quantise", quantise != nil), ("--bits", bits != nil),
    ]
    let models: [(String, Bool)] = [("--sample", sample != nil), ("--skip", !skip.isEmpty)]
    let given: [(String, Bool)] =
      switch kind {
      case .topology, .problem: tensors + models
      case .tensors: models
      case .model: tensors + [("--density-b", densityB != nil)]
      }
    if let (option, _) = given.first(where: { $0.1 }) {
      throw CommandError(.usage, "\(option): this is not for \(file), which is \(kind.rawValue)")
    }
    if let twice = tensor.indices.first(where: { tensor[..<$0].contains(tensor[$0]) }) {
      throw CommandError(.usage, "--tensor \(tensor[twice]): this is given twice; allowed: each tensor once")
    }
  }
}

/// What a file is, by its extension.
enum ImportedFile: String {
  case topology = "a topology of SCALE-Sim"
  case problem = "a problem of Timeloop"
  case tensors = "a file of tensors"
  case model = "an ONNX model"

  init(_ path: String) throws {
    switch (path as NSString).pathExtension.lowercased() {
    case "csv": self = .topology
    case "yaml", "yml": self = .problem
    case "npy", "npz", "safetensors", "mtx": self = .tensors
    case "onnx": self = .model
    default:
      throw CommandError(
        .usage,
        "\(path): the extension tells what a file is; allowed: .csv, .yaml, .onnx, .npy, .npz, .safetensors, .mtx")
    }
  }
}
