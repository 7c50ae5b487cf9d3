// SPDX-License-Identifier: Apache-2.0
import Statistics

extension SpillUnit: InventoryReporting {
  /// A queue of columns, and a counter for the address. A column of the queue leaves as a line for each array.
  public var inventory: Inventory {
    var list = InventoryList(name)
    let lineBits = Line.byteCount * 8
    let columnBits = arrays * lineBits
    let address = Part.counter(bits: 32)
    list.base("column_queue", .fifo(slots: columns.capacity, bits: columnBits))
    list.base("address", address)
    list.action("spill_line", uses: .passing(slots: columns.capacity, bits: columnBits, per: arrays) + .using(address))
    return list.inventory
  }
}
