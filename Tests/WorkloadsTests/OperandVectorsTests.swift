// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Workloads

@Suite("Operands by tiles")
struct OperandVectorsTests {
  private func randomConvolution(_ random: inout SeededGenerator) -> ConvolutionShape {
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    return ConvolutionShape(
      batch: pick(1...2), channels: pick(1...5), height: pick(4...8), width: pick(4...8), filters: 1,
      filterHeight: pick(1...3), filterWidth: pick(1...3), stride: .init(pick(1...2), pick(1...3)),
      padding: .init(pick(0...2), pick(0...1)), dilation: .init(1, 1), groups: pick(1...2))
  }

  /// The definition of lowering, value by value.
  private func value(
    _ image: [Int16], _ shape: ConvolutionShape, group: Int, column: Int, k: Int
  ) -> Int16 {
    let (q, p) = (column % shape.outputWidth, column / shape.outputWidth % shape.outputHeight)
    let batch = column / shape.outputWidth / shape.outputHeight
    let (c, s, r) = (k % shape.channels, k / shape.channels % shape.filterWidth, k / shape.channels / shape.filterWidth)
    let row = p * shape.stride.vertical + r - shape.padding.vertical
    let place = q * shape.stride.horizontal + s - shape.padding.horizontal
    guard (0..<shape.height).contains(row), (0..<shape.width).contains(place) else { return 0 }
    let channel = (batch * shape.groups + group) * shape.channels + c
    return image[(channel * shape.height + row) * shape.width + place]
  }

  @Test(arguments: 0..<40) func `a tile of patches has the values of the lowered matrix`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let shape = randomConvolution(&random)
    let count = shape.batch * shape.groups * shape.channels * shape.height * shape.width
    let image = (0..<count).map { Int16($0 + 1) }
    let group = Int.random(in: 0..<shape.groups, using: &random)
    let vectors = shape.patches(of: image, group: group)
    #expect(vectors.count == shape.lowered.n && vectors.length == shape.lowered.k)
    var tile: [Int16] = [7, 7, 7]
    for _ in 0..<20 {
      let first = Int.random(in: 0..<vectors.count, using: &random)
      let last = Int.random(in: first...vectors.count, using: &random)
      let low = Int.random(in: 0..<vectors.length, using: &random)
      let high = Int.random(in: low...vectors.length, using: &random)
      vectors.read(first..<last, along: low..<high, into: &tile)
      let expected = (first..<last).flatMap { column in
        (low..<high).map { value(image, shape, group: group, column: column, k: $0) }
      }
      #expect(tile == expected)
    }
  }

  @Test(arguments: [(1, 1), (300, 7), (5, 40_000), (1000, 100)])
  func `blocks cover all vectors once, in order`(count: Int, length: Int) {
    let elements = (0..<count * length).map { Int16(truncatingIfNeeded: $0) }
    let vectors = OperandVectors(elements, count: count, length: length)
    var (seen, next, largest): ([Int16], Int, Int) = ([], 0, 0)
    vectors.forEachBlock { range, values in
      #expect(range.lowerBound == next && values.count == range.count * length)
      next = range.upperBound
      largest = max(largest, values.count)
      seen += values
    }
    #expect(next == count && seen == elements && vectors.elements == elements)
    #expect(largest <= max(1 << 15, length))
  }
}
