// SPDX-License-Identifier: Apache-2.0

import Sparsity
import Testing

struct PruningTests {
  @Test func `rank 0 goes by magnitude, rank 1 by the norm of what rank 0 left`() throws {
    // Blocks of 4; after 2:4 their energies are 25+16, 36+0, 64+1: 1:3 then keeps the last.
    var tensor = Tensor<Int8>(shape: [12], elements: [5, -4, 3, 3, 6, 0, 0, 0, 1, -8, 1, 1])
    let report = try Pattern("1:3->2:4").prune(&tensor, along: 0)
    #expect(tensor.elements == [0, 0, 0, 0, 0, 0, 0, 0, 1, -8, 0, 0])
    #expect(report.totalEnergy == 59 + 36 + 67)
    #expect(report.keptEnergy == [41 + 36 + 65, 65])
    #expect(report.keptShare == 65.0 / 162.0)
  }

  @Test func `of equals the lower coordinate stays, and -128 outweighs 127`() throws {
    var tensor = Tensor<Int8>(shape: [8], elements: [3, -3, 3, -3, 127, -128, 127, 1])
    try Pattern("1:4").prune(&tensor, along: 0)
    #expect(tensor.elements == [3, 0, 0, 0, 0, -128, 0, 0])
  }

  @Test func `a tail counts as padded with zeros`() throws {
    var tensor = Tensor<Float>(shape: [6], elements: [1, 2, 3, 4, 5, 6])
    try Pattern("2:4").prune(&tensor, along: 0)
    #expect(tensor.elements == [0, 0, 3, 4, 5, 6])
  }

  /// Tries every subset of a short vector that the pattern allows, rank by rank as the definition says.
  @Test func `one rank keeps the most energy possible`() {
    var random = SplitMix64(seed: 8)
    for _ in 0..<200 {
      let rule = random.ratio(maximumH: 5)
      let length = 1 + random.uniform(below: 10)
      let original = random.values(length, oneIn: 1, magnitude: 9)
      var pruned = Tensor(shape: [length], elements: original)
      let report = Pattern(structured: [rule]).prune(&pruned, along: 0)
      let allowed = (0..<1 << length).map { bits($0, count: length) }.filter { conforms($0, to: [rule]) }
      let best = allowed.map { kept in
        zip(original, kept).reduce(Int64(0)) { $0 + ($1.1 ? Int64($1.0) * Int64($1.0) : 0) }
      }.max()
      #expect(report.keptEnergy[0] == best)
    }
  }

  @Test func `on any dimension of any shape the result conforms, keeps its values, and is stable`() {
    var random = SplitMix64(seed: 9)
    for _ in 0..<300 {
      let shape = (0...random.uniform(below: 4)).map { _ in random.uniform(below: 9) }
      let dimension = random.uniform(below: shape.count)
      let pattern = random.pattern(ranks: 3, maximumH: 4)
      let original = Tensor(shape: shape, elements: random.values(shape.reduce(1, *), oneIn: 1))
      var pruned = original
      let report = pattern.prune(&pruned, along: dimension)
      #expect(pattern.firstViolation(in: pruned, along: dimension) == nil)
      #expect(zip(original.elements, pruned.elements).allSatisfy { $1 == 0 || $0 == $1 })
      let left = pruned.elements.reduce(Int64(0)) { $0 + Int64($1) * Int64($1) }
      #expect((report.keptEnergy.last ?? report.totalEnergy) == left)
      #expect(zip([report.totalEnergy] + report.keptEnergy, report.keptEnergy).allSatisfy { $0 >= $1 })
      var again = pruned
      pattern.prune(&again, along: dimension)
      #expect(again == pruned)
    }
  }

  @Test func `pruning along a dimension equals pruning the transposed matrix along the other`() {
    var random = SplitMix64(seed: 10)
    for _ in 0..<100 {
      let (rows, columns) = (1 + random.uniform(below: 20), 1 + random.uniform(below: 20))
      let pattern = Pattern(structured: random.rules(1...3, maximumH: 4))
      var matrix = Tensor(shape: [rows, columns], elements: random.values(rows * columns, oneIn: 1))
      var transposed = transpose(matrix)
      pattern.prune(&matrix, along: 0)
      pattern.prune(&transposed, along: 1)
      #expect(transpose(matrix) == transposed)
    }
  }

  private func transpose(_ matrix: Tensor<Int16>) -> Tensor<Int16> {
    let (rows, columns) = (matrix.shape[0], matrix.shape[1])
    return Tensor(
      shape: [columns, rows],
      elements: (0..<columns).flatMap { column in (0..<rows).map { matrix.elements[$0 * columns + column] } })
  }
}

struct ConformanceTests {
  @Test func `a violation names rank, place and count`() throws {
    // [2, 8, 2] along dimension 1: fiber (1, *, 0) has three non-zeros in its second group of 4.
    var tensor = Tensor<Int16>(shape: [2, 8, 2], repeating: 0)
    for position in [4, 5, 7] { tensor.elements[16 + position * 2] = 1 }
    let violation = try #require(try Pattern("2:4").firstViolation(in: tensor, along: 1))
    #expect(violation.index == [1, 4, 0])
    #expect(violation.rank == 0)
    #expect(violation.found == 3)
    #expect(violation.allowed == GH(2, 4))
    #expect(violation.description.contains("3 of 4 values are non-zero in the group at [1, 4, 0]"))
  }

  @Test func `a rank-1 violation names the group of blocks`() throws {
    let tensor = Tensor<Float>(shape: [16], elements: (0..<16).map { $0 % 4 == 3 && $0 >= 4 ? 0.5 : -0.0 })
    let violation = try #require(try Pattern("2:4->1:4").firstViolation(in: tensor, along: 0))
    #expect(violation.rank == 1)
    #expect(violation.index == [0])
    #expect(violation.found == 3)
  }

  @Test func `a tensor conforms if and only if the definition says so`() {
    var random = SplitMix64(seed: 11)
    var counts = [false: 0, true: 0]
    for _ in 0..<3000 {
      let rules = random.rules(1...3, maximumH: 4)
      let length = random.uniform(below: 40)
      let values = random.values(length, oneIn: 1 + random.uniform(below: 10))
      let expected = conforms(values.map { $0 != 0 }, to: rules)
      let violation = Pattern(structured: rules).firstViolation(
        in: Tensor(shape: [length], elements: values), along: 0)
      #expect((violation == nil) == expected)
      counts[expected, default: 0] += 1
    }
    #expect(counts.values.allSatisfy { $0 > 300 })
  }
}
