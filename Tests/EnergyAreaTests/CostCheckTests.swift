// SPDX-License-Identifier: Apache-2.0
import EnergyArea
import Statistics
import Testing

/// Every rule of the check can fail.
struct CostCheckTests {
  /// A sound account: two actions, two parts.
  private struct Account {
    var actions = [
      ActionCount(component: "A", action: "read", count: 3, bits: 8, isSparsityTax: false),
      ActionCount(component: "B", action: "decode", count: 2, bits: 8, isSparsityTax: true, rank: 1),
    ]
    var costs = LayerCosts(
      actionAttojoules: [30, 8],
      areas: [
        AreaEntry(component: "A", part: "bank", microSquareMicrons: 100, isSparsityTax: false),
        AreaEntry(component: "B", part: "decoder", microSquareMicrons: 7, isSparsityTax: true, rank: 1),
      ])
    var energy: Int64? = 38
    var area: Int64? = 107

    func check() throws(PricingError) {
      let summary = LayerSummary(
        layer: "l", design: "d", pattern: "", patternExecuted: "", m: 1, n: 1, k: 1, lanes: 1, cycles: 1,
        macsEffectual: 0, laneCyclesActive: 0, dramReadBytes: 0, dramWriteBytes: 0, energyAttojoules: energy,
        areaMicroSquareMicrons: area, clockGHz: 1, verified: true, mapping: "")
      try CostCheck(actions, costs, claimedBy: summary).run()
    }
  }

  @Test func `a sound account passes`() throws { try Account().check() }

  private static let mistakes: [(String, String, @Sendable (inout Account) -> Void)] = [
    ("an energy is missing", "1 energies for 2 actions", { $0.costs.actionAttojoules.removeLast() }),
    ("an action is published twice", "A.read is published twice", { $0.actions[1] = $0.actions[0] }),
    ("an energy is no multiple of its count", "A.read happened 3 times", { $0.costs.actionAttojoules[0] = 31 }),
    ("an action that never happened costs something", "A.read happened 0 times", { $0.actions[0].count = 0 }),
    ("an energy is negative", "A has -30 attojoules", { $0.costs.actionAttojoules[0] = -30 }),
    ("a base cost has a rank", "A has a base cost caused by rank 0", { $0.actions[0].rank = 0 }),
    ("the summary claims another energy", "39 in the summary", { $0.energy = 39 }),
    ("the summary claims no area", "none in the summary", { $0.area = nil }),
    ("an area is missing", "100 1e-6 um^2 by entry", { $0.costs.areas.removeLast() }),
    (
      "a sum does not fit", "does not fit 64 bits",
      {
        $0.costs.areas[0].microSquareMicrons = .max
      }
    ),
  ]

  @Test(arguments: mistakes.indices)
  func `an unsound account does not pass`(index: Int) {
    let (name, message, spoil) = Self.mistakes[index]
    var account = Account()
    spoil(&account)
    let error = #expect(throws: PricingError.self, "\(name)") { try account.check() }
    #expect(error?.description.contains(message) == true, "\(name): \(error?.description ?? "")")
  }
}
