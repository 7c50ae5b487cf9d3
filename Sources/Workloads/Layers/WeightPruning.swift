// SPDX-License-Identifier: Apache-2.0
import Sparsity

/// What a layer's weights are pruned to for a design, in place of the pattern that the layer declares.
public enum WeightPruning: Hashable, Sendable {
  /// Not at all.
  case dense
  case pattern(Pattern)
  /// The largest magnitudes stay, wherever they are: round(density · size) values.
  case unstructured(density: Double)
}

extension SyntheticGEMM {
  /// The same product with A drawn for `pruning`; a product without a pattern stays as it is.
  public func pruned(_ pruning: WeightPruning) -> SyntheticGEMM {
    guard pattern != nil else { return self }
    var result = self
    result.setWeights(pruning.occupancy)
    return result
  }
}

extension TraceLayer {
  /// The same layer with its weights pruned for a design.
  ///
  /// Only weights that the trace has drawn to a pattern, or prunes onto one, can be pruned otherwise: of others the values
  /// are as they are.
  public func pruned(_ pruning: WeightPruning) -> TraceLayer {
    var result = self
    switch weights {
    case .random(let operand):
      guard operand.pattern != nil else { return self }
      result.weights = .random(RandomOperand(occupancy: pruning.occupancy, seed: operand.seed))
    case .stored(var operand):
      guard let declared = operand.pattern, declared.isPruned else { return self }
      switch pruning {
      case .dense: operand.pattern = nil
      case .pattern(let pattern):
        operand.pattern = DeclaredPattern(pattern: pattern, isPruned: true, place: declared.place)
      case .unstructured(let density):
        operand.pattern = nil
        operand.keptShare = density
      }
      result.weights = .stored(operand)
    case .chained: break
    }
    return result
  }
}

extension WeightPruning {
  fileprivate var occupancy: RandomOperand.Occupancy {
    switch self {
    case .dense: .uniform(density: 1)
    case .pattern(let pattern): .pattern(pattern)
    case .unstructured(let density): .uniform(density: density)
    }
  }
}

/// Keeps the round(share · count) largest magnitudes; of equals the first.
func keepingLargest(_ elements: [Int16], share: Double) -> [Int16] {
  var counts = [Int](repeating: 0, count: Int(UInt16.max) + 1)
  for element in elements { counts[Int(element.magnitude)] += 1 }
  var left = Int((share * Double(elements.count)).rounded())
  var threshold = counts.count
  while threshold > 1, left > 0 {
    guard counts[threshold - 1] <= left else { break }
    threshold -= 1
    left -= counts[threshold]
  }
  // All above the threshold stay; of the magnitude below it, as many as are left.
  return elements.map { element in
    let magnitude = Int(element.magnitude)
    if magnitude >= threshold { return element }
    guard magnitude == threshold - 1, left > 0 else { return 0 }
    left -= 1
    return element
  }
}
