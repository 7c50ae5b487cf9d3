// SPDX-License-Identifier: Apache-2.0
import Statistics

extension Pricing {
  /// What the parts of a design leak in a layer, an action of one cycle per component, kind and rank.
  ///
  /// Off unless asked for: the reference tables state leakage for adders and multipliers alone, so it is far from the
  /// whole. Attowatts over a cycle of 1/f GHz are 1e-9/f attojoules; rounded once per cycle and action.
  func leakage(
    of inventory: Inventory, cycles: Int64, clockGHz: Double
  ) throws(PricingError) -> [(action: ActionCount, attojoules: Int64)] {
    // A clock is stated in at most millionths of a GHz: kHz.
    let kilohertz = Int64((clockGHz * 1e6).rounded())
    guard kilohertz > 0 else { throw PricingError("leakage needs a clock, not \(clockGHz) GHz") }
    var sums: [(action: ActionCount, power: ExactPrice)] = []
    for item in inventory.items {
      let power: ExactPrice
      do throws(PartProblem) {
        power = try table.leakage(of: priced(item.part)).scaled(by: item.count)
      } catch {
        throw PricingError("\(item.component).\(item.name) has no leakage: \(error.sentence)")
      }
      let action = ActionCount(
        component: item.component, action: Self.leakageAction, count: cycles, bits: 0,
        isSparsityTax: item.isSparsityTax, rank: item.rank)
      if let index = sums.firstIndex(where: { $0.action == action }) {
        sums[index].power += power
      } else {
        sums.append((action, power))
      }
    }
    var leaks: [(action: ActionCount, attojoules: Int64)] = []
    for (action, power) in sums where power != .zero {
      guard let each = power.scaled(by: 1, over: kilohertz * 1000).rounded else {
        throw PricingError("\(action.component) leaks more than 9.2 J a cycle")
      }
      leaks.append((action, try product(each, cycles, "the leakage of \(action.component)")))
    }
    return leaks
  }
}
