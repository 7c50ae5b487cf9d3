// SPDX-License-Identifier: Apache-2.0
import Sparsity

/// Layers made of tensors: a matrix [M, K] is the weights of a linear layer, a tensor [M, C/groups, R, S] those of a
/// convolution. Activations come from a file too, or are drawn.
public struct TensorImport: Sendable {
  /// A tensor in a file; the name is nil for the only one.
  public struct Place: Sendable {
    public let file: String
    public let tensor: String?

    public init(file: String, tensor: String? = nil) {
      self.file = file
      self.tensor = tensor
    }
  }

  public var quantisation = SymmetricQuantisation()
  /// What the weights are pruned onto when the trace is read; nil for nothing.
  public var pattern: Pattern?
  /// Of drawn activations.
  public var activationDensity = 1.0
  /// N of a linear layer with drawn activations.
  public var columns: Int?
  /// Height and width of a convolution's drawn activations.
  public var image: ConvolutionShape.Pair?
  public var stride = ConvolutionShape.Pair(1, 1)
  public var padding = ConvolutionShape.Pair(0, 0)
  public var groups = 1

  public init() {}

  private typealias Values = (name: String, values: TensorValues)

  /// The layers of a file's tensors.
  ///
  /// - Parameters:
  ///   - path: a `.npy`, `.npz`, `.safetensors` or `.mtx` file.
  ///   - names: the tensors, in the order of the layers; empty for all that can be weights.
  ///   - activations: those of the only layer; nil for drawn ones.
  /// - Throws: `WorkloadError`: `missing` or `content` for the files; `usage` where an option is wanting, or is for
  ///   another kind of tensor.
  public func trace(
    path: String, tensors names: [String], activations: Place? = nil
  ) throws(WorkloadError) -> ImportedTrace {
    var trace = ImportedTrace()
    var layerNames = LayerNames()
    let weights = try read(path, names, notes: &trace.notes)
    if activations != nil, weights.count != 1 {
      throw WorkloadError(
        .usage, field: "--activations", "there are \(weights.count) weights", allowed: "one, which --tensor names")
    }
    for weight in weights {
      let stem = weight.name.isEmpty ? ImportedTrace.name(ofFile: path) : weight.name
      let name = layerNames.take(stem, at: path, notes: &trace.notes)
      let tensor = weight.name.isEmpty ? "weight" : weight.name
      let (integers, scales) = try quantisation.quantise(weight.values, file: path, tensor: weight.name)
      trace.tensors.append((tensor, integers))
      trace.add(scales, of: tensor)
      var layer = try layer(
        name, weight, of: path,
        activations: try activations.map { place throws(WorkloadError) in
          try addActivations(place, avoiding: tensor, to: &trace)
        })
      layer.weights = .stored(
        tensor: tensor,
        pruned: Workloads.pattern(pattern, forChannels: weight.values.shape[1], of: name, notes: &trace.notes))
      layer.comment = scales.map {
        $0.count == 1 ? "scale of the weights: \($0[0])" : "\($0.count) scales, see metadata"
      }
      trace.layers.append(layer)
    }
    return trace
  }

  /// The tensors that are to be weights.
  private func read(
    _ path: String, _ names: [String], notes: inout [String]
  ) throws(WorkloadError) -> [Values] {
    if path.hasSuffix(".mtx") {
      guard names.isEmpty else {
        throw WorkloadError(
          .usage, field: "--tensor", "\(path) holds one matrix, which has no name", allowed: "nothing")
      }
      return [("", try MatrixMarketFile.read(path: path))]
    }
    let file = try TensorFile(path: path)
    var weights: [Values] = []
    for name in names.isEmpty ? file.names : names {
      let shape = try file.description(of: name).shape
      guard shape.count == 2 || shape.count == 4 else {
        guard names.isEmpty, file.names.count > 1 else {
          throw WorkloadError(
            .content, file: path, field: name.isEmpty ? nil : name, "a tensor of shape \(shape) is no layer's weights",
            allowed: "[M, K] of a linear layer or [M, C/groups, R, S] of a convolution")
        }
        notes.append("\(quoted(name)) of shape \(shape) is no layer's weights, and left out")
        continue
      }
      weights.append((name, try file.readValues(name)))
    }
    guard !weights.isEmpty else {
      throw WorkloadError(
        .content, file: path, "holds no tensor that can be weights", allowed: "tensors [M, K] or [M, C/groups, R, S]")
    }
    return weights
  }

  /// Reads, quantises and stores the activations; returns their name and shape.
  private func addActivations(
    _ place: Place, avoiding weights: String, to trace: inout ImportedTrace
  ) throws(WorkloadError) -> (tensor: String, shape: [Int]) {
    let values: TensorValues
    var name = ""
    if place.file.hasSuffix(".mtx") {
      values = try MatrixMarketFile.read(path: place.file)
    } else {
      let file = try TensorFile(path: place.file)
      values = try file.readValues(place.tensor)
      name = try file.description(of: place.tensor).name
    }
    var tensor = name.isEmpty ? "activations" : name
    if tensor == weights { tensor += ".input" }
    // A scale per row of activations would be one per token, which no product could take apart again.
    let perTensor = SymmetricQuantisation(granularity: .perTensor, bits: quantisation.bits)
    let (integers, scales) = try perTensor.quantise(values, file: place.file, tensor: name)
    trace.tensors.append((tensor, integers))
    trace.add(scales, of: tensor)
    return (tensor, values.shape)
  }

  private func layer(
    _ name: String, _ weight: Values, of path: String, activations: (tensor: String, shape: [Int])?
  ) throws(WorkloadError) -> ImportedLayer {
    let operand = activations.map { ImportedLayer.Operand.stored(tensor: $0.tensor, pruned: nil) }
    let drawn = ImportedLayer.Operand.density(activationDensity)
    func content(_ problem: String, _ allowed: String) -> WorkloadError {
      WorkloadError(.content, file: path, field: weight.name.isEmpty ? nil : weight.name, problem, allowed: allowed)
    }
    func usage(_ option: String, _ problem: String) -> WorkloadError {
      WorkloadError(.usage, field: option, problem, allowed: "the option, or --activations with a tensor")
    }
    let shape = weight.values.shape
    if shape.count == 2 {
      let rows: Int
      if let activations {
        guard activations.shape.last == shape[1], let count = elementCount(of: activations.shape.dropLast()) else {
          throw content("activations \(activations.shape) for weights \(shape)", "activations [N, \(shape[1])]")
        }
        rows = count
      } else {
        guard let columns else { throw usage("--columns", "the linear layer '\(name)' needs N, its activations' rows") }
        rows = columns
      }
      if let flaw = GEMMShape.problem(m: shape[0], k: shape[1], n: rows) { throw content(flaw.text, flaw.allowed) }
      return .linear(
        name, GEMMShape(m: shape[0], k: shape[1], n: rows), weights: drawn, activations: operand ?? drawn)
    }
    guard shape[0] % groups == 0 else {
      throw content("\(groups) groups do not divide M = \(shape[0])", "a divisor of M")
    }
    var (batch, height, width) = (1, image?.vertical ?? 0, image?.horizontal ?? 0)
    if let activations {
      guard activations.shape.count == 4, activations.shape[1] == shape[1] * groups else {
        throw content(
          "activations \(activations.shape) for weights \(shape)", "activations [batch, \(shape[1] * groups), H, W]")
      }
      (batch, height, width) = (activations.shape[0], activations.shape[2], activations.shape[3])
    } else if image == nil {
      throw usage("--image", "the convolution '\(name)' needs its input's height and width")
    }
    let convolution = ConvolutionShape(
      batch: batch, channels: shape[1], height: height, width: width, filters: shape[0] / groups,
      filterHeight: shape[2], filterWidth: shape[3], stride: stride, padding: padding, groups: groups)
    if let flaw = convolution.problem { throw content(flaw.text, flaw.allowed) }
    return .convolution(name, convolution, weights: drawn, activations: operand ?? drawn)
  }
}

extension ImportedTrace {
  /// Remembers a tensor's scales under its name: real value = integer * scale, a scale per index of the first dimension.
  fileprivate mutating func add(_ scales: [Double]?, of tensor: String) {
    guard let scales else { return }
    metadata.append(("\(tensor).scale", scales.map { "\($0)" }.joined(separator: " ")))
  }
}
