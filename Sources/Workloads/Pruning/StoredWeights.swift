// SPDX-License-Identifier: Apache-2.0
import Sparsity

/// The weights of a trace's layer as they lie in a file.
public struct StoredWeights: Sendable {
  /// The first layer that has the tensor, or the layer whose groups share it.
  public let layer: String
  /// The file, as the program finds it.
  public let file: String
  /// The tensor's name in the file; nil for the only one.
  public let tensor: String?
  /// As stored: [M, K], [..., M, K] of a batch, or [M, C/groups, R, S].
  public let shape: [Int]
  /// Whether the shape is that of filters.
  public let isConvolution: Bool
  /// Whether they are a matrix for each product of a batch, which is pruned by none but the trace itself.
  public var isBatch: Bool { !isConvolution && shape.count > 2 }
  /// What the layers with this tensor declare along K, each pattern once; none for dense weights.
  public fileprivate(set) var patterns: [Pattern]

  /// Values in a row of the weights that lie together, K or the channels of a group: what a group of a pattern needs.
  public var channels: Int { (isConvolution ? shape.dropFirst().first : shape.last) ?? 0 }
}

extension LayerTrace {
  /// The stored weights of the layers with these names, each tensor once; random weights are left out.
  ///
  /// - Parameter names: of layers, or of grouped convolutions without their `.group0`; nil for all.
  /// - Throws: `WorkloadError` of kind `usage` for a name that no layer with stored weights has.
  public func storedWeights(of names: [String]? = nil) throws(WorkloadError) -> [StoredWeights] {
    var found: [StoredWeights] = []
    var taken: Set<String> = []
    for layer in layers {
      guard case .stored(let operand) = layer.weights else { continue }
      // A grouped convolution and a batch are a layer for each product.
      let parts = [".group\(layer.group)", ".batch\(layer.group)"]
      let isBatch = layer.operation == .matmul && operand.description.shape.count > 2
      let isPart = isBatch || (layer.convolution?.groups ?? 1) > 1
      let part = isPart ? parts.first { layer.name.hasSuffix($0) } : nil
      let name = String(layer.name.dropLast(part?.count ?? 0))
      if let names, !names.contains(name), !names.contains(layer.name) { continue }
      taken.formUnion([name, layer.name])
      let tensor = operand.description.name
      let declared = operand.pattern.map { [$0.pattern] } ?? []
      if let known = found.firstIndex(where: { $0.file == operand.path && ($0.tensor ?? "") == tensor }) {
        found[known].patterns += declared.filter { !found[known].patterns.contains($0) }
        continue
      }
      found.append(
        StoredWeights(
          layer: name, file: operand.path, tensor: tensor.isEmpty ? nil : tensor, shape: operand.description.shape,
          isConvolution: layer.operation == .conv2d, patterns: declared))
    }
    if let missing = names?.first(where: { !taken.contains($0) }) {
      throw WorkloadError(
        .usage, field: "--layers", "\(quoted(missing)) is no layer with stored weights",
        allowed: listed(layers.map(\.name)),
        suggestion: suggestion(for: missing, among: layers.map(\.name)))
    }
    return found
  }
}

extension Tensor {
  /// Weights as the rows of A: [M, K], a convolution's [M, C, R, S] with C innermost in K.
  ///
  /// - Precondition: the tensor has two or four dimensions.
  public var weightRows: Tensor<Element> {
    guard shape.count == 4 else {
      precondition(shape.count == 2, "weights have two or four dimensions")
      return self
    }
    return reordered(Self.places(shape), shape: [shape[0], shape[1] * shape[2] * shape[3]])
  }

  /// The inverse of `weightRows`.
  ///
  /// - Precondition: the rows are those of a tensor of `shape`.
  public func weights(of shape: [Int]) -> Tensor<Element> {
    guard shape.count == 4 else { return self }
    var result = self.elements
    for (row, place) in Self.places(shape).enumerated() { result[place] = elements[row] }
    return Tensor(shape: shape, elements: result)
  }

  private func reordered(_ places: [Int], shape: [Int]) -> Tensor<Element> {
    Tensor(shape: shape, elements: places.map { elements[$0] })
  }

  /// For each element of the rows, in their order, where it is in [M, C, R, S].
  private static func places(_ shape: [Int]) -> [Int] {
    let (channels, window) = (shape[1], shape[2] * shape[3])
    return (0..<shape[0]).flatMap { filter in
      (0..<window).flatMap { place in (0..<channels).map { (filter * channels + $0) * window + place } }
    }
  }
}
