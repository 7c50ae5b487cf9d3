// SPDX-License-Identifier: Apache-2.0
import Statistics

extension BlockFeeder: InventoryReporting {
  /// A ring of registers that a dense array has as well, and registers for the bitmasks.
  public var inventory: Inventory {
    var list = InventoryList(name)
    let rowBits = Line.byteCount * 8
    let wordBits = specification.wordBytes * 8
    let maskBits = DensityBoundBlock.size * specification.tileSize
    let pointer = Part.counter(bits: 16)
    list.base("row_queue", .fifo(slots: rows.capacity, bits: rowBits))
    list.base("row_buffer", .register(bits: specification.bufferRows * rowBits))
    list.base("pointers", pointer, count: 2)
    list.tax("mask_queue", .fifo(slots: masks.capacity, bits: 64), rank: 0)
    list.tax("mask_registers", .register(bits: maskBits), rank: 0)
    list.action(
      "buffer_row",
      uses: .passing(slots: rows.capacity, bits: rowBits) + .using(.register(bits: rowBits), .write) + .using(pointer))
    list.action("feed_word", uses: .using(.register(bits: wordBits), .read))
    list.action(
      "feed_masks", uses: .using(.register(bits: maskBits), .write) + .using(.register(bits: maskBits), .read))
    return list.inventory
  }
}
