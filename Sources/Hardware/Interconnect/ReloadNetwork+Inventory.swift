// SPDX-License-Identifier: Apache-2.0
import Statistics

extension ReloadNetwork: InventoryReporting {
  /// A queue of rows and a driver per bit and array (*Assumption:* priced as a gate); a line goes to one array's queue.
  ///
  /// Base: a dense machine spills and reloads sums likewise.
  public var inventory: Inventory {
    var list = InventoryList(name)
    let bits = Line.byteCount * 8
    list.base("row_queue", .fifo(slots: rows.capacity, bits: bits))
    list.base("drivers", .gates(bits: bits), count: arrays.count)
    var uses: [PartUse] = .passing(slots: rows.capacity, bits: bits)
    uses += .using(.gates(bits: bits), count: arrays.count)
    uses += .passing(slots: arrays[0].capacity, bits: bits)
    list.action("reload_line", uses: uses)
    return list.inventory
  }
}
