// SPDX-License-Identifier: Apache-2.0
import Sparsity
import Testing

struct PairedRunsTests {
  @Test(arguments: [(4, 2), (6, 2), (6, 3), (6, 4), (8, 3), (8, 4)])
  func `every pair of offsets has codes of its own that fit the bits and read back`(h: Int, bits: Int) {
    let runs = PairedRuns(h: h, bits: bits)
    var codes: Set<[Int]> = []
    for second in 1..<h {
      for first in 0..<second {
        let code = runs.codes(first: first, second: second)
        #expect(max(code.0, code.1) < 1 << bits && min(code.0, code.1) >= 0)
        #expect(codes.insert([code.0, code.1]).inserted)
        #expect(runs.offsets(code.0, code.1) == (first, second))
      }
    }
    #expect(codes.count == h * (h - 1) / 2)
  }

  @Test func `a run is the number of zeros in front of a value`() {
    #expect(PairedRuns(h: 8, bits: 3).codes(first: 1, second: 6) == (1, 4))
  }
}
