// SPDX-License-Identifier: Apache-2.0
import Statistics

extension TileCollector: InventoryReporting {
  /// A queue of columns from each array, and a driver per bit (*Assumption:* priced as a gate).
  public var inventory: Inventory {
    var list = InventoryList(name)
    let bits = 32
    let rows = specification.tileRows
    list.base("column_queue", .fifo(slots: arrays[0].capacity, bits: rows * bits), count: arrays.count)
    list.base("drivers", .gates(bits: specification.wordsPerCycle * bits))
    list.action(
      "collect_word",
      uses: .passing(slots: arrays[0].capacity, bits: rows * bits, per: rows) + .using(.gates(bits: bits)))
    return list.inventory
  }
}
