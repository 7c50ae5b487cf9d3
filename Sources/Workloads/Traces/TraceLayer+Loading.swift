// SPDX-License-Identifier: Apache-2.0

import Sparsity

extension TraceLayer {
  /// Reads or draws the operands, lowers a convolution, and prunes onto the declared patterns or checks them.
  ///
  /// The result depends on nothing but the trace, the tensor files, the seed and the output that is taken.
  ///
  /// - Parameters:
  ///   - seed: for random operands that have no seed of their own.
  ///   - output: that of the layer `chainedSource`, where there is one.
  ///   - shared: what others who run this layer loaded of it; this layer must be one of its takers.
  /// - Throws: `WorkloadError`: `content` if a tensor does not conform to its pattern, `missing` or `inputOutput` if a
  ///   file cannot be read any more or has changed since the trace was read.
  // NB: Swift 6.3.1 crashes where it inlines this into another module (CopyPropagation, "Found ownership error").
  @inline(never)
  public func load(
    seed: UInt64 = 0, taking output: LayerOutput? = nil, sharing shared: SharedOperands? = nil
  ) throws(WorkloadError) -> GEMMLayer {
    let shared = shared ?? SharedOperands([self])
    return try shared.take(weights, output) { known, knownActivations throws(WorkloadError) in
      let a = if let known { known } else { try loadWeights(seed: seed) }
      let vectors =
        if let knownActivations { knownActivations } else { try loadActivations(seed: seed, taking: output) }
      return GEMMLayer(
        name: name, shape: shape, a: a, activations: vectors, operandBits: operandBits,
        declaredPattern: declaredPattern, declaredActivationPattern: activations.declaredPattern, output: self.output,
        repeatCount: repeatCount, source: source)
    }
  }

  /// Finds the mistakes that only values show, without drawing, pruning or keeping anything.
  ///
  /// - Throws: as `load` does.
  public func checkStoredValues() throws(WorkloadError) {
    // Pruning finds no mistakes; conforming to a pattern takes the matrix that it lies in.
    if case .stored(let operand) = weights {
      if operand.mustConform { _ = try loadWeights(seed: 0) } else { _ = try operand.read() }
    }
    if case .stored(let operand) = activations {
      if operand.mustConform { _ = try loadActivations(seed: 0, taking: nil) } else { _ = try operand.read() }
    }
  }

  /// A as [M, K].
  private func loadWeights(seed: UInt64) throws(WorkloadError) -> [Int16] {
    switch weights {
    case .random(let operand):
      return operand.matrix(
        rows: shape.m, columns: shape.k, bits: operandBits, runSeed: seed, layer: index, operand: .a)
    case .stored(let operand):
      let tensor = try operand.read()
      let rows =
        convolution?.loweredWeights(tensor.elements, group: group)
        ?? product(of: tensor.elements, elements: shape.m * shape.k)
      return try operand.patterned(Tensor(shape: [shape.m, shape.k], elements: rows))
    case .chained: preconditionFailure("weights are no layer's output")
    }
  }

  /// The part of a batch that belongs to this product; all where there is no batch.
  private func product(of values: [Int16], elements: Int) -> [Int16] {
    values.count == elements ? values : Array(values[group * elements..<(group + 1) * elements])
  }

  /// The columns of B.
  private func loadActivations(seed: UInt64, taking output: LayerOutput?) throws(WorkloadError) -> OperandVectors {
    switch activations {
    case .random(let operand):
      guard let convolution else {
        return columns(
          operand.matrix(rows: shape.n, columns: shape.k, bits: operandBits, runSeed: seed, layer: index, operand: .b))
      }
      // An image is drawn, not its patches: they overlap, and must agree where they do.
      let image = operand.matrix(
        rows: convolution.batch * convolution.channels, columns: convolution.height * convolution.width,
        bits: operandBits, runSeed: seed, layer: index, operand: .b)
      return convolution.ungrouped.patches(of: image, group: 0)
    case .stored(let operand):
      let tensor = try operand.read()
      // Activations of a convolution have no pattern.
      if let convolution { return convolution.patches(of: tensor.elements, group: group) }
      let rows =
        operation == .linear
        ? tensor.elements
        : transposed(product(of: tensor.elements, elements: shape.k * shape.n), rows: shape.k, columns: shape.n)
      return columns(try operand.patterned(Tensor(shape: [shape.n, shape.k], elements: rows)))
    case .chained:
      guard let output else { preconditionFailure("a chained layer is loaded with the output that it takes") }
      guard let convolution else {
        // Z is [K, N] of the next product as it is.
        precondition(output.rows == shape.k && output.columns == shape.n, "an output has the shape that was checked")
        return columns(transposed(output.values, rows: shape.k, columns: shape.n))
      }
      return convolution.patches(of: output.images(convolution.batch), group: group)
    }
  }

  private func columns(_ elements: [Int16]) -> OperandVectors {
    OperandVectors(elements, count: shape.n, length: shape.k)
  }
}

/// The matrix [columns, rows] of a matrix [rows, columns], both row-major.
///
/// Goes by square tiles that fit in a cache, because one of the two is walked against its order.
func transposed(_ elements: [Int16], rows: Int, columns: Int) -> [Int16] {
  precondition(elements.count == rows * columns, "a matrix has rows x columns elements")
  let tile = 64
  var result = [Int16](repeating: 0, count: elements.count)
  for rowStart in stride(from: 0, to: rows, by: tile) {
    for columnStart in stride(from: 0, to: columns, by: tile) {
      for row in rowStart..<min(rowStart + tile, rows) {
        for column in columnStart..<min(columnStart + tile, columns) {
          result[column * rows + row] = elements[row * columns + column]
        }
      }
    }
  }
  return result
}
