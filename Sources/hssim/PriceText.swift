// SPDX-License-Identifier: Apache-2.0
import EnergyArea
import Statistics

/// A design's parts and actions with their prices and how these come about.
struct PriceText {
  let pricing: Pricing
  let inventory: Inventory
  let actions: [ActionCount]

  /// - Throws: `PricingError` naming what has no price.
  func description() throws(PricingError) -> String {
    var text = ""
    for component in components {
      let twins = self.twins(of: component)
      text += component + (twins > 1 ? ", one of \(twins)" : "") + "\n"
      for item in inventory.items where item.component == component { text += try lines(item) }
      for action in actions where action.component == component { text += try lines(action) }
      text += "\n"
    }
    return text + (try totals())
  }

  /// The components with parts or actions, in the design's order, one of each kind.
  private var components: [String] {
    var seen: Set<String> = []
    return (actions.map(\.component) + inventory.items.map(\.component)).filter { name in
      (Self.index(of: name) ?? 0) == 0 && seen.insert(name).inserted
    }
  }

  private func twins(of component: String) -> Int {
    Set((actions.map(\.component) + inventory.items.map(\.component)).filter { Self.kind($0) == Self.kind(component) })
      .count
  }

  private static func kind(_ component: String) -> Substring { component.prefix { $0 != "[" } }

  private static func index(of component: String) -> Int? {
    Int(component.drop { $0 != "[" }.dropFirst().prefix { $0 != "]" })
  }

  // MARK: Lines

  private func lines(_ item: InventoryItem) throws(PricingError) -> String {
    let area = Double(try pricing.area(of: item)) / 1e6
    let kind = Self.kind(isTax: item.isSparsityTax, rank: item.rank)
    let count = item.count == 1 ? "" : "\(item.count) x "
    return "  \(item.name): \(decimal(area, places: 2)) um2, \(kind): \(count)\(item.part)\n"
      + terms(Composition(item.part)?.area, indent: "      ")
  }

  private func lines(_ action: ActionCount) throws(PricingError) -> String {
    let energy = Double(try pricing.energy(of: action, in: inventory)) / 1e6
    let kind = Self.kind(isTax: action.isSparsityTax, rank: action.rank)
    var text = "  \(action.action)(): \(decimal(energy, places: 6)) pJ, \(kind)\n"
    let recipe = inventory.recipes.first { $0.component == action.component && $0.action == action.action }
    for use in recipe?.uses ?? [] {
      let share = use.per == 1 ? (use.count == 1 ? "" : "\(use.count) x ") : "\(use.count)/\(use.per) of "
      text += "      \(share)\(use.operation.rawValue): \(use.part)\n"
      text += terms(Composition(use.part, use.operation)?.energy, indent: "          ")
    }
    return text
  }

  private func terms(_ terms: [Composition.Term]?, indent: String) -> String {
    (terms ?? []).map { term in
      let sum = term.formula == "\(term.bits)" ? "" : " = \(term.formula)"
      return "\(indent)\(term.primitive.rawValue) \(term.bits)\(sum): \(term.purpose)\n"
    }.joined()
  }

  private static func kind(isTax: Bool, rank: Int?) -> String {
    isTax ? "tax" + (rank.map { " of rank \($0)" } ?? "") : "base"
  }

  private func totals() throws(PricingError) -> String {
    var base = 0.0
    var tax = 0.0
    for item in inventory.items {
      let area = Double(try pricing.area(of: item)) / 1e6
      if item.isSparsityTax { tax += area } else { base += area }
    }
    return "area without DRAM: \(decimal(base + tax, places: 2)) um2, of it "
      + "\(decimal(tax, places: 2)) um2 (\(decimal(100 * tax / max(base + tax, 1), places: 2)) %) sparsity tax\n"
  }
}
