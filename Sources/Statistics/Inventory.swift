// SPDX-License-Identifier: Apache-2.0

/// Parts of one kind that a component is built of.
public struct InventoryItem: Equatable, Sendable {
  /// The component's hierarchical name, e.g. `PEArray[2]`.
  public var component: String
  /// What the parts are in the component, e.g. `rank1_multiplexer`; unique within it.
  public var name: String
  public var part: Part
  public var count: Int64
  /// Whether the parts exist only because sparsity is supported.
  public var isSparsityTax: Bool
  /// The HSS rank that causes a tax; nil where none does, or more than one.
  public var rank: Int?

  public init(
    component: String, name: String, part: Part, count: Int64, isSparsityTax: Bool = false, rank: Int? = nil
  ) {
    self.component = component
    self.name = name
    self.part = part
    self.count = count
    self.isSparsityTax = isSparsityTax
    self.rank = rank
  }
}

/// A part that works when a component does one of its actions.
public struct PartUse: Hashable, Sendable {
  public var part: Part
  public var operation: PartOperation
  /// Operations of the part per `per` actions: 16 rows may share one queue access.
  public var count: Int64
  public var per: Int64

  public init(_ part: Part, _ operation: PartOperation, count: Int64 = 1, per: Int64 = 1) {
    precondition(count >= 0 && per >= 1, "a use is a share of actions")
    self.part = part
    self.operation = operation
    self.count = count
    self.per = per
  }
}

/// Which parts work when a component does one of its actions.
public struct ActionRecipe: Equatable, Sendable {
  public var component: String
  /// The name of the action, as in `ActionCount.action`.
  public var action: String
  public var uses: [PartUse]

  public init(component: String, action: String, uses: [PartUse]) {
    self.component = component
    self.action = action
    self.uses = uses
  }
}

/// What a design is built of, and what its actions move: everything that a price table needs besides the statistics.
///
/// It follows from the specification alone; no component knows a picojoule.
public struct Inventory: Equatable, Sendable {
  public var items: [InventoryItem]
  public var recipes: [ActionRecipe]

  public init(items: [InventoryItem] = [], recipes: [ActionRecipe] = []) {
    self.items = items
    self.recipes = recipes
  }

  /// The inventory of a design from those of its components.
  public init(joining inventories: [Inventory]) {
    items = inventories.flatMap(\.items)
    recipes = inventories.flatMap(\.recipes)
  }
}
