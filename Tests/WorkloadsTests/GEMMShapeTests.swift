// SPDX-License-Identifier: Apache-2.0

import Sparsity
import Testing

@testable import Workloads

@Suite("GEMM shapes and synthetic products")
struct GEMMShapeTests {
  @Test func `a shape is read as MxKxN`() throws {
    let shape = try GEMMShape.parse("512x256X1024")
    #expect(shape == GEMMShape(m: 512, k: 256, n: 1024))
    #expect(shape.description == "512x256x1024")
  }

  @Test(arguments: [
    ("", "'' is no shape"), ("1024", "MxKxN"), ("1x2", "MxKxN"), ("1x2x3x4", "MxKxN"), ("1x2x", "''"),
    ("axbxc", "'a'"), ("-1x2x3", "'-1'"), ("+1x2x3", "'+1'"), ("1 x2x3", "'1 '"), ("1.5x2x3", "'1.5'"),
    ("١x2x3", "'١'"), ("0x2x3", "M is 0"), ("1x0x3", "K is 0; allowed: 1 to 16777216"), ("1x2x0", "N is 0"),
    ("16777217x1x1", "M is 16777217"), ("1x99999999999999999999x1", "K is 9223372036854775807"),
    ("32768x32768x1", "A (M x K) has 1073741824 elements"), ("1x32768x32768", "B (K x N)"),
    ("32768x1x32768", "Z (M x N)"),
  ]) func `what is no shape is refused`(text: String, problem: String) {
    expectError(.usage, mentions: "--gemm", problem, "allowed") { try GEMMShape.parse(text) }
  }

  @Test func `without options both operands have no zero`() throws {
    let layer = try SyntheticGEMM(GEMMShape(m: 7, k: 9, n: 5)).layer()
    #expect(layer.a.count == 63 && layer.bTransposed.count == 45)
    #expect((layer.a + layer.bTransposed).allSatisfy { $0 != 0 && abs($0) <= 127 })
    #expect(layer.declaredPattern == nil)
    #expect(layer.operandBits == 8 && layer.name == "gemm" && layer.denseMACs == 315)
  }

  @Test func `a pattern fills exactly G of H in every group`() throws {
    let layer = try SyntheticGEMM(GEMMShape(m: 20, k: 48, n: 1), pattern: "4:6->2:4").layer()
    #expect(try layer.declaredPattern == Pattern("4:6->2:4"))
    for row in 0..<20 {
      for group in stride(from: row * 48, to: (row + 1) * 48, by: 24) {
        let blocks = (0..<6).map { block in layer.a[group + 4 * block..<group + 4 * block + 4].count { $0 != 0 } }
        #expect(blocks.sorted() == [0, 0, 2, 2, 2, 2])
      }
    }
  }

  @Test func `a pattern of B lies along K in every column`() throws {
    let layer = try SyntheticGEMM(GEMMShape(m: 3, k: 64, n: 20), patternB: "C1(4:8)->C0(4:4)").layer()
    #expect(try layer.declaredActivationPattern == Pattern("4:8->4:4") && layer.declaredPattern == nil)
    for column in 0..<20 {
      for group in stride(from: column * 64, to: (column + 1) * 64, by: 32) {
        let blocks = (0..<8).map { block in
          layer.bTransposed[group + 4 * block..<group + 4 * block + 4].count { $0 != 0 }
        }
        #expect(blocks.sorted() == [0, 0, 0, 0, 4, 4, 4, 4])
      }
    }
    // A is the one that it is without it.
    #expect(try layer.a == SyntheticGEMM(GEMMShape(m: 3, k: 64, n: 20)).layer().a)
  }

  @Test(arguments: [0, 0.1, 0.37, 0.5, 1]) func `a density is met exactly`(density: Double) throws {
    let layer = try SyntheticGEMM(GEMMShape(m: 20, k: 30, n: 10), densityA: density, densityB: density).layer()
    #expect(layer.a.count { $0 != 0 } == Int((density * 600).rounded()))
    #expect(layer.bTransposed.count { $0 != 0 } == Int((density * 300).rounded()))
    #expect(layer.declaredPattern == nil)
  }

  @Test func `the seed decides, and operands do not share a stream`() throws {
    let shape = GEMMShape(m: 8, k: 8, n: 8)
    let first = try SyntheticGEMM(shape, densityB: 0.5, seed: 1).layer()
    let again = try SyntheticGEMM(shape, densityB: 0.5, seed: 1).layer()
    let other = try SyntheticGEMM(shape, densityB: 0.5, seed: 2).layer()
    #expect(first.a == again.a && first.bTransposed == again.bTransposed)
    #expect(first.a != other.a && first.bTransposed != other.bTransposed)
    let dense = try SyntheticGEMM(shape, seed: 1).layer()
    #expect(dense.a != dense.bTransposed)
    // A does not depend on what is asked of B.
    #expect(dense.a == first.a)
  }

  @Test func `options that make no operand are refused`() {
    let shape = GEMMShape(m: 1, k: 1, n: 1)
    expectError(.usage, mentions: "--pattern", "'2:'", "no pattern", "allowed") {
      try SyntheticGEMM(shape, pattern: "2:")
    }
    expectError(.usage, mentions: "--pattern", "'RS'", "along K") { try SyntheticGEMM(shape, pattern: "C->RS(2:4)") }
    expectError(.usage, mentions: "--pattern", "how many zeros", "--density-a") {
      try SyntheticGEMM(shape, pattern: "C(unstructured)")
    }
    expectError(.usage, mentions: "--density-a", "beside --pattern") {
      try SyntheticGEMM(shape, pattern: "2:4", densityA: 0.5)
    }
    expectError(.usage, mentions: "--density-b", "beside --pattern-b") {
      try SyntheticGEMM(shape, patternB: "4:8", densityB: 0.5)
    }
    expectError(.usage, mentions: "--pattern-b", "how many zeros", "--density-b") {
      try SyntheticGEMM(shape, patternB: "C(unstructured)")
    }
    for density in [-0.1, 1.1, .nan, .infinity] {
      expectError(.usage, mentions: "--density-a", "\(density)", "0 to 1") {
        try SyntheticGEMM(shape, densityA: density)
      }
      expectError(.usage, mentions: "--density-b", "\(density)", "0 to 1") {
        try SyntheticGEMM(shape, densityB: density)
      }
    }
  }

  @Test func `the bound on sums holds for the worst column`() {
    let layer = GEMMLayer(
      name: "l", shape: GEMMShape(m: 2, k: 3, n: 1), a: [1, -2, 3, 4, 0, 1], bTransposed: [-128, 7, 0])
    #expect(layer.largestPossibleSum == 6 * 128)
  }
}
