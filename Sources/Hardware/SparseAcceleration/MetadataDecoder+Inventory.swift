// SPDX-License-Identifier: Apache-2.0
import Statistics

extension MetadataDecoder: InventoryReporting {
  /// Two rows of registers and a shifter that takes a field out of them at any bit; a field uses up its share of a row.
  public var inventory: Inventory {
    var list = InventoryList(name)
    let rowBits = 64
    let held = 2 * rowBits
    let shifter = Part.shifter(words: widestField, positions: held, bits: 1)
    let pointer = Part.counter(bits: selectBits(held))
    list.tax("row_queue", .fifo(slots: rows.capacity, bits: rowBits), rank: rank)
    list.tax("row_registers", .register(bits: held), rank: rank)
    list.tax("field_shifter", shifter, count: fieldsPerCycle, rank: rank)
    list.tax("pointer", pointer, rank: rank)
    let queue = Part.fifo(slots: rows.capacity, bits: rowBits)
    var uses: [PartUse] = []
    uses += .using(queue, .write, count: widestField, per: rowBits)
    uses += .using(queue, .read, count: widestField, per: rowBits)
    uses += .using(.register(bits: widestField), .write)
    uses += .using(.register(bits: widestField), .read)
    uses += .using(shifter)
    uses += .using(pointer)
    list.action("decode", uses: uses)
    return list.inventory
  }
}
