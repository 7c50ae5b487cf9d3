// SPDX-License-Identifier: Apache-2.0

import Sparsity
import Testing

struct SplitMix64Tests {
  @Test func `the generator agrees with published values`() {
    // Seed 1234567; the values that the reference implementation by Vigna prints.
    var random = SplitMix64(seed: 1_234_567)
    #expect(
      (0..<5).map { _ in random.next() } == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
        16_408_922_859_458_223_821,
      ])
  }

  @Test func `streams differ by seed, layer and operand, and repeat for equal ones`() {
    var first: [UInt64] = []
    for seed in 0..<4 {
      for layer in 0..<8 {
        for operand in [SplitMix64.Operand.a, .b] {
          var random = SplitMix64(seed: UInt64(seed), layer: layer, operand: operand)
          var again = SplitMix64(seed: UInt64(seed), layer: layer, operand: operand)
          let value = random.next()
          #expect(value == again.next())
          first.append(value)
        }
      }
    }
    #expect(Set(first).count == first.count)
  }

  @Test(arguments: [1, 2, 3, 6, 7, 254])
  func `uniform numbers fill their range evenly`(bound: Int) {
    var random = SplitMix64(seed: 12)
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<bound * 1000 { counts[random.uniform(below: bound)] += 1 }
    // Six standard deviations of a count with mean 1000.
    #expect(counts.allSatisfy { abs($0 - 1000) <= 190 })
  }
}

struct SyntheticOperandTests {
  @Test(arguments: [8, 16])
  func `a dense operand has no zero and covers its width`(bits: Int) throws {
    var random = SplitMix64(seed: 13)
    let matrix = try SyntheticOperand(.dense, bits: bits).matrix(rows: 100, columns: 100, using: &random)
    let largest = Int16((1 << (bits - 1)) - 1)
    #expect(!matrix.elements.contains(0))
    #expect(matrix.elements.allSatisfy { -largest...largest ~= $0 })
    if bits == 8 { #expect(Set(matrix.elements).count == 254) }
  }

  @Test(arguments: ["2:4", "4:6->2:4", "1:2->3:5->1:2", "dense", "4:8->2:2"])
  func `a structured operand has exactly G of H at each rank`(text: String) throws {
    let pattern = try Pattern(text)
    var random = SplitMix64(seed: 14)
    let columns = pattern.period * 6
    let matrix = try SyntheticOperand(.structured(pattern)).matrix(rows: 20, columns: columns, using: &random)
    #expect(pattern.firstViolation(in: matrix, along: 1) == nil)
    let nonZeros = matrix.elements.count { $0 != 0 }
    #expect(Ratio(nonZeros, matrix.elements.count) == pattern.density)
    // At most G everywhere and G/H in total means exactly G in each group of every rank.
  }

  @Test func `a structured operand chooses positions evenly`() throws {
    let pattern = try Pattern("2:3->1:4")
    var random = SplitMix64(seed: 15)
    let matrix = try SyntheticOperand(.structured(pattern)).matrix(rows: 600, columns: 120, using: &random)
    var counts = [Int](repeating: 0, count: 12)
    for (index, element) in matrix.elements.enumerated() where element != 0 { counts[index % 12] += 1 }
    // 6000 groups, each position with probability 1/6: mean 1000, standard deviation 29.
    #expect(counts.allSatisfy { abs($0 - 1000) < 175 })
  }

  @Test func `a ragged end keeps to the pattern`() throws {
    var random = SplitMix64(seed: 16)
    for _ in 0..<200 {
      let pattern = Pattern(structured: random.rules(1...3, maximumH: 5))
      let columns = random.uniform(below: 80)
      let matrix = try SyntheticOperand(.structured(pattern)).matrix(rows: 3, columns: columns, using: &random)
      #expect(matrix.shape == [3, columns])
      #expect(pattern.firstViolation(in: matrix, along: 1) == nil)
    }
  }

  @Test(arguments: [0, 0.1, 0.25, 0.5, 0.333, 1])
  func `an unstructured operand has exactly the rounded number of non-zeros`(density: Double) throws {
    var random = SplitMix64(seed: 17)
    let matrix = try SyntheticOperand(.unstructured(density: density)).matrix(rows: 37, columns: 53, using: &random)
    #expect(matrix.elements.count { $0 != 0 } == Int(density * 37 * 53 + 0.5))
  }

  @Test func `a banded operand is non-zero exactly near the diagonal`() throws {
    var random = SplitMix64(seed: 18)
    for _ in 0..<50 {
      let (rows, columns) = (1 + random.uniform(below: 30), 1 + random.uniform(below: 30))
      let width = random.uniform(below: 10)
      let matrix = try SyntheticOperand(.banded(halfWidth: width)).matrix(rows: rows, columns: columns, using: &random)
      for row in 0..<rows {
        for column in 0..<columns {
          let isInBand = abs(column - row * columns / rows) <= width
          #expect((matrix.elements[row * columns + column] != 0) == isInBand)
        }
      }
    }
  }

  @Test func `an operand depends only on recipe, shape and stream`() throws {
    let recipe = try SyntheticOperand(.structured(Pattern("4:8->2:4")))
    var (first, second) = (SplitMix64(seed: 1, layer: 2, operand: .a), SplitMix64(seed: 1, layer: 2, operand: .a))
    #expect(
      recipe.matrix(rows: 16, columns: 64, using: &first) == recipe.matrix(rows: 16, columns: 64, using: &second))
    var other = SplitMix64(seed: 1, layer: 2, operand: .b)
    #expect(recipe.matrix(rows: 16, columns: 64, using: &first) != recipe.matrix(rows: 16, columns: 64, using: &other))
  }

  @Test func `a recipe that cannot be followed is refused`() {
    #expect(throws: SyntheticOperandError.bits(12)) { try SyntheticOperand(.dense, bits: 12) }
    #expect(throws: SyntheticOperandError.density(1.5)) { try SyntheticOperand(.unstructured(density: 1.5)) }
    #expect(throws: SyntheticOperandError.self) { try SyntheticOperand(.unstructured(density: .nan)) }
    #expect(throws: SyntheticOperandError.halfWidth(-1)) { try SyntheticOperand(.banded(halfWidth: -1)) }
    #expect(throws: SyntheticOperandError.self) { try SyntheticOperand(.structured(Pattern("C(unstructured)"))) }
  }
}

struct ReferenceProductTests {
  @Test func `the product equals the definition`() throws {
    var random = SplitMix64(seed: 19)
    for _ in 0..<60 {
      let (m, n, k) = (random.uniform(below: 70), random.uniform(below: 70), random.uniform(below: 100))
      let magnitude = [127, 4000, 32767][random.uniform(below: 3)]
      let a = Tensor(shape: [m, k], elements: random.values(m * k, oneIn: 1, magnitude: magnitude))
      let b = Tensor(shape: [n, k], elements: random.values(n * k, oneIn: 2, magnitude: magnitude))
      var expected: [Int32]? = []
      for row in 0..<m {
        for column in 0..<n {
          let sum = (0..<k).reduce(0) { $0 + Int(a.elements[row * k + $1]) * Int(b.elements[column * k + $1]) }
          if let sum = Int32(exactly: sum) { expected?.append(sum) } else { expected = nil }
        }
      }
      if let expected {
        #expect(try ReferenceProduct.multiply(a, bColumns: b) == Tensor(shape: [m, n], elements: expected))
      } else {
        #expect(throws: ReferenceProductError.self) { try ReferenceProduct.multiply(a, bColumns: b) }
      }
    }
  }

  @Test func `a sum that leaves Int32 on the way but not in the end is exact`() throws {
    let a = Tensor<Int16>(shape: [1, 4], repeating: -32768)
    let b = Tensor<Int16>(shape: [1, 4], elements: [-32768, -32768, 32767, 32767])
    #expect(try ReferenceProduct.multiply(a, bColumns: b).elements == [65536])
  }

  @Test func `an element that does not fit is named`() throws {
    let a = Tensor<Int16>(shape: [2, 2], elements: [0, 1, -32768, -32768])
    let b = Tensor<Int16>(shape: [1, 2], repeating: -32768)
    let error = try #require(throws: ReferenceProductError.self) { try ReferenceProduct.multiply(a, bColumns: b) }
    #expect((error.row, error.column) == (1, 0))
    #expect(error.value == 1 << 31)
  }

  @Test func `long sums are taken in chunks that cannot overflow`() throws {
    // 1000 * 1000 * 2147 fits Int32, 2148 does not: K = 5000 with alternating signs needs three chunks.
    let k = 5000
    let a = Tensor<Int16>(shape: [1, k], repeating: 1000)
    let b = Tensor<Int16>(shape: [1, k], elements: (0..<k).map { $0 < 2600 ? 1000 : -1000 })
    #expect(try ReferenceProduct.multiply(a, bColumns: b).elements == [200_000_000])
  }
}
