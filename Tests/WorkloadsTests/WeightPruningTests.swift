// SPDX-License-Identifier: Apache-2.0
import Sparsity
import Testing

@testable import Workloads

/// Weights pruned otherwise than the workload declares.
struct WeightPruningTests {
  @Test(arguments: [0, 0.1, 0.25, 0.5, 0.77, 1])
  func `the largest magnitudes stay, as many as asked`(share: Double) {
    var random = SplitMix64(seed: UInt64(share * 100))
    for count in [0, 1, 7, 64, 1000] {
      let values = (0..<count).map { _ in Int16(truncatingIfNeeded: random.uniform(below: 41)) - 20 }
      let kept = keepingLargest(values, share: share)
      let quota = Int((share * Double(count)).rounded())
      let dropped = zip(values, kept).filter { $0 != $1 }.map { $0.0.magnitude }
      #expect(zip(values, kept).allSatisfy { $1 == 0 || $0 == $1 })
      #expect(kept.count { $0 != 0 } == min(quota, values.count { $0 != 0 }))
      #expect((dropped.max() ?? 0) <= (kept.filter { $0 != 0 }.map(\.magnitude).min() ?? .max))
    }
  }

  @Test func `the extreme magnitudes of 16 bits are told apart`() {
    #expect(keepingLargest([.min, .max, 0, -1], share: 0.25) == [.min, 0, 0, 0])
    #expect(keepingLargest([.max, .max, .max], share: 0.67) == [.max, .max, 0])
  }

  @Test func `a product is drawn for the design's pattern, a dense one stays`() throws {
    let shape = GEMMShape(m: 8, k: 32, n: 4)
    let sparse = try SyntheticGEMM(shape, pattern: "4:8->2:4", seed: 3)
    let pattern = try Pattern("2:4")
    let pruned = sparse.pruned(.pattern(pattern)).layer()
    #expect(pruned.declaredPattern == pattern && pruned.a.count { $0 != 0 } == 128)
    #expect(sparse.pruned(.dense).layer().a.count { $0 != 0 } == 256)
    let unstructured = sparse.pruned(.unstructured(density: 0.25)).layer()
    #expect(unstructured.declaredPattern == nil && unstructured.a.count { $0 != 0 } == 64)
    #expect(unstructured.bTransposed == sparse.layer().bTransposed)
    #expect(try SyntheticGEMM(shape, densityA: 0.5).pruned(.pattern(pattern)).layer().declaredPattern == nil)
  }
}
