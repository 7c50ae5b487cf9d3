// SPDX-License-Identifier: Apache-2.0

extension Pattern {
  /// Sets elements of `tensor` to zero until it conforms to this pattern along `dimension`, by importance scores.
  ///
  /// As `prune(_:along:)`, but rank 0 keeps the G0 elements with the largest scores, and each higher rank the G blocks with
  /// the largest sum of the scores that the lower ranks left. Of equals, the lower coordinate stays.
  ///
  /// - Parameter scores: the importance of every element, such as its square times the curvature of the loss.
  /// - Returns: what the ranks left of the elements' energy, not of the scores.
  /// - Precondition: the tensor has the dimension, scores have its shape, are finite and not negative.
  @discardableResult
  public func prune<Element: PrunableElement>(
    _ tensor: inout Tensor<Element>, along dimension: Int, scores: Tensor<Double>
  ) -> PruningReport<Element> {
    precondition(scores.shape == tensor.shape, "every element has a score")
    let fibers = Fibers(of: tensor.shape, along: dimension)
    var report = PruningReport<Element>(ranks: structuredRanks.count)
    var selection = GroupSelection<Double>()
    var importance = Self.levels(of: self, length: fibers.length, zero: 0.0)
    var kept = importance.dropLast().map { Array(repeating: true, count: $0.count) }
    for fiber in 0..<fibers.count {
      let start = fibers.start(of: fiber)
      for position in 0..<fibers.length {
        let score = scores.elements[start + position * fibers.stride]
        precondition(score >= 0 && score < .infinity, "scores are finite and not negative")
        importance[0][position] = score
      }
      for rank in structuredRanks.indices {
        let rule = rule(ofRank: rank)
        for group in importance[rank + 1].indices {
          let range = group * rule.h..<min((group + 1) * rule.h, importance[rank].count)
          importance[rank + 1][group] = selection.keep(
            rule.g, of: range, energies: &importance[rank], kept: &kept[rank])
        }
      }
      for position in 0..<fibers.length {
        let index = start + position * fibers.stride
        let energy = tensor.elements[index].energy
        report.totalEnergy += energy
        var coordinate = position
        for rank in structuredRanks.indices {
          guard kept[rank][coordinate] else {
            tensor.elements[index] = .zero
            break
          }
          report.keptEnergy[rank] += energy
          coordinate /= rule(ofRank: rank).h
        }
      }
    }
    return report
  }
}
