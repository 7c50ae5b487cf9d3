// SPDX-License-Identifier: Apache-2.0
import Statistics

extension StreamSequencer: InventoryReporting {
  /// Counters of the loop nest, for the fetches and the uses of each operand, and two pointers into each ring.
  ///
  /// *Assumption:* 32 bits each; their energy, a few counts per window, is not modelled.
  public var inventory: Inventory {
    var list = InventoryList(name)
    let counter = Part.counter(bits: 32)
    // Group, outer and inner block, window and line.
    list.base("loop_counters", counter, count: 4 * 5)
    list.base("data_ring_pointers", counter, count: 2 * 2)
    list.tax("mask_ring_pointers", counter, count: 2 * 2)
    return list.inventory
  }
}
