// SPDX-License-Identifier: Apache-2.0
import Statistics

extension StationaryBus: InventoryReporting {
  /// Queues for rows of A and for offsets, and a driver per bit and array (*Assumption:* priced as a gate). The offsets'
  /// sideband is tax, each rank's part of it by that rank.
  public var inventory: Inventory {
    var list = InventoryList(name)
    let rowBits = Line.byteCount * 8
    let beatBits = specification.lanesPerRow * specification.wordBytes * 8
    let rank1Bits = specification.array.rank1OffsetBitsPerRow
    let rank0Bits = specification.array.rank0OffsetBitsPerRow
    list.base("row_queue", .fifo(slots: rows.capacity, bits: rowBits))
    list.tax("rank1_queue", .fifo(slots: rank1.capacity, bits: rank1Bits), rank: 1)
    list.tax("rank0_queue", .fifo(slots: rank0.capacity, bits: rank0Bits), rank: 0)
    list.base("drivers", .gates(bits: specification.bytesPerCycle * 8), count: arrays.count)
    list.tax("rank1_drivers", .gates(bits: rank1Bits), count: arrays.count, rank: 1)
    list.tax("rank0_drivers", .gates(bits: rank0Bits), count: arrays.count, rank: 0)
    list.action(
      "transfer_row",
      uses: .passing(slots: rows.capacity, bits: rowBits, per: max(1, rowBits / beatBits)) + delivery(bits: beatBits))
    list.action(
      "transfer_offsets_rank1",
      uses: .passing(slots: rank1.capacity, bits: rank1Bits) + delivery(bits: rank1Bits))
    list.action(
      "transfer_offsets_rank0",
      uses: .passing(slots: rank0.capacity, bits: rank0Bits) + delivery(bits: rank0Bits))
    return list.inventory
  }

  /// A beat is driven to all arrays and passes the queue of one.
  private func delivery(bits: Int) -> [PartUse] {
    .using(.gates(bits: bits), count: arrays.count) + .passing(slots: arrays[0].capacity, bits: bits)
  }
}
