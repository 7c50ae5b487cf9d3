// SPDX-License-Identifier: Apache-2.0
import Sparsity
import Testing

@testable import Accelerators

/// Which units a sample takes.
struct SamplePlanTests {
  private func plan(_ extents: [Int], settling: Int = 1, fraction: Double, seed: UInt64 = 0) -> SamplePlan? {
    var random = SplitMix64(seed: seed)
    return SamplePlan(extents: extents, settling: settling, fraction: fraction, random: &random)
  }

  @Test(arguments: UInt64(0)..<200)
  func `strata and the first units are all units, each once, and segments lie in their strata`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let count = 1 + random.uniform(below: 300)
    var extents = [Int](repeating: 64, count: count)
    if seed % 2 == 0 { extents[count - 1] = 1 + random.uniform(below: 64) }
    let settling = 1 + random.uniform(below: 6)
    let fraction = Double(1 + random.uniform(below: 60)) / 100
    guard let plan = plan(extents, settling: settling, fraction: fraction, seed: seed) else { return }
    var next = settling
    for segment in plan.segments {
      #expect(segment.stratum.lowerBound == next)
      #expect(segment.stratum.clamped(to: segment.units) == segment.units && !segment.units.isEmpty)
      #expect(segment.units.lowerBound >= settling)
      next = segment.stratum.upperBound
    }
    #expect(next == count)
    #expect(plan.parts.reduce(0) { $0 + $1.count } < count)
    // A smaller last unit is simulated whatever is drawn.
    if extents[count - 1] < 64 { #expect(plan.segments.last?.units == count - 1..<count) }
  }

  @Test func `a larger share takes more, and about what was asked for`() throws {
    let extents = [Int](repeating: 64, count: 2000)
    var last = 0
    for fraction in [0.01, 0.05, 0.1, 0.3] {
      let seen = try #require(plan(extents, settling: 2, fraction: fraction)).seen.count
      #expect(seen > last)
      #expect(abs(Double(seen) / 2000 - fraction) < 0.1 * fraction + 0.005, "\(fraction)")
      last = seen
    }
  }

  @Test func `one seed draws one sample, another another`() {
    let extents = [Int](repeating: 64, count: 500)
    #expect(plan(extents, fraction: 0.1, seed: 3) == plan(extents, fraction: 0.1, seed: 3))
    #expect(plan(extents, fraction: 0.1, seed: 3) != plan(extents, fraction: 0.1, seed: 4))
  }

  @Test func `a layer of few units, or one that never settles, is simulated as a whole`() {
    #expect(plan([64, 64, 64], fraction: 0.1) == nil)
    #expect(plan([Int](repeating: 64, count: 40), settling: 30, fraction: 0.1) == nil)
    #expect(plan([Int](repeating: 64, count: 40), fraction: 0.99) == nil)
  }
}
