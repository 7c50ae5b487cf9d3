// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

extension StationaryBus: InventoryReporting {
  /// Queues for rows of A and for offsets, and a driver per bit and array (*Assumption:* priced as a gate). The offsets'
  /// sideband is tax, each rank's part of it by that rank.
  public var inventory: Inventory {
    var list = InventoryList(name)
    let rowBits = Line.byteCount * 8
    let beatBits = specification.lanesPerRow * specification.wordBytes * 8
    list.base("row_queue", .fifo(slots: rows.capacity, bits: rowBits))
    list.base("drivers", .gates(bits: specification.bytesPerCycle * 8), count: arrays.count)
    list.action(
      "transfer_row",
      uses: .passing(slots: rows.capacity, bits: rowBits, per: max(1, rowBits / beatBits)) + delivery(bits: beatBits))
    if let rank1 {
      let bits = specification.array.rank1OffsetBitsPerRow
      addSideband(rank1, rank: 1, bits: bits, usedBits: bits, to: &list)
    }
    if let rank0 {
      addSideband(
        rank0, rank: 0, bits: specification.array.rank0OffsetBitsPerRow, usedBits: specification.array.valueFieldBits,
        to: &list)
    }
    return list.inventory
  }

  /// - Parameter usedBits: those of `bits` that a row of this layer has.
  private func addSideband(
    _ input: Input<MetadataField>, rank: Int, bits: Int, usedBits: Int, to list: inout InventoryList
  ) {
    list.tax("rank\(rank)_queue", .fifo(slots: input.capacity, bits: bits), rank: rank)
    list.tax("rank\(rank)_drivers", .gates(bits: bits), count: arrays.count, rank: rank)
    list.action(
      "transfer_offsets_rank\(rank)",
      uses: .passing(slots: input.capacity, bits: usedBits) + delivery(bits: usedBits))
  }

  /// A beat is driven to all arrays and passes the queue of one.
  private func delivery(bits: Int) -> [PartUse] {
    .using(.gates(bits: bits), count: arrays.count) + .passing(slots: arrays[0].capacity, bits: bits)
  }
}
