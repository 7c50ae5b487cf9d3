// SPDX-License-Identifier: Apache-2.0
import Sparsity
import Workloads

@testable import Accelerators

/// Draws small layers of every kind: ragged and prime extents, all patterns of both operands, densities, widths and
/// outputs.
struct RandomLayer {
  private var random: SplitMix64
  /// Draws operand B's patterns.
  private var randomB: SplitMix64
  /// M·N·K is at most this.
  private let mostMACs: Int
  /// Whose degrees are drawn as patterns of A, besides others.
  private let rule: HardwareRule

  init(seed: UInt64, mostMACs: Int = 200_000, rule: HardwareRule = WeightStationaryDesign.highLight.rule) {
    self.rule = rule
    random = SplitMix64(seed: seed, stream: 2)
    randomB = SplitMix64(seed: seed, stream: 4)
    self.mostMACs = mostMACs
  }

  /// Patterns that the machine runs as others, beside the degrees that it supports.
  private static let otherPatterns = [
    "1:2", "2:4", "2:6", "2:8", "1:4", "2:3", "3:4", "1:8", "3:4->2:4", "1:4->1:4", "4:10->2:4", "2:5->1:2",
    "C(unstructured)",
  ]

  mutating func layer(named name: String) throws -> GEMMLayer {
    let shape = shape()
    let bits = random.uniform(below: 3) == 0 ? 16 : 8
    let pattern = try pattern()
    var a = try weights(shape, pattern: pattern)
    let patternB = try patternB(besides: pattern)
    var b = try SyntheticOperand(.unstructured(density: density())).matrix(
      rows: shape.n, columns: shape.k, using: &random
    ).elements
    if let patternB {
      let mask = try SyntheticOperand(.structured(patternB)).matrix(rows: shape.n, columns: shape.k, using: &randomB)
      for index in b.indices where mask.elements[index] == 0 { b[index] = 0 }
    }
    if bits == 16 {
      // A product of two 16-bit values may have 31 bits: smaller ones keep every sum in 32.
      a = a.map { $0 * 17 }
      b = b.map { $0 * 15 }
    } else {
      for index in b.indices where b[index] == -127 { b[index] = -128 }
    }
    return GEMMLayer(
      name: name, shape: shape, a: a, bTransposed: b, operandBits: bits, declaredPattern: pattern,
      declaredActivationPattern: patternB, output: output())
  }

  /// For half of the layers one along the columns of B: most often of blocks, as many values as the dual-side variant has
  /// in those of A.
  private mutating func patternB(besides pattern: Pattern?) throws -> Pattern? {
    guard randomB.uniform(below: 2) == 0 else { return nil }
    let others = ["4:8", "2:4", "1:4->2:2", "2:8->3:3", "3:5->4:4", "4:6->6:6", "4:12->4:4", "2:8->2:4"]
    guard randomB.uniform(below: 3) > 0 else { return try Pattern(others[randomB.uniform(below: others.count)]) }
    let executed = WeightStationaryDesign.highLightDSSO.executedPattern(for: pattern ?? .dense)
    let values = executed.structuredRanks.last?.h ?? 2
    return Pattern(structured: [GH(4, 4 + randomB.uniform(below: 5)), GH(values, values)])
  }

  private mutating func shape() -> GEMMShape {
    let special = [1, 2, 3, 7, 13, 16, 17, 31, 61, 64, 65, 67, 127, 128, 129, 211, 256, 257, 300]
    func extent(using random: inout SplitMix64) -> Int {
      switch random.uniform(below: 4) {
      case 0: special[random.uniform(below: special.count)]
      case 1: 1 + random.uniform(below: 300)
      default: 1 + random.uniform(below: 70)
      }
    }
    while true {
      let (m, k, n) = (extent(using: &random), extent(using: &random), extent(using: &random))
      if m * k * n <= mostMACs { return GEMMShape(m: m, k: k, n: n) }
    }
  }

  private mutating func pattern() throws -> Pattern? {
    let degrees = rule.degrees
    let choice = random.uniform(below: degrees.count + Self.otherPatterns.count + 3)
    if choice < degrees.count { return degrees[choice].pattern }
    let other = choice - degrees.count
    return other < Self.otherPatterns.count ? try Pattern(Self.otherPatterns[other]) : nil
  }

  /// Weights of the pattern, now and then with zeros in slots that it keeps.
  private mutating func weights(_ shape: GEMMShape, pattern: Pattern?) throws -> [Int16] {
    let distribution: SyntheticOperand.Distribution =
      pattern.map { $0.isUnstructured ? .unstructured(density: 0.4) : .structured($0) } ?? .dense
    var a = try SyntheticOperand(distribution).matrix(rows: shape.m, columns: shape.k, using: &random).elements
    let zeroed = random.uniform(below: 3) == 0 ? random.uniform(below: 101) : 0
    for index in a.indices where random.uniform(below: 100) < zeroed { a[index] = 0 }
    return a
  }

  private mutating func density() -> Double {
    [0, 0.02, 0.1, 0.3, 0.5, 0.8, 0.95, 1, 1][random.uniform(below: 9)]
  }

  private mutating func output() -> OutputSpecification {
    let activation: OutputSpecification.Activation = random.uniform(below: 2) == 0 ? .relu : .none
    guard random.uniform(below: 2) == 0 else { return OutputSpecification(activation: activation) }
    let multiplier = 1 + random.uniform(below: Requantisation.multipliers.upperBound)
    return OutputSpecification(
      activation: activation,
      requantisation: Requantisation(multiplier: multiplier, shift: random.uniform(below: 97)))
  }
}
