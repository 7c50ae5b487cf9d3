// SPDX-License-Identifier: Apache-2.0
import Hardware

/// Dynamic activation pruning (DAP): of each block of 8 activations the largest few are kept (S2TA, HPCA 2022).
struct ActivationPruning {
  /// The pruned operand, transposed [N, K].
  let values: [Int16]
  /// Share of the operand's squared norm that was removed.
  let removedNorm: Double

  /// - Parameters:
  ///   - values: operand B, transposed [N, K].
  ///   - kept: values of a block that stay; of equals those with the lower positions.
  init(_ values: [Int16], count: Int, length: Int, kept: Int) {
    var pruned = values
    var removed = 0.0
    var total = 0.0
    for row in 0..<count {
      for first in stride(from: 0, to: length, by: DensityBoundBlock.size) {
        let positions = row * length + first..<row * length + min(first + DensityBoundBlock.size, length)
        let order = positions.sorted { (values[$0].magnitude, $1) > (values[$1].magnitude, $0) }
        for (rank, position) in order.enumerated() {
          let square = Double(values[position]) * Double(values[position])
          total += square
          guard rank >= kept else { continue }
          removed += square
          pruned[position] = 0
        }
      }
    }
    self.values = pruned
    removedNorm = total > 0 ? removed / total : 0
  }
}
