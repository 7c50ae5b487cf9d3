// SPDX-License-Identifier: Apache-2.0

/// What happens to a layer's sums on their way off the chip: an activation function, then requantisation.
public struct OutputSpecification: Hashable, Sendable {
  public enum Activation: String, Hashable, Sendable, CaseIterable {
    case none
    case relu

    /// The function's value for one sum.
    public func apply(to sum: Int) -> Int {
      switch self {
      case .none: sum
      case .relu: max(0, sum)
      }
    }
  }

  public let activation: Activation
  /// The scale that the trace gives; nil if it is to be chosen from the range of Z.
  public let requantisation: Requantisation?

  public init(activation: Activation = .none, requantisation: Requantisation? = nil) {
    self.activation = activation
    self.requantisation = requantisation
  }

  /// The requantisation that applies to sums of a given range: the given one, else the one chosen for the range.
  ///
  /// - Parameter range: the smallest and the largest sum of Z, before the activation function.
  public func requantisation(forRange range: ClosedRange<Int>, width: Requantisation.OutputWidth = .bits8)
    -> Requantisation
  {
    if let requantisation { return requantisation }
    // Both functions are monotonic, so the range of the results is the result of the range.
    let activated = activation.apply(to: range.lowerBound)...activation.apply(to: range.upperBound)
    return .chosen(forRange: activated, width: width)
  }
}
