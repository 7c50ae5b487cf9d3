// SPDX-License-Identifier: Apache-2.0

extension GEMMLayer {
  /// The product of some rows of A and some columns of B, as a layer by itself: Z's elements there are the same.
  ///
  /// - Precondition: they are within the layer, and not empty.
  public func part(rows: Range<Int>, columns: Range<Int>) -> GEMMLayer {
    var vectors: [Int16] = []
    activations.read(columns, along: 0..<k, into: &vectors)
    return GEMMLayer(
      name: name, shape: GEMMShape(m: rows.count, k: k, n: columns.count),
      a: Array(a[rows.lowerBound * k..<rows.upperBound * k]), bTransposed: vectors, operandBits: operandBits,
      declaredPattern: declaredPattern, declaredActivationPattern: declaredActivationPattern, output: output,
      repeatCount: repeatCount, source: source)
  }
}
