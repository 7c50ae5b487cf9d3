// SPDX-License-Identifier: Apache-2.0
import Statistics

extension VectorNetwork: InventoryReporting {
  /// A driver per bit and listener of every bus. *Assumption:* a driver is priced as a gate; no table here prices the
  /// length of a wire. The bitmask's wires are tax.
  public var inventory: Inventory {
    var list = InventoryList(name)
    let listeners = branches[0].count
    let limit = CondensedVector.wordLimit
    list.base("drivers", .gates(bits: bytesPerCycle * 8), count: branches.count * listeners)
    list.tax("mask_drivers", .gates(bits: limit), count: branches.count * listeners)
    list.action("multicast_byte", uses: .using(.gates(bits: 8), count: listeners))
    list.action("multicast_mask", uses: .using(.gates(bits: maskBits), count: listeners))
    return list.inventory
  }
}
