// SPDX-License-Identifier: Apache-2.0

import Sparsity

/// A matrix product with random operands, as the option `--gemm` asks for it.
///
///     let product = try SyntheticGEMM(GEMMShape.parse("1024x1024x1024"), pattern: "3:4->2:4", densityB: 0.5).layer()
///
/// Values are uniform in -127…127 without 0. A is dense unless it has a pattern (exactly G of H at each rank) or a
/// density (exactly round(d · M · K) non-zeros, anywhere, which nothing may rely on); so is B, its pattern lying along K in
/// every column.
public struct SyntheticGEMM: Sendable {
  public let shape: GEMMShape
  public var pattern: Pattern? { a.pattern }
  /// The pattern of B's columns.
  public var patternB: Pattern? { b.pattern }
  public let seed: UInt64
  private var a: RandomOperand
  private let b: RandomOperand

  /// - Parameters:
  ///   - pattern: text of `--pattern`; nil for dense.
  ///   - densityA: value of `--density-a`, 0 to 1; excludes a pattern.
  ///   - patternB: text of `--pattern-b`; nil for dense.
  ///   - densityB: value of `--density-b`, 0 to 1; excludes a pattern of B. Nil for dense.
  ///   - seed: equal seeds give equal operands.
  /// - Throws: `WorkloadError` of kind `usage` naming the option.
  public init(
    _ shape: GEMMShape, pattern: String? = nil, densityA: Double? = nil, patternB: String? = nil,
    densityB: Double? = nil, seed: UInt64 = 0
  ) throws(WorkloadError) {
    self.shape = shape
    self.seed = seed
    a = try Self.operand(pattern: pattern, "--pattern", density: densityA, "--density-a")
    b = try Self.operand(pattern: patternB, "--pattern-b", density: densityB, "--density-b")
  }

  /// An operand by the values of two options, of which one may be given.
  private static func operand(
    pattern text: String?, _ patternOption: String, density: Double?, _ densityOption: String
  ) throws(WorkloadError) -> RandomOperand {
    var pattern: Pattern?
    if let text { pattern = try Self.pattern(text, option: patternOption, other: densityOption) }
    if density != nil, pattern != nil {
      throw WorkloadError(.usage, field: densityOption, "is given beside \(patternOption)", allowed: "one of the two")
    }
    let uniform = RandomOperand.Occupancy.uniform(density: try Self.density(density ?? 1, option: densityOption))
    return RandomOperand(occupancy: pattern.map { .pattern($0) } ?? uniform, seed: nil)
  }

  mutating func setWeights(_ occupancy: RandomOperand.Occupancy) {
    a = RandomOperand(occupancy: occupancy, seed: a.seed)
  }

  /// The layer, with its values drawn; it is named `gemm`.
  public func layer() -> GEMMLayer { layer(a: nil, activations: nil) }

  /// The same, with what others who run the product drew of it; this product must be one of the takers.
  public func layer(sharing shared: SharedOperands) throws(WorkloadError) -> GEMMLayer {
    try shared.take(weights, nil) { layer(a: $0, activations: $1) }
  }

  /// Where operand A comes from.
  var weights: OperandSource { .random(a) }

  private func layer(a drawn: [Int16]?, activations: OperandVectors?) -> GEMMLayer {
    GEMMLayer(
      name: "gemm", shape: shape,
      a: drawn ?? a.matrix(rows: shape.m, columns: shape.k, bits: 8, runSeed: seed, layer: 0, operand: .a),
      activations: activations
        ?? OperandVectors(
          b.matrix(rows: shape.n, columns: shape.k, bits: 8, runSeed: seed, layer: 0, operand: .b), count: shape.n,
          length: shape.k),
      declaredPattern: pattern, declaredActivationPattern: patternB)
  }

  /// The pattern of an option; nil for `dense`, which declares nothing.
  ///
  /// - Throws: `WorkloadError` of kind `usage`.
  public static func pattern(
    _ text: String, option: String = "--pattern", other densityOption: String = "--density-a"
  ) throws(WorkloadError) -> Pattern? {
    let pattern: Pattern
    do {
      pattern = try patternAlongK(text)
    } catch {
      throw WorkloadError(.usage, field: option, error.problem, allowed: error.allowed)
    }
    if pattern.ranks.isEmpty { return nil }
    guard !pattern.structuredRanks.isEmpty else {
      throw WorkloadError(
        .usage, field: option, "'\(pattern)' does not say how many zeros there are",
        allowed: "a pattern with G:H, or \(densityOption)")
    }
    return pattern
  }

  private static func density(_ value: Double, option: String) throws(WorkloadError) -> Double {
    guard (0...1).contains(value) else {
      throw WorkloadError(.usage, field: option, "'\(value)' is no density", allowed: "a number from 0 to 1")
    }
    return value
  }
}
