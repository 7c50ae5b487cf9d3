// SPDX-License-Identifier: Apache-2.0
import Sparsity
import Statistics
import Testing
import Workloads

@testable import Accelerators

/// What density bounds buy: steps by the bound of B, passes by the pattern of A, and pruning that meets a bound.
struct S2TABoundTests {
  private static let memoryOutOfTheWay = [
    "dram.model=ideal", "dram.bytes_per_cycle=512", "glb.data_bytes=4194304", "glb.metadata_bytes=1048576",
    "glb.bank_conflicts=false", "glb.port_bytes_per_cycle=1024", "glb.port=per-direction", "noc.bytes_per_cycle=1024",
  ]

  /// A layer of two tiles with an A of `pattern` and exactly `kept` of 8 in every block of B.
  private func layer(_ pattern: String?, kept: Int, k: Int = 512) throws -> GEMMLayer {
    var random = SplitMix64(seed: 5, stream: 3)
    let a = try SyntheticOperand(pattern.map { .structured(try Pattern($0)) } ?? .dense)
      .matrix(rows: 128, columns: k, using: &random).elements
    let b = try SyntheticOperand(.structured(try Pattern("\(kept):8"))).matrix(rows: 16, columns: k, using: &random)
      .elements
    return GEMMLayer(
      name: "layer", shape: GEMMShape(m: 128, k: k, n: 16), a: a, bTransposed: b,
      declaredPattern: try pattern.map { try Pattern($0) })
  }

  @Test(arguments: 1...8, [nil, "4:8", "2:8", "2:4", "1:2"] as [String?])
  func `a block takes as many steps as B's bound says, twice where A is dense`(kept: Int, pattern: String?) throws {
    let outcome = try s2ta(Self.memoryOutOfTheWay).simulate(try layer(pattern, kept: kept))
    let passes = pattern == nil ? 2 : 1
    let compute = Int64(2 * 512 / 8 * passes * kept)
    #expect(outcome.statistics.bounds.contains { $0.kind == "compute" && $0.cycles == compute })
    let ledger = outcome.statistics.ledger
    let active: [Cause] = [.effectual, .ineffectualAZero, .ineffectualBZero, .paddingPattern, .paddingShape]
    #expect(active.reduce(0) { $0 + ledger.laneCycles(of: $1) } == compute * 1024)
    // A dense A meets every value of B once in its two passes.
    if pattern == nil { #expect(ledger.laneCycles(of: .effectual) * 2 == compute * 1024) }
    // Where a feeder needs no more than a block's steps, only the start and the end are lost.
    if kept >= 4 { #expect(outcome.summary.cycles < compute + 400, "\(outcome.summary.cycles) \(compute)") }
  }

  @Test func `zeros without a bound gain nothing`() throws {
    let machine = try s2ta()
    func cycles(_ density: Double) throws -> Int64 {
      try machine.simulate(
        try SyntheticGEMM(GEMMShape(m: 128, k: 256, n: 64), densityA: density, densityB: density).layer()
      ).summary.cycles
    }
    #expect(try cycles(0.6) == cycles(1))
  }

  @Test(arguments: [1, 2, 4, 7, 8])
  func `pruned activations meet their bound, and the run says what was removed`(kept: Int) throws {
    let layer = try SyntheticGEMM(GEMMShape(m: 64, k: 200, n: 48), pattern: "4:8", densityB: 0.9).layer()
    let machine = try s2ta()
    let outcome = try machine.simulate(layer, options: LayerOptions(keptActivations: kept))
    let removed = try #require(outcome.removedActivationNorm)
    // By hand: the squares beyond the largest `kept` of every block.
    var (squares, kept2) = (0.0, 0.0)
    for column in 0..<48 {
      for first in stride(from: 0, to: 200, by: 8) {
        let block = (first..<min(first + 8, 200)).map { pow2(layer.bTransposed[column * 200 + $0]) }.sorted(by: >)
        squares += block.reduce(0, +)
        kept2 += block.prefix(kept).reduce(0, +)
      }
    }
    #expect(abs(removed - (squares - kept2) / squares) < 1e-12)
    #expect(kept == 8 ? removed == 0 : removed > 0)
    let plain = try machine.simulate(layer)
    #expect(plain.removedActivationNorm == nil)
    #expect(kept == 8 ? outcome.z == plain.z : outcome.z != plain.z)
    if kept < 8 { #expect(outcome.summary.cycles < plain.summary.cycles) }
  }

  private func pow2(_ value: Int16) -> Double { Double(value) * Double(value) }

  @Test func `an operand that breaks the bound it declares is refused`() throws {
    let layer = GEMMLayer(
      name: "layer", shape: GEMMShape(m: 1, k: 8, n: 1), a: [1, 1, 1, 1, 1, 0, 0, 0],
      bTransposed: [Int16](repeating: 1, count: 8), declaredPattern: try Pattern("4:8"))
    #expect(throws: PatternViolation.self) { try s2ta().simulate(layer) }
  }

  @Test func `a mapping can be pinned, and one that the array has no place for is refused`() throws {
    let layer = try SyntheticGEMM(GEMMShape(m: 128, k: 64, n: 64), pattern: "4:8").layer()
    let specification = try s2ta().specification
    let good = try LoopMapping("DRAM: N4 | SMEM: M2 | RF: K64 | LRF: Ms64 Ns16")
    let outcome = try S2TAMachine(specification, mapping: good).simulate(layer)
    #expect(outcome.summary.mapping.contains("m (tiles of 64 rows) in groups of 2"))
    let bad = try LoopMapping("DRAM: N4 | SMEM: M2 | RF: K64 | LRF: Ms32 Ns32")
    #expect(throws: LoopMappingError.self) { try S2TAMachine(specification, mapping: bad).simulate(layer) }
  }
}
