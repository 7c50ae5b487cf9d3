// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Sparsity

extension GEMMLayer {
  /// Products of this many multiplications or more are formed by two threads.
  private static let sharedWork = 1 << 24

  /// Z by the untimed product, row-major [M, N]: formed when it is first asked for, and kept as long as the layer or a copy.
  ///
  /// - Throws: `ReferenceProductError` if an element does not fit 32 bits.
  public func referenceProduct() throws(ReferenceProductError) -> [Int32] {
    try facts.reference.value(formReferenceProduct)
  }

  /// Multiplications of the product whose factors are both not zero, counted from the operands alone, and once.
  public var effectualMACs: Int64 {
    facts.effectualMACs.value {
      var weights = [Int64](repeating: 0, count: k)
      for row in 0..<m {
        for position in 0..<k where a[row * k + position] != 0 { weights[position] += 1 }
      }
      return zip(weights, activations.nonZeroCounts).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }

  /// Operand B is read some columns at a time.
  private func formReferenceProduct() throws(ReferenceProductError) -> [Int32] {
    let parts = m * n * k < Self.sharedWork || n < 2 ? 1 : 2
    let factor = Tensor(shape: [m, k], elements: a)
    var failures = [ReferenceProductError?](repeating: nil, count: parts)
    let product = [Int32](unsafeUninitializedCapacity: m * n) { sums, count in
      failures.withUnsafeMutableBufferPointer { failures in
        // Every part writes its own columns and its own failure.
        nonisolated(unsafe) let (sums, failures) = (sums, failures)
        DispatchQueue.concurrentPerform(iterations: parts) { part in
          do throws(ReferenceProductError) {
            try ReferenceProduct.multiply(
              factor, columns: n * part / parts..<n * (part + 1) / parts, of: n,
              into: UnsafeMutableBufferPointer(rebasing: sums[..<(m * n)])
            ) { columns, values in activations.read(columns, along: 0..<k, into: &values) }
          } catch {
            failures[part] = error
          }
        }
      }
      count = m * n
    }
    // The first in order of columns, as one thread would find it.
    for case let failure? in failures { throw failure }
    return product
  }
}
