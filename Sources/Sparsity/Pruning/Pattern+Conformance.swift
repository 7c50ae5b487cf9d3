// SPDX-License-Identifier: Apache-2.0

extension Pattern {
  /// The first place where `tensor` breaks this pattern along `dimension`, or nil if it conforms.
  ///
  /// "First" by fiber (row-major in the other dimensions), then by rank from 0 up, then by position. A last, incomplete
  /// group counts as padded with zeros.
  ///
  /// - Precondition: the tensor has the dimension.
  /// - Complexity: O(elements · ranks).
  @specialized(where Element == Int8)
  @specialized(where Element == Int16)
  @specialized(where Element == Float)
  public func firstViolation<Element: AdditiveArithmetic>(
    in tensor: Tensor<Element>, along dimension: Int
  ) -> PatternViolation? {
    let fibers = Fibers(of: tensor.shape, along: dimension)
    guard !allowsEverything else { return nil }
    var nonEmpty = [Bool](repeating: false, count: fibers.length)
    for fiber in 0..<fibers.count {
      let start = fibers.start(of: fiber)
      for position in 0..<fibers.length {
        nonEmpty[position] = tensor.elements[start + position * fibers.stride] != .zero
      }
      // `nonEmpty[0..<extent]` holds the coordinates of the current rank; each group leaves one for the next.
      var extent = fibers.length
      for rank in structuredRanks.indices {
        let rule = rule(ofRank: rank)
        var groups = 0
        for group in Swift.stride(from: 0, to: extent, by: rule.h) {
          let found = nonEmpty[group..<min(group + rule.h, extent)].count { $0 }
          guard found <= rule.g else {
            let position = group * blockSize(ofRank: rank)
            return PatternViolation(
              pattern: self, rank: rank, dimension: dimension, index: fibers.index(of: fiber, position: position),
              found: found)
          }
          nonEmpty[groups] = found > 0
          groups += 1
        }
        extent = groups
      }
    }
    return nil
  }
}
