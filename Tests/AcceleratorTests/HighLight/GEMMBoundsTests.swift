// SPDX-License-Identifier: Apache-2.0
import Sparsity
import Statistics
import Testing
import Workloads

@testable import Accelerators

/// The 1024 GEMM against closed forms. Each run takes a second or more, so debug builds use a smaller product.
struct GEMMBoundsTests {
  #if DEBUG
    private static let extent = 256
  #else
    private static let extent = 1024
  #endif

  private static func layer(_ pattern: Pattern, densityB: Double) throws -> GEMMLayer {
    let shape = GEMMShape(m: extent, k: extent, n: extent)
    return try SyntheticGEMM(shape, pattern: pattern.description, densityA: nil, densityB: densityB, seed: 0).layer()
  }

  private static func run(
    _ pattern: Pattern, densityB: Double = 1, overrides: [String] = []
  ) throws -> LayerOutcome {
    let layer = try Self.layer(pattern, densityB: densityB)
    return try highLight(overrides).simulate(layer)
  }

  /// M·N·Kp·density/1024 with K rounded up to the window 2·H1·H0; Kp·density/16 is a whole number of windows.
  private static func closedForm(_ pattern: Pattern) -> (cycles: Int64, paddedK: Int) {
    let window = 2 * pattern.structuredRanks[0].h * pattern.structuredRanks[1].h
    let windows = (extent + window - 1) / window
    return (Int64(extent / 64 * extent * windows), windows * window)
  }

  /// Operand A as pruned, row by row.
  private static func values(_ pattern: Pattern) throws -> [Int16] { try layer(pattern, densityB: 1).a }

  /// Slots of all rows that lie beyond the end of K: of a row's last window, the share of its 16 slots that K does not
  /// reach, less what the row's values take of it.
  private static func paddedSlots(_ pattern: Pattern, _ values: [Int16]) -> Int {
    let window = 2 * pattern.structuredRanks[0].h * pattern.structuredRanks[1].h
    let reached = extent % window
    guard reached > 0 else { return 0 }
    let share = 16 - Int((16 * Double(reached) / Double(window)).rounded(.up))
    return (0..<extent).reduce(0) { total, row in
      let end = (row + 1) * extent
      let kept = values[(end - reached)..<end].count { $0 != 0 }
      return total + min(16 - kept, share)
    }
  }

  @Test(arguments: WeightStationaryDesign.highLight.rule.degrees.map(\.pattern))
  func `with memory out of the way every degree takes its closed form and at most one percent more`(
    _ pattern: Pattern
  ) throws {
    let outcome = try Self.run(pattern, overrides: memoryOutOfTheWay)
    let expected = Self.closedForm(pattern)
    // Start-up and the last drain take some 400 cycles whatever the size: one percent of the 1024 product at most.
    let slack = max(expected.cycles / 100, 700)
    #expect(outcome.summary.cycles >= expected.cycles)
    #expect(outcome.summary.cycles <= expected.cycles + slack)
    // Rounding K up is padding of the shape; a slot that the operand leaves empty beyond that is a zero of A.
    let ledger = outcome.statistics.ledger
    let slots = expected.cycles * 1024
    let values = try Self.values(pattern)
    #expect(ledger.laneCycles(of: .paddingShape) == Int64(Self.paddedSlots(pattern, values) * Self.extent))
    #expect(ledger.laneCycles(of: .effectual) == Int64(values.count { $0 != 0 } * Self.extent))
    #expect(
      ledger.laneCycles(of: .ineffectualAZero)
        == slots - ledger.laneCycles(of: .paddingShape) - ledger.laneCycles(of: .effectual))
    if expected.paddedK > Self.extent { #expect(ledger.laneCycles(of: .paddingShape) > 0) }
    #expect(ledger.laneCycles(of: .paddingPattern) == 0)
  }

  @Test(arguments: WeightStationaryDesign.highLight.rule.degrees.map(\.pattern))
  func `with the ideal memory of default size every degree stays within five percent of its mapping's largest bound`(
    _ pattern: Pattern
  ) throws {
    let outcome = try Self.run(pattern, overrides: ["dram.model=ideal"])
    let bound = outcome.statistics.bounds.map(\.cycles).max() ?? 0
    #expect(outcome.summary.cycles >= bound)
    #if !DEBUG
      #expect(outcome.summary.cycles * 100 <= bound * 105)
    #endif
  }

  @Test(arguments: [1, 0.5, 0.1, 0])
  func `any density of operand B is exact, and skips no cycle`(_ density: Double) throws {
    let pattern = try Pattern("C1(4:6)->C0(2:4)")
    let outcome = try Self.run(pattern, densityB: density)
    #expect(outcome.summary.verified)
    let ledger = outcome.statistics.ledger
    let computed = ledger.laneCycles(of: .effectual) + ledger.laneCycles(of: .ineffectualBZero)
    let dense = Double(ledger.laneCycles(of: .effectual)) / Double(max(1, computed))
    #expect(abs(dense - density) < 0.01)
    #expect(outcome.summary.cycles >= Self.closedForm(pattern).cycles)
  }
}
