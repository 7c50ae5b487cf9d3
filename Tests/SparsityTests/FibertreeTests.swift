// SPDX-License-Identifier: Apache-2.0

import Sparsity
import Testing

struct FibertreeTests {
  private func tensor(_ random: inout SplitMix64, _ shape: [Int]) -> Tensor<Int16> {
    Tensor(shape: shape, elements: random.values(shape.reduce(1, *), oneIn: 3))
  }

  @Test func `a tree holds the non-zeros and nothing else`() throws {
    let tree = Fibertree(
      Tensor<Int16>(shape: [3, 4], elements: [0, 7, 0, 8, 0, 0, 0, 0, 9, 0, 0, 0]), ranks: ["M", "C"])
    #expect(tree.count == 3)
    #expect(tree.root.elements.map(\.coordinate) == [0, 2])
    #expect(tree.fibers(ofRank: 1).map(\.occupancy) == [2, 1])
    #expect(tree.fibers(ofRank: 1)[0].elements.map(\.coordinate) == [1, 3])
    #expect(tree.fibers(ofRank: 1)[0].elements.map(\.payload) == [.value(7), .value(8)])
  }

  @Test func `a tensor survives the way into a tree and back`() {
    var random = SplitMix64(seed: 20)
    for _ in 0..<100 {
      let shape = (0...random.uniform(below: 4)).map { _ in random.uniform(below: 6) }
      let tensor = tensor(&random, shape)
      #expect(Fibertree(tensor, ranks: shape.indices.map { "R\($0)" }).tensor() == tensor)
    }
  }

  @Test func `reordering transposes, and back restores`() throws {
    var random = SplitMix64(seed: 21)
    let (m, c, r) = (3, 5, 4)
    let original = tensor(&random, [m, c, r])
    let tree = Fibertree(original, ranks: ["M", "C", "R"])
    let reordered = try tree.reordered(["R", "M", "C"])
    let dense = reordered.tensor()
    #expect(dense.shape == [r, m, c])
    for i in 0..<m {
      for j in 0..<c {
        for k in 0..<r {
          #expect(dense.elements[(k * m + i) * c + j] == original.elements[(i * c + j) * r + k])
        }
      }
    }
    #expect(try reordered.reordered(["M", "C", "R"]) == tree)
  }

  @Test func `flattening keeps the order of elements, and a partition by shape undoes it`() throws {
    var random = SplitMix64(seed: 22)
    let original = tensor(&random, [2, 3, 4])
    let tree = Fibertree(original, ranks: ["C", "R", "S"])
    let flat = try tree.flattened("R", "S")
    #expect(flat.ranks.map(\.name) == ["C", "RS"])
    #expect(flat.tensor() == Tensor(shape: [2, 12], elements: original.elements))
    let back = try flat.partitioned("RS", shape: 4, names: ("R", "S"))
    #expect(back.tensor() == original)
  }

  @Test func `partition by shape pads the last part, and flattening undoes it`() throws {
    var random = SplitMix64(seed: 23)
    for _ in 0..<100 {
      let (rows, columns) = (1 + random.uniform(below: 4), 1 + random.uniform(below: 20))
      let shape = 1 + random.uniform(below: 6)
      let original = tensor(&random, [rows, columns])
      let tree = Fibertree(original, ranks: ["M", "C"])
      let parts = try tree.partitioned("C", shape: shape)
      #expect(parts.ranks.map(\.name) == ["M", "C1", "C0"])
      let count = (columns + shape - 1) / shape
      var padded: [Int16] = []
      for row in 0..<rows {
        padded += original.elements[row * columns..<(row + 1) * columns]
        padded += Array(repeating: 0, count: count * shape - columns)
      }
      #expect(parts.tensor() == Tensor(shape: [rows, count, shape], elements: padded))
      #expect(try parts.flattened("C1", "C0") == tree)
      // Twice, as for a two-rank pattern.
      let twice = try parts.partitioned("C1", shape: 2, names: ("C3", "C2"))
      #expect(try twice.flattened("C3", "C2").flattened("C1", "C0") == tree)
    }
  }

  @Test func `partition by occupancy gives every part but the last its share, and flattening undoes it`() throws {
    var random = SplitMix64(seed: 24)
    for _ in 0..<100 {
      let shape = (0..<3).map { _ in 1 + random.uniform(below: 8) }
      let occupancy = 1 + random.uniform(below: 4)
      let tree = Fibertree(tensor(&random, shape), ranks: ["M", "C", "S"])
      for (name, rank) in [("M", 0), ("C", 1), ("S", 2)] {
        let parts = try tree.partitioned(name, occupancy: occupancy)
        for (whole, upper) in zip(tree.fibers(ofRank: rank), parts.fibers(ofRank: rank)) {
          let inner: [[Int]] = upper.elements.map { element in
            if case .fiber(let fiber) = element.payload { fiber.elements.map(\.coordinate) } else { [Int]() }
          }
          #expect(inner.dropLast().allSatisfy { $0.count == occupancy })
          #expect(inner.flatMap { $0 } == whole.elements.map(\.coordinate))
          #expect(upper.elements.map(\.coordinate) == inner.map { $0[0] })
        }
        #expect(parts.count == tree.count)
        #expect(try parts.flattened(name + "1", name + "0") == tree)
      }
    }
  }

  @Test func `partitions nest and survive reordering in between`() throws {
    var random = SplitMix64(seed: 25)
    let tree = Fibertree(tensor(&random, [4, 15, 3]), ranks: ["M", "C", "S"])
    let nested = try tree.partitioned("C", occupancy: 4).partitioned("C0", shape: 2, names: ("X", "Y"))
    #expect(throws: FibertreeError.self) { try nested.partitioned("M", shape: 2, names: ("C0", "Y")) }
    // X carries nothing of C0's origin: merged with C1 it is a plain flattening.
    #expect(try nested.flattened("C1", "X").ranks[1].name == "C1X")
    let mixed = try nested.reordered(["Y", "S", "M", "X", "C1"]).reordered(["M", "C1", "X", "Y", "S"])
    #expect(try mixed.flattened("X", "Y").flattened("C1", "C0") == tree)
  }

  @Test func `the specification of a pattern attaches to the transformed tree`() throws {
    var random = SplitMix64(seed: 26)
    var weights = Tensor(shape: [4, 24, 3, 3], elements: random.values(864, oneIn: 1))
    let pattern = try Pattern("RS->C1(2:3)->C0(2:4)")
    pattern.prune(&weights, along: 1)
    let tree = try Fibertree(weights, ranks: ["M", "C", "R", "S"])
      .reordered(["M", "R", "S", "C"]).flattened("R", "S")
      .partitioned("C", shape: 4).partitioned("C1", shape: 3, names: ("C3", "C2"))
    #expect(tree.ranks.map(\.name) == ["M", "RS", "C3", "C2", "C0"])
    #expect(tree.fibers(ofRank: 4).allSatisfy { $0.occupancy <= 2 })
    #expect(tree.fibers(ofRank: 3).allSatisfy { $0.occupancy <= 2 })
  }

  @Test func `what a tree does not allow is refused`() {
    let tree = Fibertree(Tensor<Float>(shape: [2, 2, 2], repeating: 1), ranks: ["A", "B", "C"])
    #expect(throws: FibertreeError.self) { try tree.reordered(["A", "B"]) }
    #expect(throws: FibertreeError.self) { try tree.reordered(["A", "B", "B"]) }
    #expect(throws: FibertreeError.self) { try tree.reordered(["A", "B", "D"]) }
    #expect(throws: FibertreeError.self) { try tree.flattened("A", "C") }
    #expect(throws: FibertreeError.self) { try tree.flattened("B", "A") }
    #expect(throws: FibertreeError.self) { try tree.partitioned("A", shape: 0) }
    #expect(throws: FibertreeError.self) { try tree.partitioned("A", occupancy: 0) }
    #expect(throws: FibertreeError.self) { try tree.partitioned("D", shape: 2) }
    #expect(throws: FibertreeError.self) { try tree.partitioned("A", shape: 2, names: ("B", "X")) }
  }
}
