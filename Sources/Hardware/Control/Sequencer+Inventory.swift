// SPDX-License-Identifier: Apache-2.0
import Statistics

extension Sequencer: InventoryReporting {
  /// Counters of the loop nest, for the fetches and the uses of each operand, and two pointers into each ring.
  ///
  /// *Assumption:* 32 bits each; their energy, a few counts per window, is not modelled.
  public var inventory: Inventory {
    var list = InventoryList(name)
    let counter = Part.counter(bits: 32)
    // Group, outer and inner block, window and line.
    list.base("loop_counters", counter, count: 4 * 5)
    list.base("data_ring_pointers", counter, count: 3 * 2)
    for rank in PerRank<Int>.descending where metadataA[rank] != nil {
      list.tax("rank\(rank)_ring_pointers", counter, count: 2, rank: rank)
    }
    if maskB != nil { list.tax("mask_ring_pointers", counter, count: 2) }
    return list.inventory
  }
}
