// SPDX-License-Identifier: Apache-2.0
import Statistics

extension Collector: InventoryReporting {
  /// A queue of columns from each array, and a driver per bit (*Assumption:* priced as a gate).
  public var inventory: Inventory {
    var list = InventoryList(name)
    let sumBits = 32
    let rows = 16
    list.base("column_queue", .fifo(slots: arrays[0].capacity, bits: rows * sumBits), count: arrays.count)
    list.base("drivers", .gates(bits: wordsPerCycle * sumBits))
    list.action(
      "collect_word",
      uses: .passing(slots: arrays[0].capacity, bits: rows * sumBits, per: rows) + .using(.gates(bits: sumBits)))
    return list.inventory
  }
}
