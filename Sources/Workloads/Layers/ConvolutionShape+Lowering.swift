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
  /// Only the images are kept, channels last; a patch is put together when it is read.
  ///
  /// - Parameter activations: [batch, groups · C, H, W], row-major; C is that of one group.
  /// - Precondition: `activations` has that shape.
  func patches(of activations: [Int16], group: Int) -> OperandVectors {
    let plane = height * width
    precondition(
      activations.count == batch * groups * channels * plane, "lowered activations have the convolution's shape")
    var images: [Int16] = []
    images.reserveCapacity(batch * plane * channels)
    for image in 0..<batch {
      let start = (image * groups + group) * channels * plane
      images += transposed(Array(activations[start..<start + channels * plane]), rows: channels, columns: plane)
    }
    return OperandVectors(channelsLast: images, patchesFor: ungrouped)
  }

  /// Places of the filter, R·S.
  private var taps: Int { filterHeight * filterWidth }

  /// Where in an input plane a tap of the filter falls; nil in the padding.
  func inputPlace(outputRow: Int, outputColumn: Int, tap: Int) -> Int? {
    let (filterRow, filterColumn) = tap.quotientAndRemainder(dividingBy: filterWidth)
    let row = outputRow * stride.vertical + filterRow * dilation.vertical - padding.vertical
    let column = outputColumn * stride.horizontal + filterColumn * dilation.horizontal - padding.horizontal
    guard (0..<height).contains(row), (0..<width).contains(column) else { return nil }
    return row * width + column
  }
}
