// SPDX-License-Identifier: Apache-2.0
import Statistics

extension Pricing {
  /// Prices a simulated layer and enters the totals into its summary, checked: what every run does.
  ///
  ///     let costs = try pricing.apply(to: &summary, &statistics, of: inventory)
  ///     try database.write(layer: summary, statistics: statistics, costs: costs, layerIndex: 0)
  ///
  /// - Parameters:
  ///   - summary: gets energy and area.
  ///   - statistics: gets the actions of leakage, where that is included.
  /// - Throws: `PricingError` naming what has no price, or which sum does not hold.
  public func apply(
    to summary: inout LayerSummary, _ statistics: inout LayerStatistics, of inventory: Inventory
  ) throws(PricingError) -> LayerCosts {
    let priced = try price(statistics, of: inventory, clockGHz: summary.clockGHz)
    statistics.actions = priced.actions
    summary.energyAttojoules = priced.attojoules
    summary.areaMicroSquareMicrons = priced.microSquareMicrons
    try CostCheck(priced.actions, priced.costs, claimedBy: summary).run()
    return priced.costs
  }
}
