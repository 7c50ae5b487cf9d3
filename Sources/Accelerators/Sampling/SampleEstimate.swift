// SPDX-License-Identifier: Apache-2.0
import Statistics

/// Makes a layer's counts of those of its parts.
///
/// A count of the whole is the first part's and, for each stratum, what its segment added, times the stratum's size over the
/// segment's. What a layer costs once, filling and draining, is in the first part once, and cancels in every difference.
struct SampleEstimate {
  /// What a stratum is to its segment, in rows or columns.
  struct Stratum {
    let extent: Int
    let segment: Int

    var factor: Double { Double(extent) / Double(segment) }
    /// Whether there was something to choose.
    var isSampled: Bool { segment < extent }
  }

  let strata: [Stratum]

  /// Factors of the parts' counts; they sum to 1.
  var weights: [Double] { [1] + strata.flatMap { [$0.factor, -$0.factor] } }

  /// The whole's count, exact but for a rounding per stratum, and not negative.
  ///
  /// - Parameter counts: those of the parts: the first, then with and without each segment.
  func total(_ counts: [Int64]) -> Int64 {
    var total = Int128(counts[0])
    for (index, stratum) in strata.enumerated() {
      let scaled = (Int128(counts[2 * index + 1]) - Int128(counts[2 * index + 2])) * Int128(stratum.extent)
      let (half, size) = (Int128(stratum.segment / 2), Int128(stratum.segment))
      total += (scaled + (scaled < 0 ? -half : half)) / size
    }
    return Int64(clamping: max(0, total))
  }

  /// Standard error and 95 % interval of a total, from how much the segments differ in what a row (or column) takes.
  ///
  /// The variance is that between the segments, over all strata alike, with the finite population's correction. It is at
  /// least what counting in whole units of the resolution leaves open.
  ///
  /// - Parameter raised: by how much the estimate was raised to a bound; the interval reaches as far at least.
  func uncertainty(_ counts: [Double], resolution: Double, raised: Int64 = 0) -> LayerSample.Uncertainty {
    let sampled = strata.indices.filter { strata[$0].isSampled }
    let rates = sampled.map { (counts[2 * $0 + 1] - counts[2 * $0 + 2]) / Double(strata[$0].segment) }
    guard rates.count > 1 else { return LayerSample.Uncertainty(error: 0, margin: 0) }
    let mean = rates.reduce(0, +) / Double(rates.count)
    let variance = rates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rates.count - 1)
    var sum = 0.0
    for stratum in sampled.map({ strata[$0] }) {
      let extent = Double(stratum.extent)
      let left = 1 - Double(stratum.segment) / extent
      let open = resolution * stratum.factor
      sum += max(extent * extent * left * variance, open * open)
    }
    let quantile = Self.quantile(degrees: rates.count - 1)
    let error = max(sum.squareRoot(), Double(raised) / quantile)
    return LayerSample.Uncertainty(error: error, margin: error * quantile)
  }

  /// Student's t at 97.5 %.
  private static func quantile(degrees: Int) -> Double {
    let values = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365]
    precondition(degrees >= 1 && degrees <= values.count, "a sample has two to eight segments")
    return values[degrees - 1]
  }
}
