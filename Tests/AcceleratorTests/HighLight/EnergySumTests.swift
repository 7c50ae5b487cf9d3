// SPDX-License-Identifier: Apache-2.0
import EnergyArea
import Foundation
import Statistics
import Testing

@testable import Accelerators

/// Random layers on random machines: every account adds up, whatever is simulated.
struct EnergySumTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../configs/energy").standardized.path

  @Test(arguments: DesignUnderTest.all, UInt64(500)..<503)
  func `energy, area and lane-cycles sum to their totals by component, by action and by kind`(
    design: DesignUnderTest, batch: UInt64
  ) throws {
    let table = try PriceTable(named: "45nm", in: Self.folder)
    for index in 0..<UInt64(6) {
      let seed = batch * 6 + index
      var layers = RandomLayer(seed: seed)
      var designs = RandomDesign(seed: seed)
      let layer = try layers.layer(named: "batch\(batch).\(index)")
      let machine = try design.machine(designs.overrides())
      guard var outcome = try? machine.simulate(layer) else { continue }
      let pricing = Pricing(
        table,
        options: Pricing.Options(pricedBits: machine.specification.pricedBits, includesLeakage: seed % 2 == 1))
      let costs = try pricing.apply(to: &outcome.summary, &outcome.statistics, of: outcome.inventory)
      expectSums(outcome, costs)
    }
  }

  private func expectSums(_ outcome: LayerOutcome, _ costs: LayerCosts) {
    var byComponent: [String: Int64] = [:]
    var byAction: [String: Int64] = [:]
    var byKind: [Bool: Int64] = [:]
    for (action, energy) in zip(outcome.statistics.actions, costs.actionAttojoules) {
      byComponent[action.component, default: 0] += energy
      byAction[action.action, default: 0] += energy
      byKind[action.isSparsityTax, default: 0] += energy
      #expect(action.rank == nil || action.isSparsityTax)
    }
    let energy = outcome.summary.energyAttojoules
    #expect(energy ?? 0 > 0)
    for sums in [byComponent.values.reduce(0, +), byAction.values.reduce(0, +), byKind.values.reduce(0, +)] {
      #expect(sums == energy)
    }
    var areas: [String: Int64] = [:]
    var parts: Set<[String]> = []
    for area in costs.areas {
      areas[area.component, default: 0] += area.microSquareMicrons
      #expect(parts.insert([area.component, area.part]).inserted, "\(area.component).\(area.part) is there twice")
    }
    #expect(areas.values.reduce(0, +) == outcome.summary.areaMicroSquareMicrons)
    let ledger = outcome.statistics.ledger
    #expect(ledger.entries.reduce(0) { $0 + $1.laneCycles } == ledger.lanes * ledger.cycles)
  }

  /// The chip is the same whatever runs on it: no part comes or goes with a layer's pattern.
  @Test(arguments: DesignUnderTest.all)
  func `area follows from the design alone`(design: DesignUnderTest) throws {
    let table = try PriceTable(named: "45nm", in: Self.folder)
    let machine = try design.machine()
    let pricing = Pricing(table, options: Pricing.Options(pricedBits: machine.specification.pricedBits))
    var areas: Set<Int64> = []
    for seed in UInt64(0)..<24 {
      var layers = RandomLayer(seed: seed, mostMACs: 20_000)
      var layer = try layers.layer(named: "layer\(seed)")
      while layer.operandBits != 8 { layer = try layers.layer(named: "layer\(seed)") }
      var outcome = try machine.simulate(layer)
      _ = try pricing.apply(to: &outcome.summary, &outcome.statistics, of: outcome.inventory)
      areas.insert(try #require(outcome.summary.areaMicroSquareMicrons))
    }
    #expect(areas.count == 1)
  }
}
