// SPDX-License-Identifier: Apache-2.0

import Sparsity

/// What a layer hands on to one that takes its activations from it: Z after the activation function, requantised to 8 bits.
///
/// Where a design stores its results in 8 bits, these are the values that it stores; every run checks that.
public struct LayerOutput: Sendable, Hashable {
  /// M.
  public let rows: Int
  /// N.
  public let columns: Int
  /// Row-major, -128 to 127.
  public let values: [Int16]

  /// The output of a layer with the sums `z`, row-major [M, N].
  public init(of layer: GEMMLayer, z: [Int32]) {
    precondition(z.count == layer.m * layer.n, "Z fills M x N")
    rows = layer.m
    columns = layer.n
    let scale = layer.output.requantisation(forRange: Int(min(0, z.min() ?? 0))...Int(max(0, z.max() ?? 0)))
    values = z.map { Int16(scale.apply(to: layer.output.activation.apply(to: Int($0)))) }
  }

  /// The output of a layer by the untimed product, which every run's Z is checked against.
  ///
  /// - Throws: `ReferenceProductError` where a sum does not fit 32 bits.
  public init(of layer: GEMMLayer) throws(ReferenceProductError) {
    self.init(of: layer, z: try layer.referenceProduct())
  }

  /// The output of a convolution as images, [batch, M, P, Q]: its columns are the places of one image after the other.
  func images(_ batch: Int) -> [Int16] {
    let places = columns / batch
    var images: [Int16] = []
    images.reserveCapacity(values.count)
    for image in 0..<batch {
      for row in 0..<rows {
        let start = row * columns + image * places
        images += values[start..<start + places]
      }
    }
    return images
  }
}
