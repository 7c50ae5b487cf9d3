// SPDX-License-Identifier: Apache-2.0
import EnergyArea
import Statistics
import Testing

struct PricingTests {
  private static func action(_ name: String, _ count: Int64, of component: String = "Box[0]") -> ActionCount {
    ActionCount(component: component, action: name, count: count, bits: 8, isSparsityTax: false)
  }

  private static func statistics(_ actions: [ActionCount], cycles: Int64 = 100) -> LayerStatistics {
    var statistics = LayerStatistics()
    statistics.actions = actions
    statistics.ledger = Ledger(lanes: 1, cycles: cycles, entries: [])
    return statistics
  }

  /// On paper, in pJ:
  /// - 3 lines of 512 bits from DRAM at 512 pJ per 64 bits: 3 x 8 x 512 = 12288.
  /// - 5 words of 64 bits written to memory at 30.5: 152.5.
  /// - 7 MACs at 0.5: 3.5; 2 gated ones at 0.02: 0.04.
  /// - 4 sums, each a quarter of a 64-bit read (5.0) and an 8-bit addition (0.32 x 8/32 = 0.08): 20.32.
  @Test func `a short list of actions costs what it does on paper`() throws {
    let inventory = Inventory(recipes: [
      ActionRecipe(component: "Box[0]", action: "line", uses: [PartUse(.macro("dram", bits: 512), .read)]),
      ActionRecipe(
        component: "Box[0]", action: "store", uses: [PartUse(.macro("memory", words: 1024, bits: 64), .write)]),
      ActionRecipe(component: "Box[0]", action: "multiply", uses: [PartUse(.macro("mac", bits: 8), .compute)]),
      ActionRecipe(component: "Box[0]", action: "rest", uses: [PartUse(.macro("mac", bits: 8), .gated)]),
      ActionRecipe(
        component: "Box[0]", action: "sum",
        uses: [
          PartUse(.macro("memory", words: 1024, bits: 64), .read, count: 1, per: 4),
          PartUse(.adder(bits: 8), .compute),
        ]),
    ])
    let counts = [("line", 3), ("store", 5), ("multiply", 7), ("rest", 2), ("sum", 4)]
    let layer = try Pricing(SampleTable.table()).price(
      Self.statistics(counts.map { Self.action($0.0, Int64($0.1)) }), of: inventory, clockGHz: 1)
    #expect(
      layer.costs.actionAttojoules == [12_288_000_000, 152_500_000, 3_500_000, 40_000, 20_320_000])
    #expect(layer.attojoules == 12_464_360_000)
  }

  @Test func `an action without a recipe is an error that names it`() throws {
    let pricing = Pricing(try SampleTable.table())
    let error = #expect(throws: PricingError.self) {
      try pricing.price(Self.statistics([Self.action("wave", 1)]), of: Inventory(), clockGHz: 1)
    }
    #expect(
      error?.description
        == "Box[0].wave has no price: the table 'sample' states none, and the design no recipe for it")
  }

  @Test func `an action that never happened needs a price all the same`() throws {
    let pricing = Pricing(try SampleTable.table())
    #expect(throws: PricingError.self) {
      try pricing.price(Self.statistics([Self.action("wave", 0)]), of: Inventory(), clockGHz: 1)
    }
  }

  @Test(arguments: [
    (PartUse(.macro("vault", bits: 8), .read), "the table 'sample' has no macro vault, only dram, mac, memory"),
    (PartUse(.macro("mac", bits: 8), .read), "the table 'sample' has no price for mac.read, only compute, gated"),
    (
      PartUse(.macro("mac", bits: 16), .compute),
      "the table 'sample' prices mac at 8 bits, not 16, and states no scaling"
    ),
  ])
  func `a part that the table does not price is an error that names the action and the part`(
    use: PartUse, problem: String
  ) throws {
    let inventory = Inventory(recipes: [ActionRecipe(component: "Box[0]", action: "wave", uses: [use])])
    let pricing = Pricing(try SampleTable.table())
    let error = #expect(throws: PricingError.self) {
      try pricing.price(Self.statistics([Self.action("wave", 1)]), of: inventory, clockGHz: 1)
    }
    #expect(error?.description == "Box[0].wave has no price: \(problem)")
  }

  @Test func `a stated price, zero included, takes the place of a recipe for every instance of a component`() throws {
    let text =
      SampleTable.text + "\nactions:\n  Box.wave: {energy_pj: 0, source: test}\nitems:\n"
      + "  Box.flag: {area_um2: 1.5, source: test}\n"
    let inventory = Inventory(
      items: [
        InventoryItem(component: "Box[0]", name: "flag", part: .macro("vault", bits: 1), count: 9),
        InventoryItem(component: "Box[1]", name: "flag", part: .register(bits: 8), count: 1),
      ],
      recipes: [ActionRecipe(component: "Box[1]", action: "wave", uses: [PartUse(.register(bits: 8), .write)])])
    let layer = try Pricing(SampleTable.table(text)).price(
      Self.statistics([Self.action("wave", 5), Self.action("wave", 5, of: "Box[1]")]), of: inventory, clockGHz: 1)
    #expect(layer.costs.actionAttojoules == [0, 0])
    #expect(layer.costs.areas.map(\.microSquareMicrons) == [1_500_000, 1_500_000])
  }

  /// 1024 words of 64 bits are 5000.5 um^2, 20 pJ; four times the words take four times the area and, by the square
  /// root, twice the energy; a quarter of the bits a quarter of both.
  @Test(arguments: [
    (1024, 64, 20_000_000, 5_000_500_000), (4096, 64, 40_000_000, 20_002_000_000), (1024, 16, 5_000_000, 1_250_125_000),
    (2048, 64, 28_284_271, 10_001_000_000),
  ])
  func `a memory of another size scales as its entry says`(
    words: Int, bits: Int, energy: Int64, area: Int64
  ) throws {
    let memory = Part.macro("memory", words: words, bits: bits)
    let inventory = Inventory(
      items: [InventoryItem(component: "Box[0]", name: "bank", part: memory, count: 1)],
      recipes: [ActionRecipe(component: "Box[0]", action: "load", uses: [PartUse(memory, .read)])])
    let layer = try Pricing(SampleTable.table()).price(
      Self.statistics([Self.action("load", 1)]), of: inventory, clockGHz: 1)
    #expect(layer.attojoules == energy)
    #expect(layer.microSquareMicrons == area)
  }

  @Test func `a width at which accesses are priced replaces the design's own`() throws {
    let memory = Part.macro("memory", words: 1024, bits: 128)
    let inventory = Inventory(
      items: [InventoryItem(component: "Box[0]", name: "bank", part: memory, count: 1)],
      recipes: [ActionRecipe(component: "Box[0]", action: "load", uses: [PartUse(memory, .read)])])
    let pricing = Pricing(try SampleTable.table(), options: Pricing.Options(pricedBits: ["memory": 32]))
    let layer = try pricing.price(Self.statistics([Self.action("load", 1)]), of: inventory, clockGHz: 1)
    #expect(layer.attojoules == 10_000_000)
    #expect(layer.microSquareMicrons == 2_500_250_000)
  }

  /// A third of a bit of an adder costs 0.32/32/3 pJ = 3333.3 aJ; three of these uses in one action cost 10000 aJ, not
  /// three times a rounded third.
  @Test func `the price of an action rounds once`() throws {
    let third = PartUse(.adder(bits: 1), .compute, count: 1, per: 3)
    let inventory = Inventory(recipes: [
      ActionRecipe(component: "Box[0]", action: "one", uses: [third]),
      ActionRecipe(component: "Box[0]", action: "three", uses: [third, third, third]),
    ])
    let layer = try Pricing(SampleTable.table()).price(
      Self.statistics([Self.action("one", 3), Self.action("three", 1)]), of: inventory, clockGHz: 1)
    #expect(layer.costs.actionAttojoules == [9999, 10_000])
  }

  @Test func `an energy beyond 64 bits is an error, not a wrong number`() throws {
    let inventory = Inventory(recipes: [
      ActionRecipe(component: "Box[0]", action: "line", uses: [PartUse(.macro("dram", bits: 64), .read)])
    ])
    let pricing = Pricing(try SampleTable.table())
    let error = #expect(throws: PricingError.self) {
      try pricing.price(Self.statistics([Self.action("line", 1 << 62)]), of: inventory, clockGHz: 1)
    }
    #expect(error?.description.contains("does not fit 64 bits") == true)
  }

  /// A 32-bit adder leaks 0.0032 mW: 3.2 fJ, 3200 aJ, in a cycle of 1 ns; 1600 aJ in one of half that. Registers have no
  /// leakage in the table.
  @Test(arguments: [(1.0, 3200), (2.0, 1600)])
  func `parts leak every cycle only when asked to`(clockGHz: Double, each: Int64) throws {
    let inventory = Inventory(items: [
      InventoryItem(component: "Box[0]", name: "sum", part: .adder(bits: 32), count: 2),
      InventoryItem(component: "Box[0]", name: "word", part: .register(bits: 8), count: 1),
      InventoryItem(component: "Box[0]", name: "count", part: .adder(bits: 32), count: 1, isSparsityTax: true, rank: 1),
    ])
    let table = try SampleTable.table()
    let statistics = Self.statistics([], cycles: 10)
    #expect(try Pricing(table).price(statistics, of: inventory, clockGHz: clockGHz).actions.isEmpty)
    let pricing = Pricing(table, options: Pricing.Options(includesLeakage: true))
    let layer = try pricing.price(statistics, of: inventory, clockGHz: clockGHz)
    #expect(layer.actions.map(\.rank) == [nil, 1])
    #expect(layer.actions.map(\.isSparsityTax) == [false, true])
    #expect(layer.actions.allSatisfy { $0.action == "leak_cycle" && $0.count == 10 })
    #expect(layer.costs.actionAttojoules == [20 * each, 10 * each])
  }
}
