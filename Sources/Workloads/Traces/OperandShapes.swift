// SPDX-License-Identifier: Apache-2.0

/// The extents of a layer, from its tensors where they are stored and from `shape` where they are random.
struct OperandShapes {
  /// The matrix product of the layer, or of one group of it.
  let product: GEMMShape
  let convolution: ConvolutionShape?
  /// Products of a batched `matmul`; nil where there is no batch.
  let batch: Int?
  private let weights: [Int]
  private let activations: [Int]

  func source(_ operation: TraceOperation) -> GEMMLayer.Source {
    GEMMLayer.Source(operation: operation.rawValue, weights: weights, activations: activations)
  }

  typealias Stored = (shape: [Int], place: YAMLPlace)

  init(
    operation: TraceOperation, mapping: YAMLMapping, weights: Stored?, activations: Stored?,
    parameters: [String: Int] = [:]
  ) throws(WorkloadError) {
    let isBatched =
      operation == .matmul
      && (mapping["shape"]?.node.mapping?.contains { $0.key.scalar?.string == "batch" } == true
        || [weights, activations].contains { ($0?.shape.count ?? 0) > 2 })
    let names = Self.names(operation, isBatched: isBatched)
    var extents = Extents(value: mapping.value, parameters: parameters)
    if weights == nil || activations == nil {
      try extents.take(mapping, names: names.all)
    } else if let shape = mapping["shape"] {
      throw shape.error("both operands are tensors, which have shapes", allowed: "shape with random operands only")
    }
    if let weights {
      let shape = isBatched ? Self.flattened(weights.shape, keeping: 2) : weights.shape
      try extents.take((shape, weights.place), names: names.weights, operation: operation)
    }
    if let activations {
      // Leading dimensions of a linear layer's activations are all rows: tokens of every sentence.
      let rows =
        operation == .linear || isBatched
        ? Self.flattened(activations.shape, keeping: isBatched ? 2 : 1) : activations.shape
      try extents.take((rows, activations.place), names: names.activations, operation: operation)
    }
    switch operation {
    case .linear, .matmul:
      convolution = nil
      product = try extents.product()
      batch = isBatched ? extents["batch"] : nil
    case .conv2d:
      let convolution = try extents.convolution(mapping)
      self.convolution = convolution
      product = convolution.lowered
      batch = nil
    }
    self.weights = weights?.shape ?? names.weights.map { extents[$0] }
    self.activations = activations?.shape ?? names.activations.map { extents[$0] }
  }

  /// The shape with all but the last `kept` dimensions made one; as it is where there are too few, or too many elements.
  private static func flattened(_ shape: [Int], keeping kept: Int) -> [Int] {
    guard shape.count > kept || kept == 1, !shape.isEmpty, let rows = elementCount(of: shape.dropLast(kept)) else {
      return shape
    }
    return [rows] + shape.suffix(kept)
  }

  /// The dimensions of each tensor, by the names that `shape` uses.
  private static func names(
    _ operation: TraceOperation, isBatched: Bool
  ) -> (weights: [String], activations: [String], all: [String]) {
    switch operation {
    case .matmul where isBatched: (["batch", "M", "K"], ["batch", "K", "N"], ["batch", "M", "K", "N"])
    case .linear: (["M", "K"], ["N", "K"], ["M", "K", "N"])
    case .matmul: (["M", "K"], ["K", "N"], ["batch", "M", "K", "N"])
    case .conv2d: (["M", "C/groups", "R", "S"], ["batch", "C", "H", "W"], ["batch", "M", "C", "H", "W", "R", "S"])
    }
  }
}

/// Extents by name, and where each one was said first.
private struct Extents {
  /// The layer, for errors about what is missing.
  let value: YAMLValue
  private var known: [String: (extent: Int, place: YAMLPlace)] = [:]
  /// Names that stand for extents.
  let parameters: [String: Int]

  init(value: YAMLValue, parameters: [String: Int]) {
    self.value = value
    self.parameters = parameters
  }

  subscript(name: String) -> Int {
    guard name == "C/groups" else { return known[name]?.extent ?? 0 }
    return known[name]?.extent ?? known["C"].map { $0.extent / (known["groups"]?.extent ?? 1) } ?? 0
  }

  /// Takes the extents from the key `shape`.
  mutating func take(_ mapping: YAMLMapping, names: [String]) throws(WorkloadError) {
    let shape = try YAMLMapping(mapping.required("shape"), keys: names)
    for name in names {
      let value = name == "batch" ? shape[name] : try shape.required(name)
      let extent = try value?.extent(in: 1...GEMMShape.largestExtent, parameters: parameters) ?? 1
      known[name] = (extent, (value ?? shape.value).place)
    }
  }

  /// Takes the extents of a tensor, which must agree with those known.
  mutating func take(
    _ tensor: OperandShapes.Stored, names: [String], operation: TraceOperation
  ) throws(WorkloadError) {
    func error(_ problem: String, allowed: String) -> WorkloadError {
      tensor.place.error(.content, "the shape \(tensor.shape) \(problem)", allowed: allowed)
    }
    guard tensor.shape.count == names.count else {
      throw error("has \(tensor.shape.count) dimensions", allowed: "\(names.count): [\(names.joined(separator: ", "))]")
    }
    for (name, extent) in zip(names, tensor.shape) {
      guard (1...GEMMShape.largestExtent).contains(extent) else {
        throw error("has \(name) = \(extent)", allowed: "1 to \(GEMMShape.largestExtent)")
      }
      if let other = known[name], other.extent != extent {
        let reference = other.place.field.isEmpty ? "elsewhere" : "by \(other.place.field)"
        throw error("has \(name) = \(extent), but \(name) is \(other.extent) \(reference)", allowed: "\(other.extent)")
      }
      if known[name] == nil { known[name] = (extent, tensor.place) }
    }
  }

  func product() throws(WorkloadError) -> GEMMShape {
    if let batch = known["batch"], batch.extent > LayerReader.mostGroups {
      throw value.error("batch is \(batch.extent)", allowed: "1 to \(LayerReader.mostGroups)")
    }
    if let problem = GEMMShape.problem(m: self["M"], k: self["K"], n: self["N"]) {
      throw value.error(problem.text, allowed: problem.allowed)
    }
    return GEMMShape(m: self["M"], k: self["K"], n: self["N"])
  }

  /// The convolution of one group.
  mutating func convolution(_ mapping: YAMLMapping) throws(WorkloadError) -> ConvolutionShape {
    let limit = 1...ConvolutionShape.largestExtent
    let groups = try mapping["groups"]?.integer(in: 1...LayerReader.mostGroups) ?? 1
    known["groups"] = (groups, value.place)
    for name in ["M", "C"] where self[name] % groups != 0 {
      throw (mapping["groups"] ?? value).error(
        "\(groups) groups do not divide \(name) = \(self[name])", allowed: "a divisor of M and of C")
    }
    guard self["C/groups"] * groups == self["C"] else {
      throw (mapping["groups"] ?? value).error(
        "the weights have \(self["C/groups"]) input channels in each of \(groups) groups, the activations \(self["C"])",
        allowed: "channels of the activations / groups")
    }
    let shape = ConvolutionShape(
      batch: self["batch"], channels: self["C/groups"], height: self["H"], width: self["W"],
      filters: self["M"] / groups, filterHeight: self["R"], filterWidth: self["S"],
      stride: try mapping["stride"]?.pair(in: limit) ?? .init(1, 1),
      padding: try mapping["padding"]?.pair(in: 0...ConvolutionShape.largestExtent) ?? .init(0, 0),
      dilation: try mapping["dilation"]?.pair(in: limit) ?? .init(1, 1), groups: groups)
    if let problem = shape.problem { throw value.error(problem.text, allowed: problem.allowed) }
    return shape
  }
}
