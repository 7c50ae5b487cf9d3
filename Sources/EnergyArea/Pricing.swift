// SPDX-License-Identifier: Apache-2.0
import Statistics

/// Puts a price on what a layer did and on what the design is built of: a pure function of statistics, inventory and
/// table.
public struct Pricing: Sendable {
  /// What is decided about prices outside the table.
  public struct Options: Equatable, Sendable {
    /// Bits that a macro's accesses and words are priced at, whatever width the design gives them, by macro.
    public var pricedBits: [String: Int]
    /// Whether parts leak where the table says how much.
    public var includesLeakage: Bool

    public init(pricedBits: [String: Int] = [:], includesLeakage: Bool = false) {
      self.pricedBits = pricedBits
      self.includesLeakage = includesLeakage
    }
  }

  public let table: PriceTable
  public let options: Options

  public init(_ table: PriceTable, options: Options = Options()) {
    self.table = table
    self.options = options
  }

  /// The name of the action under which leakage is booked; it happens once a cycle.
  public static let leakageAction = "leak_cycle"

  /// The actions of a layer with their energies, and the design's areas.
  ///
  /// - Returns: the statistics' actions, followed by those of leakage where that is included, and costs in their
  ///   order; `CostCheck` is for the written result.
  /// - Throws: `PricingError` naming the component and action, or item, that has no price.
  public func price(
    _ statistics: LayerStatistics, of inventory: Inventory, clockGHz: Double
  ) throws(PricingError) -> PricedLayer {
    let recipes = try recipesByAction(inventory)
    var actions = statistics.actions
    var attojoules: [Int64] = []
    for action in actions {
      let each = try energy(of: action, recipes: recipes)
      attojoules.append(try product(each, action.count, "the energy of \(action.component).\(action.action)"))
    }
    if options.includesLeakage {
      for leak in try leakage(of: inventory, cycles: statistics.ledger.cycles, clockGHz: clockGHz) {
        actions.append(leak.action)
        attojoules.append(leak.attojoules)
      }
    }
    let areas = try areas(of: inventory)
    try checkSum(attojoules, "the layer's energy")
    try checkSum(areas.map(\.microSquareMicrons), "the design's area")
    return PricedLayer(actions: actions, costs: LayerCosts(actionAttojoules: attojoules, areas: areas))
  }

  private func checkSum(_ values: [Int64], _ what: String) throws(PricingError) {
    var sum: Int64 = 0
    for value in values {
      let overflow: Bool
      (sum, overflow) = sum.addingReportingOverflow(value)
      guard !overflow else { throw PricingError("\(what) does not fit 64 bits") }
    }
  }

  /// Energy of one action, in attojoules: the price stated for it, else that of the parts its recipe uses.
  public func energy(of action: ActionCount, in inventory: Inventory) throws(PricingError) -> Int64 {
    try energy(of: action, recipes: try recipesByAction(inventory))
  }

  private func energy(
    of action: ActionCount, recipes: [ActionKey: ActionRecipe]
  ) throws(PricingError) -> Int64 {
    let name = "\(action.component).\(action.action)"
    let stated = table.actions["\(PriceTable.kind(ofComponent: action.component)).\(action.action)"]
    if let stated { return stated.value }
    guard let recipe = recipes[ActionKey(action.component, action.action)] else {
      throw PricingError("\(name) has no price: the table '\(table.name)' states none, and the design no recipe for it")
    }
    var sum = ExactPrice.zero
    for use in recipe.uses {
      do throws(PartProblem) {
        sum += try table.energy(of: priced(use.part), use.operation).scaled(by: use.count, over: use.per)
      } catch {
        throw PricingError("\(name) has no price: \(error.sentence)")
      }
    }
    guard let rounded = sum.rounded else { throw PricingError("\(name) costs more than 9.2 J each time") }
    return rounded
  }

  /// Area of all parts of an item, in 1e-6 um^2: the one stated for it, else that of its parts.
  public func area(of item: InventoryItem) throws(PricingError) -> Int64 {
    let name = "\(item.component).\(item.name)"
    let stated = table.items["\(PriceTable.kind(ofComponent: item.component)).\(item.name)"]
    if let stated { return stated.value }
    let each: ExactPrice
    do throws(PartProblem) {
      each = try table.area(of: priced(item.part))
    } catch {
      throw PricingError("\(name) has no area: \(error.sentence)")
    }
    guard let rounded = each.rounded else { throw PricingError("\(name) is larger than 9.2 m^2") }
    return try product(rounded, item.count, "the area of \(name)")
  }

  private func areas(of inventory: Inventory) throws(PricingError) -> [AreaEntry] {
    var entries: [AreaEntry] = []
    for item in inventory.items {
      entries.append(
        AreaEntry(
          component: item.component, part: item.name, microSquareMicrons: try area(of: item),
          isSparsityTax: item.isSparsityTax, rank: item.rank))
    }
    return entries
  }

  /// `part` at the width at which it is priced.
  func priced(_ part: Part) -> Part {
    guard case .macro(let name, let words, _) = part, let bits = options.pricedBits[name] else { return part }
    return .macro(name, words: words, bits: bits)
  }

  func product(_ each: Int64, _ count: Int64, _ what: String) throws(PricingError) -> Int64 {
    let (product, overflow) = each.multipliedReportingOverflow(by: count)
    guard !overflow else { throw PricingError("\(what) does not fit 64 bits: \(count) times \(each)") }
    return product
  }

  // MARK: Recipes

  private struct ActionKey: Hashable {
    let component: String
    let action: String

    init(_ component: String, _ action: String) {
      self.component = component
      self.action = action
    }
  }

  private func recipesByAction(_ inventory: Inventory) throws(PricingError) -> [ActionKey: ActionRecipe] {
    var recipes: [ActionKey: ActionRecipe] = [:]
    for recipe in inventory.recipes
    where recipes.updateValue(recipe, forKey: ActionKey(recipe.component, recipe.action)) != nil {
      throw PricingError("\(recipe.component).\(recipe.action) has two recipes")
    }
    return recipes
  }
}

/// A layer's actions with what they, and the design, cost.
public struct PricedLayer: Equatable, Sendable {
  /// What `LayerStatistics.actions` must be for the costs to fit: the layer's own, and leakage where included.
  public var actions: [ActionCount]
  public var costs: LayerCosts

  public init(actions: [ActionCount], costs: LayerCosts) {
    self.actions = actions
    self.costs = costs
  }

  /// Energy of the layer, in attojoules.
  public var attojoules: Int64 { costs.actionAttojoules.reduce(0, +) }
  /// Area of the design, in 1e-6 um^2.
  public var microSquareMicrons: Int64 { costs.areas.reduce(0) { $0 + $1.microSquareMicrons } }
}
