// SPDX-License-Identifier: Apache-2.0

/// The vectors along K of an operand, rows of A or columns of B, to be read tile by tile.
///
/// They are kept as a matrix, or, lowered from a convolution, as the images whose patches they are: a patch is put together when it
/// is read, so that the lowered matrix, in which a value of an image occurs up to R·S times, is never built.
public struct OperandVectors: Sendable {
  /// Rows of A, or columns of B.
  public let count: Int
  /// K.
  public let length: Int
  private let storage: Storage
  private let counts = FormedOnce<[Int64]>()

  private enum Storage {
    /// [count, length], row-major.
    case matrix([Int16])
    /// [batch, H, W, C].
    case images([Int16], ConvolutionShape)
  }

  /// A matrix [count, length], row-major.
  public init(_ elements: [Int16], count: Int, length: Int) {
    precondition(elements.count == count * length, "vectors fill a matrix")
    self.count = count
    self.length = length
    storage = .matrix(elements)
  }

  /// The patches of images, in the order of the outputs.
  ///
  /// - Parameters:
  ///   - channelsLast: [batch, H, W, C].
  ///   - convolution: of one group.
  init(channelsLast: [Int16], patchesFor convolution: ConvolutionShape) {
    let shape = convolution.lowered
    count = shape.n
    length = shape.k
    storage = .images(channelsLast, convolution)
  }

  /// Values of all vectors, row-major [count, length]: to look at, and where an operand is small.
  public var elements: [Int16] {
    if case .matrix(let elements) = storage { return elements }
    var elements: [Int16] = []
    read(0..<count, along: 0..<length, into: &elements)
    return elements
  }

  /// Reads a tile: the values at `k` of the vectors `range`, row-major.
  ///
  /// - Parameter tile: overwritten; its storage is used again.
  public func read(_ range: Range<Int>, along k: Range<Int>, into tile: inout [Int16]) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "a tile is of vectors that there are")
    precondition(k.lowerBound >= 0 && k.upperBound <= length, "a tile lies along K")
    tile.removeAll(keepingCapacity: true)
    tile.reserveCapacity(range.count * k.count)
    switch storage {
    case .matrix(let elements):
      if k.count == length {
        tile += elements[range.lowerBound * length..<range.upperBound * length]
      } else {
        for vector in range { tile += elements[vector * length + k.lowerBound..<vector * length + k.upperBound] }
      }
    case .images(let values, let convolution):
      for vector in range { Self.append(patch: vector, along: k, of: values, convolution, to: &tile) }
    }
  }

  /// Calls `body` with one block of whole vectors after the other, about 64 KB each.
  public func forEachBlock(_ body: (_ vectors: Range<Int>, _ values: [Int16]) throws -> Void) rethrows {
    let step = max(1, (1 << 15) / length)
    var block: [Int16] = []
    for first in stride(from: 0, to: count, by: step) {
      let vectors = first..<min(first + step, count)
      read(vectors, along: 0..<length, into: &block)
      try body(vectors, block)
    }
  }

  /// At each position along K, how many vectors have a value that is not zero; copies share the count.
  var nonZeroCounts: [Int64] {
    counts.value {
      var counts = [Int64](repeating: 0, count: length)
      forEachBlock { vectors, values in
        for vector in vectors.indices {
          let start = (vector - vectors.lowerBound) * length
          for position in 0..<length where values[start + position] != 0 { counts[position] += 1 }
        }
      }
      return counts
    }
  }

  private static func append(
    patch: Int, along k: Range<Int>, of values: [Int16], _ convolution: ConvolutionShape, to tile: inout [Int16]
  ) {
    let channels = convolution.channels
    let (imageRow, outputColumn) = patch.quotientAndRemainder(dividingBy: convolution.outputWidth)
    let (image, outputRow) = imageRow.quotientAndRemainder(dividingBy: convolution.outputHeight)
    var position = k.lowerBound
    while position < k.upperBound {
      let (tap, channel) = position.quotientAndRemainder(dividingBy: channels)
      let run = min(channels - channel, k.upperBound - position)
      if let place = convolution.inputPlace(outputRow: outputRow, outputColumn: outputColumn, tap: tap) {
        let start = (image * convolution.height * convolution.width + place) * channels + channel
        tile += values[start..<start + run]
      } else {
        for _ in 0..<run { tile.append(0) }
      }
      position += run
    }
  }
}
