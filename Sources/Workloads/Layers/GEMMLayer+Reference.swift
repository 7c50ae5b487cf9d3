// SPDX-License-Identifier: Apache-2.0

import Sparsity

extension GEMMLayer {
  /// Z by the untimed product, row-major [M, N]; operand B is read some columns at a time.
  ///
  /// - Throws: `ReferenceProductError` if an element does not fit 32 bits.
  public func referenceProduct() throws(ReferenceProductError) -> [Int32] {
    try ReferenceProduct.multiply(Tensor(shape: [m, k], elements: a), columnCount: n) { columns, values in
      activations.read(columns, along: 0..<k, into: &values)
    }.elements
  }
}
