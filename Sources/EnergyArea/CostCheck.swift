// SPDX-License-Identifier: Apache-2.0
import Statistics

/// Checks that costs are an account: nothing is missing, negative or counted twice. Run for every priced layer.
public struct CostCheck {
  private let actions: [ActionCount]
  private let costs: LayerCosts
  private let attojoules: Int64?
  private let microSquareMicrons: Int64?

  /// - Parameters:
  ///   - actions: the layer's actions as they will be written.
  ///   - summary: what claims the totals; both must equal the sums of the parts.
  public init(_ actions: [ActionCount], _ costs: LayerCosts, claimedBy summary: LayerSummary) {
    self.actions = actions
    self.costs = costs
    attojoules = summary.energyAttojoules
    microSquareMicrons = summary.areaMicroSquareMicrons
  }

  /// - Throws: `PricingError` for the first rule that does not hold: an energy for each action, a whole multiple of its
  ///   count; no action published twice; no negative cost; no base cost caused by a rank; energy by component = energy
  ///   by action = energy by kind and rank = the summary's, and area likewise, exactly and within 64 bits.
  public func run() throws(PricingError) {
    guard costs.actionAttojoules.count == actions.count else {
      throw PricingError("\(costs.actionAttojoules.count) energies for \(actions.count) actions")
    }
    try checkActions()
    let energies = zip(actions, costs.actionAttojoules).map {
      Share(component: $0.0.component, isTax: $0.0.isSparsityTax, rank: $0.0.rank, value: $0.1)
    }
    try checkSums(energies, "attojoules", claimed: attojoules)
    let areas = costs.areas.map {
      Share(component: $0.component, isTax: $0.isSparsityTax, rank: $0.rank, value: $0.microSquareMicrons)
    }
    try checkSums(areas, "1e-6 um^2", claimed: microSquareMicrons)
  }

  private struct Share {
    let component: String
    let isTax: Bool
    let rank: Int?
    let value: Int64
  }

  private func checkActions() throws(PricingError) {
    var seen: Set<[String]> = []
    for (action, energy) in zip(actions, costs.actionAttojoules) {
      let name = "\(action.component).\(action.action)"
      let kind = "\(action.isSparsityTax)/\(action.rank ?? -1)"
      guard seen.insert([action.component, action.action, kind]).inserted else {
        throw PricingError("\(name) is published twice: its energy would be counted twice")
      }
      guard action.count >= 0, action.count == 0 ? energy == 0 : energy % action.count == 0 else {
        throw PricingError("\(name) happened \(action.count) times and costs \(energy) attojoules")
      }
    }
  }

  private func checkSums(_ shares: [Share], _ unit: String, claimed: Int64?) throws(PricingError) {
    var total: Int64 = 0
    var byComponent: [String: Int64] = [:]
    var base: Int64 = 0
    var taxByRank: [Int?: Int64] = [:]
    for share in shares {
      guard share.value >= 0 else { throw PricingError("\(share.component) has \(share.value) \(unit)") }
      guard share.isTax || share.rank == nil else {
        throw PricingError("\(share.component) has a base cost caused by rank \(share.rank ?? 0)")
      }
      let (sum, overflow) = total.addingReportingOverflow(share.value)
      guard !overflow else { throw PricingError("the sum of all \(unit) does not fit 64 bits") }
      total = sum
      byComponent[share.component, default: 0] += share.value
      if share.isTax { taxByRank[share.rank, default: 0] += share.value } else { base += share.value }
    }
    let ofComponents = byComponent.values.reduce(0, +)
    let ofKinds = base + taxByRank.values.reduce(0, +)
    guard ofComponents == total, ofKinds == total, claimed == total else {
      let claim = claimed.map { "\($0)" } ?? "none"
      throw PricingError(
        "\(total) \(unit) by entry, \(ofComponents) by component, \(ofKinds) by kind and rank, \(claim) in the summary")
    }
  }
}
