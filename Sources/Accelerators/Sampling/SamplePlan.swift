// SPDX-License-Identifier: Apache-2.0
import Sparsity

/// Which units of a layer are simulated: the first ones, and a segment of each stratum behind as many units as it takes the
/// machine to settle.
///
/// A part is a run of neighbouring units, from reset to its last result. What a segment takes is the difference of two
/// parts: units to settle and the segment, and the units to settle alone. The first units are a part by themselves; they
/// have what a layer costs once. A last unit that is smaller than the others is a stratum by itself. Segments have two
/// lengths, so that what is not proportional to the length shows as a difference between them.
struct SamplePlan: Equatable {
  struct Segment: Equatable {
    let stratum: Range<Int>
    let units: Range<Int>
  }

  /// Units until what one more takes does not depend on how many there were.
  let settling: Int
  /// In ascending order, that of a smaller last unit last.
  let segments: [Segment]

  /// - Parameters:
  ///   - extents: sizes of the layer's units, in rows or columns.
  ///   - fraction: the share of the units that is wanted.
  ///   - random: chooses the segments' places.
  /// - Returns: nil where the parts would not be less work than the layer.
  init?(extents: [Int], settling: Int, fraction: Double, random: inout SplitMix64) {
    let count = extents.count
    let settling = max(1, settling)
    self.settling = settling
    guard count > settling + Self.fewestSegments else { return nil }
    let hasEdge = extents[count - 1] < extents[..<(count - 1)].min() ?? 0
    let inner = settling..<(hasEdge ? count - 1 : count)
    let edge = hasEdge ? settling + 1 : 0
    let wanted = max(0, Int((fraction * Double(count)).rounded(.up)) - settling - edge)
    // Segments as long as what settles before them, where the share allows: what their ends do to a difference counts the less.
    let number = min(Self.mostSegments, max(Self.fewestSegments, wanted / (2 * settling + 1)))
    let shortest = max(1 + settling / 2, wanted / number - settling)
    let lengths = (0..<number).map { shortest + $0 % 2 }
    let work = settling + lengths.reduce(0) { $0 + 2 * settling + $1 } + (hasEdge ? 2 * settling + 1 : 0)
    guard work < count else { return nil }
    var segments: [Segment] = []
    for (index, length) in lengths.enumerated() {
      let stratum =
        inner.lowerBound + inner.count * index / number..<inner.lowerBound + inner.count * (index + 1) / number
      guard stratum.count >= length else { return nil }
      let first = stratum.lowerBound + random.uniform(below: stratum.count - length + 1)
      segments.append(Segment(stratum: stratum, units: first..<first + length))
    }
    if hasEdge { segments.append(Segment(stratum: count - 1..<count, units: count - 1..<count)) }
    self.segments = segments
  }

  /// Fewer say little of an error; more take units to settle each.
  private static let fewestSegments = 3
  private static let mostSegments = 8

  /// The units of each part: the first ones, then of each segment the part with it and the part without.
  var parts: [Range<Int>] {
    [0..<settling]
      + segments.flatMap { segment in
        let start = segment.units.lowerBound - settling
        return [start..<segment.units.upperBound, start..<segment.units.lowerBound]
      }
  }

  /// The units that are in any part.
  var seen: Set<Int> { parts.reduce(into: []) { $0.formUnion($1) } }
}
