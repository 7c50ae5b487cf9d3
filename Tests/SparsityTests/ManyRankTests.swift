// SPDX-License-Identifier: Apache-2.0

import Sparsity
import Testing

/// Patterns beyond two ranks of single values: three ranks, and NVIDIA's pair-wise 4:8.
struct ManyRankTests {
  @Test func `three ranks are read, pruned to, and stored, and each rank keeps no more than the one below it`() throws {
    var random = SplitMix64(seed: 61)
    for _ in 0..<400 {
      let pattern = Pattern(structured: random.rules(3...3, maximumH: 5))
      #expect(try Pattern("\(pattern)") == pattern)
      let (rows, columns) = (1 + random.uniform(below: 4), 1 + random.uniform(below: 150))
      let original = Tensor(shape: [rows, columns], elements: random.values(rows * columns, oneIn: 1))
      var matrix = original
      let report = pattern.prune(&matrix, along: 1)
      #expect(pattern.firstViolation(in: matrix, along: 1) == nil)
      for row in 0..<rows {
        let values = matrix.elements[row * columns..<(row + 1) * columns].map { $0 != 0 }
        #expect(conforms(values, to: pattern.structuredRanks))
      }
      #expect(report.keptEnergy[0] >= report.keptEnergy[1] && report.keptEnergy[1] >= report.keptEnergy[2])
      #expect(report.keptEnergy[2] == matrix.elements.reduce(0) { $0 + Int64($1) * Int64($1) })
      let format = HSSFormat(pattern, valueBits: 8)
      let encoded = try format.encode(matrix)
      #expect(encoded.size == format.size(of: matrix))
      #expect(try format.decode(encoded) == matrix)
    }
  }

  /// NVIDIA's Hopper has 2:4 of single int8 values; for narrower ones it has 4:8 in pairs: two of four neighbours-pairs.
  @Test func `pair-wise 4:8 keeps whole pairs`() throws {
    let pattern = try Pattern("C1(2:4)->C0(2:2)")
    #expect(pattern.density == Ratio(1, 2))
    #expect(pattern.period == 8)
    var matrix = Tensor<Int16>(shape: [1, 8], elements: [9, 0, 5, 5, 8, 1, -6, 6])
    let report = pattern.prune(&matrix, along: 1)
    // Squares of the pairs: 81, 50, 65, 72.
    #expect(matrix.elements == [9, 0, 0, 0, 0, 0, -6, 6])
    #expect(report.keptEnergy == [268, 153])
    #expect(try Pattern("4:8").contains(pattern))
    #expect(try !pattern.contains(Pattern("4:8")))
    let size = HSSFormat(pattern, valueBits: 4).size(of: matrix)
    #expect(size == EncodedSize(dataBits: 16, metadataBits: 4))
  }

  @Test func `scores decide what stays, the report is of the values`() throws {
    var matrix = Tensor<Int8>(shape: [1, 8], elements: [1, 2, 3, 4, 5, 6, 7, 8])
    let scores = Tensor<Double>(shape: [1, 8], elements: [9, 8, 1, 1, 0, 0, 3, 3])
    let report = try Pattern("1:2->2:4").prune(&matrix, along: 1, scores: scores)
    #expect(matrix.elements == [1, 2, 0, 0, 0, 0, 0, 0])
    #expect(report.totalEnergy == 204)
    #expect(report.keptEnergy == [1 + 4 + 49 + 64, 5])
  }

  @Test func `scores that are squares prune as magnitude does`() throws {
    var random = SplitMix64(seed: 62)
    for _ in 0..<300 {
      let pattern = Pattern(structured: random.rules(1...3, maximumH: 5))
      let shape = [1 + random.uniform(below: 4), 1 + random.uniform(below: 40), 1 + random.uniform(below: 3)]
      let count = shape.reduce(1, *)
      var byMagnitude = Tensor(shape: shape, elements: random.values(count, oneIn: 1 + random.uniform(below: 2)))
      var byScore = byMagnitude
      let scores = Tensor(shape: shape, elements: byScore.elements.map { Double($0) * Double($0) })
      let first = pattern.prune(&byMagnitude, along: 1)
      let second = pattern.prune(&byScore, along: 1, scores: scores)
      #expect(byMagnitude == byScore)
      #expect(first.keptEnergy == second.keptEnergy)
      #expect(first.totalEnergy == second.totalEnergy)
    }
  }
}
