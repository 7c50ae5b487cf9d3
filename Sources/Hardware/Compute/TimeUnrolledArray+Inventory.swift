// SPDX-License-Identifier: Apache-2.0
import Statistics

extension TimeUnrolledArray {
  /// A value of A passes a register in every column of PEs, a value of B in every row of them; a product reads and
  /// writes its sum. Multipliers without two non-zeros are held still.
  public var actionCounts: [ActionCount] {
    let word = Int64(specification.wordBits)
    func count(_ action: String, _ count: Int64, bits: Int64, tax: Bool = false) -> ActionCount {
      ActionCount(
        component: name, action: action, count: count, bits: bits, isSparsityTax: tax, rank: tax ? 0 : nil)
    }
    let hops = state.takenA * Int64(specification.peColumns) + state.takenB * Int64(specification.peRows)
    return [
      count("mac_compute", state.effectual, bits: word),
      count("mac_gated", state.idleLanes, bits: word),
      count("register_read", hops, bits: word),
      count("register_write", hops, bits: word),
      count("position_register_read", hops, bits: 3, tax: true),
      count("position_register_write", hops, bits: 3, tax: true),
      count("select_value", state.steps * Int64(specification.lanes), bits: word, tax: true),
      count("accumulator_read", state.effectual + state.drainedSums, bits: 32),
      count("accumulator_write", state.effectual + state.drainedSums, bits: 32),
    ]
  }
}

extension TimeUnrolledArray: InventoryReporting {
  /// Every PE holds its rows' values of A twice, so that the next block arrives while this one works, and a value of B for
  /// each of its columns; every MAC has a sum, its shadow, and a multiplexer of the held values.
  public var inventory: Inventory {
    var list = InventoryList(name)
    let word = specification.wordBits
    let held = specification.heldValues
    let operands =
      2 * specification.rows * held * specification.peColumns + specification.columns * specification.peRows
    let mac = Part.macro("mac_int\(word)", bits: word)
    let select = Part.multiplexer(fanIn: held, bits: word)
    let position = Part.register(bits: 3)
    let sum = Part.register(bits: 32)
    list.base("macs", mac, count: specification.lanes)
    list.base("operand_registers", .register(bits: word), count: operands)
    list.tax("position_registers", position, count: operands, rank: 0)
    list.tax("value_multiplexers", select, count: specification.lanes, rank: 0)
    list.base("accumulators", sum, count: 2 * specification.lanes)
    list.action("mac_compute", uses: .using(mac, .compute))
    list.action("mac_gated", uses: .using(mac, .gated))
    list.action("register_read", uses: .using(.register(bits: word), .read))
    list.action("register_write", uses: .using(.register(bits: word), .write))
    list.action("position_register_read", uses: .using(position, .read))
    list.action("position_register_write", uses: .using(position, .write))
    list.action("select_value", uses: .using(select))
    list.action("accumulator_read", uses: .using(sum, .read))
    list.action("accumulator_write", uses: .using(sum, .write))
    return list.inventory
  }
}
