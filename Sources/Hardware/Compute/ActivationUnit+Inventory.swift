// SPDX-License-Identifier: Apache-2.0
import Statistics

extension ActivationUnit: InventoryReporting {
  /// For each row of a block, since a column of a block is taken in a cycle: a blanking gate per bit (ReLU), a
  /// multiplier of a 32-bit sum by a 31-bit scale, a 64-bit shifter, the rounding adder and two comparators that clamp.
  public var inventory: Inventory {
    var list = InventoryList(name)
    let rows = specification.builtRows
    let blanking = Part.gates(bits: 32)
    let multiplier = Part.multiplier(bits: 32, byBits: 31)
    let shifter = Part.shifter(words: 64, positions: 64, bits: 1)
    let rounding = Part.adder(bits: 32)
    let clamp = Part.comparator(bits: 32)
    list.base("column_queue", .fifo(slots: columns.capacity, bits: rows * 32))
    list.base("blanking", blanking, count: rows)
    list.base("multiplier", multiplier, count: rows)
    list.base("shifter", shifter, count: rows)
    list.base("rounding", rounding, count: rows)
    list.base("clamp", clamp, count: 2 * rows)
    var uses: [PartUse] = .passing(slots: columns.capacity, bits: rows * 32, per: rows)
    uses += .using(blanking)
    uses += .using(multiplier)
    uses += .using(shifter)
    uses += .using(rounding)
    uses += .using(clamp, count: 2)
    list.action("activate_word", uses: uses)
    return list.inventory
  }
}
