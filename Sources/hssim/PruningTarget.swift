// SPDX-License-Identifier: Apache-2.0
import Sparsity
import Workloads

/// A pattern that weights can be put on: ranks along a dimension, or a choice of columns that rows share.
enum PruningPattern: CustomStringConvertible {
  case ranks(Pattern)
  case shared(VNMPattern)

  /// - Throws: `PatternError`; `CommandError` for a pattern that keeps everything anywhere.
  init(_ text: String) throws {
    if VNMPattern.isNotation(text) {
      self = .shared(try VNMPattern(text))
      return
    }
    let pattern = try Pattern(text)
    guard !pattern.structuredRanks.isEmpty else {
      throw CommandError(
        .usage, "--pattern \(pattern): this says nothing about what to prune; allowed: a pattern with G:H")
    }
    self = .ranks(pattern)
  }

  /// Values along K after which the pattern repeats.
  var period: Int {
    switch self {
    case .ranks(let pattern): pattern.period
    case .shared(let pattern): pattern.columns.h
    }
  }

  var description: String {
    switch self {
    case .ranks(let pattern): "\(pattern)"
    case .shared(let pattern): "\(pattern)"
    }
  }

  /// What is reported after each step, rank 0 first; a shared choice of columns is rank 1, but comes first.
  var rankCount: Int {
    switch self {
    case .ranks(let pattern): pattern.structuredRanks.count
    case .shared: 2
    }
  }
}

/// A tensor that is to be pruned.
struct PruningTarget {
  /// What the report calls it: a layer, or the tensor.
  let name: String
  /// Nil for the only tensor of a file.
  let tensor: String
  let pattern: PruningPattern
  /// The dimension along which the pattern lies; nil for K, which of a convolution has C innermost.
  let dimension: Int?

  /// What pruning left.
  struct Outcome {
    let shape: [Int]
    let densityBefore: Double
    let densityAfter: Double
    /// Shares of the energy left after each rank, rank 0 first.
    let keptShares: [Double]
    let totalEnergy: Double
    let keptEnergy: Double
  }

  /// Prunes a tensor, by magnitude or by scores of its shape.
  ///
  /// - Throws: `CommandError` where the pattern has no place in the tensor.
  func prune<Element: TensorElement & PrunableElement>(
    _ tensor: Tensor<Element>, scores: Tensor<Double>?
  ) throws -> (tensor: Tensor<Element>, outcome: Outcome) where Element.Energy == Int64 {
    if let dimension {
      guard tensor.shape.indices.contains(dimension) else {
        throw CommandError(
          .usage,
          "--dimension \(dimension): tensor \(name) has \(tensor.shape.count) dimensions; "
            + "allowed: 0 to \(tensor.shape.count - 1)")
      }
    }
    let isShared = if case .shared = pattern { true } else { false }
    guard (dimension != nil && !isShared) || tensor.shape.count == 2 || tensor.shape.count == 4 else {
      throw CommandError(
        .usage, "tensor \(name) of shape \(tensor.shape): allowed for \(pattern): [M, K] or [M, C, R, S]")
    }
    let isLowered = dimension == nil || isShared
    var values = isLowered ? tensor.weightRows : tensor
    let importance = scores.map { isLowered ? $0.weightRows : $0 }
    let (total, kept) = energies(pruning: &values, scores: importance, along: isLowered ? 1 : dimension ?? 1)
    let result = isLowered ? values.weights(of: tensor.shape) : values
    let outcome = Outcome(
      shape: tensor.shape, densityBefore: Self.density(of: tensor), densityAfter: Self.density(of: result),
      keptShares: kept.map { total == 0 ? 1 : Double($0) / Double(total) }, totalEnergy: Double(total),
      keptEnergy: Double(kept.last ?? total))
    return (result, outcome)
  }

  /// The energy before, and after each rank.
  private func energies<Element: PrunableElement>(
    pruning values: inout Tensor<Element>, scores: Tensor<Double>?, along dimension: Int
  ) -> (total: Int64, kept: [Int64]) where Element.Energy == Int64 {
    switch pattern {
    case .ranks(let pattern):
      let report =
        if let scores {
          pattern.prune(&values, along: dimension, scores: scores)
        } else {
          pattern.prune(&values, along: dimension)
        }
      return (report.totalEnergy, report.keptEnergy)
    case .shared(let pattern):
      let energy = pattern.prune(&values)
      return (energy.total, [energy.afterColumns, energy.kept])
    }
  }

  private static func density<Element: TensorElement>(of tensor: Tensor<Element>) -> Double {
    tensor.elements.isEmpty ? 0 : Double(tensor.elements.count { $0 != 0 }) / Double(tensor.elements.count)
  }
}
