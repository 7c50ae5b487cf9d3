// SPDX-License-Identifier: Apache-2.0

extension ConvolutionShape {
  /// The rows of A for one group: filters with C innermost.
  ///
  /// - Parameter weights: [groups · M, C, R, S], row-major; C and M are those of one group.
  /// - Returns: [M, K], row-major.
  /// - Precondition: `weights` has that shape.
  func loweredWeights(_ weights: [Int16], group: Int) -> [Int16] {
    precondition(weights.count == groups * filters * channels * taps, "lowered weights have the convolution's shape")
    return [Int16](unsafeUninitializedCapacity: filters * channels * taps) { rows, count in
      count = 0
      for filter in 0..<filters {
        let base = (group * filters + filter) * channels * taps
        for tap in 0..<taps {
          for channel in 0..<channels {
            rows[count] = weights[base + channel * taps + tap]
            count += 1
          }
        }
      }
    }
  }

  /// The columns of B for one group: a patch of the input for every output, with C innermost, zero outside the input.
  ///
  /// - Parameter activations: [batch, groups · C, H, W], row-major; C is that of one group.
  /// - Returns: [N, K], row-major, so that a column of B is contiguous.
  /// - Precondition: `activations` has that shape.
  func loweredActivations(_ activations: [Int16], group: Int) -> [Int16] {
    let plane = height * width
    precondition(
      activations.count == batch * groups * channels * plane, "lowered activations have the convolution's shape")
    let shape = lowered
    return [Int16](unsafeUninitializedCapacity: shape.n * shape.k) { columns, count in
      count = 0
      for image in 0..<batch {
        let base = (image * groups + group) * channels * plane
        for row in 0..<outputHeight {
          for column in 0..<outputWidth {
            for tap in 0..<taps {
              let place = inputPlace(outputRow: row, outputColumn: column, tap: tap)
              for channel in 0..<channels {
                columns[count] = place.map { activations[base + channel * plane + $0] } ?? 0
                count += 1
              }
            }
          }
        }
      }
    }
  }

  /// Places of the filter, R·S.
  private var taps: Int { filterHeight * filterWidth }

  /// Where in an input plane a tap of the filter falls; nil in the padding.
  private func inputPlace(outputRow: Int, outputColumn: Int, tap: Int) -> Int? {
    let (filterRow, filterColumn) = tap.quotientAndRemainder(dividingBy: filterWidth)
    let row = outputRow * stride.vertical + filterRow * dilation.vertical - padding.vertical
    let column = outputColumn * stride.horizontal + filterColumn * dilation.horizontal - padding.horizontal
    guard (0..<height).contains(row), (0..<width).contains(column) else { return nil }
    return row * width + column
  }
}
