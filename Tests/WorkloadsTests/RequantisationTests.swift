// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Workloads

@Suite("Requantisation")
struct RequantisationTests {
  @Test(arguments: [
    (0, 1, 0, 0), (5, 1, 0, 5), (-5, 1, 0, -5),
    // Halves go to the even neighbour, whatever the sign.
    (1, 1, 1, 0), (3, 1, 1, 2), (5, 1, 1, 2), (7, 1, 1, 4), (-1, 1, 1, 0), (-3, 1, 1, -2), (-5, 1, 1, -2),
    // Just beside a half.
    (5, 1, 3, 1), (3, 1, 3, 0), (-5, 1, 3, -1), (-3, 1, 3, 0), (257, 1, 9, 1), (255, 1, 9, 0),
    // Clamping.
    (127, 1, 0, 127), (128, 1, 0, 127), (-128, 1, 0, -128), (-129, 1, 0, -128), (Int.max, 2_147_483_647, 0, 127),
    (Int.min, 2_147_483_647, 0, -128),
    // Large shifts: 2^62 · 2^30 = 2^92.
    (1 << 62, 1 << 30, 92, 1), (1 << 62, 1 << 30, 93, 0), (1 << 62 + 1, 1 << 30, 93, 1), (Int.max, 1, 96, 0),
    (-1, 1, 96, 0), (Int.min, 2_147_483_647, 95, 0), (Int.min, 2_147_483_647, 93, -2),
  ]) func `a sum is scaled, rounded half to even and clamped`(sum: Int, multiplier: Int, shift: Int, expected: Int) {
    #expect(Requantisation(multiplier: multiplier, shift: shift).apply(to: sum) == expected)
  }

  /// The same by sign, magnitude and long division, which shares no step with an arithmetic shift.
  private func oracle(_ sum: Int, _ scale: Requantisation, _ width: Requantisation.OutputWidth) -> Int {
    let divisor = UInt128(1) << UInt128(scale.shift)
    let (quotient, remainder) = (UInt128(sum.magnitude) * UInt128(scale.multiplier)).quotientAndRemainder(
      dividingBy: divisor)
    let roundsUp = 2 * remainder > divisor || (2 * remainder == divisor && quotient % 2 == 1)
    let magnitude = Int128(quotient) + (roundsUp ? 1 : 0)
    let value = sum < 0 ? -magnitude : magnitude
    return Int(max(Int128(width.range.lowerBound), min(Int128(width.range.upperBound), value)))
  }

  @Test(arguments: Requantisation.OutputWidth.allCases)
  func `every sum and scale agrees with long division`(width: Requantisation.OutputWidth) {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<20_000 {
      let sum = Int(truncatingIfNeeded: random.next()) >> Int.random(in: 0...63, using: &random)
      let shift = Int.random(in: Requantisation.shifts, using: &random)
      let bits = Int.random(in: 1...31, using: &random)
      let scale = Requantisation(multiplier: Int.random(in: 1...(1 << bits) - 1, using: &random), shift: shift)
      #expect(scale.apply(to: sum, width: width) == oracle(sum, scale, width))
    }
  }

  @Test func `exact halves agree with long division`() {
    var random = SeededGenerator(seed: 2)
    for shift in 1...40 {
      for _ in 0..<20 {
        let odd = 2 * Int.random(in: -200...200, using: &random) + 1
        let scale = Requantisation(multiplier: 1, shift: shift)
        let half = odd << (shift - 1)
        for sum in [half - 1, half, half + 1] { #expect(scale.apply(to: sum) == oracle(sum, scale, .bits8)) }
      }
    }
  }

  @Test func `the chosen scale maps the largest magnitude to the largest output`() {
    var random = SeededGenerator(seed: 3)
    for width in Requantisation.OutputWidth.allCases {
      for bits in 0...62 {
        for _ in 0..<10 {
          let magnitude = Int.random(in: 1 << bits...((1 << bits) - 1) * 2 + 1, using: &random)
          let other = Int.random(in: 0...magnitude, using: &random)
          let positive = Requantisation.chosen(forRange: -other...magnitude, width: width)
          let negative = Requantisation.chosen(forRange: -magnitude...other, width: width)
          #expect(positive == negative)
          #expect(positive.apply(to: magnitude, width: width) == width.range.upperBound)
          #expect(negative.apply(to: -magnitude, width: width) == -width.range.upperBound)
          #expect(Requantisation.multipliers.contains(positive.multiplier))
          // The most precise multiplier has 31 bits, unless the shift is at its limit.
          #expect(positive.multiplier >= 1 << 29 || positive.shift == Requantisation.shifts.upperBound)
        }
      }
    }
  }

  @Test func `the chosen scale of some ranges is known`() {
    // 127 · 2^24 is the largest multiple of 127 by a power of two below 2^31.
    #expect(Requantisation.chosen(forRange: -1...0) == Requantisation(multiplier: 127 << 24, shift: 24))
    #expect(Requantisation.chosen(forRange: 0...127) == Requantisation(multiplier: 1 << 30, shift: 30))
    #expect(Requantisation.chosen(forRange: 0...0) == Requantisation(multiplier: 1, shift: 0))
    #expect(Requantisation.chosen(forRange: Int.min...0).apply(to: Int.min) == -127)
  }

  @Test func `activation comes before the scale is chosen`() {
    let relu = OutputSpecification(activation: .relu)
    #expect(relu.requantisation(forRange: -1000...10) == .chosen(forRange: 0...10))
    #expect(OutputSpecification().requantisation(forRange: -1000...10) == .chosen(forRange: -1000...10))
    let given = OutputSpecification(activation: .relu, requantisation: Requantisation(multiplier: 3, shift: 4))
    #expect(given.requantisation(forRange: -1000...10) == Requantisation(multiplier: 3, shift: 4))
    #expect(OutputSpecification.Activation.relu.apply(to: -3) == 0)
    #expect(OutputSpecification.Activation.none.apply(to: -3) == -3)
  }

  @Test func `the range of sums is their smallest and largest`() {
    #expect(Requantisation.range(of: [3, -7, 5]) == -7...5)
    #expect(Requantisation.range(of: [Int]()) == nil)
  }
}
