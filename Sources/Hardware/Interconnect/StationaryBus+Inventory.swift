// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

extension StationaryBus: InventoryReporting {
  /// Queues for rows of A and for offsets, and a driver per bit and array (*Assumption:* priced as a gate). The offsets'
  /// sideband is tax, each rank's part of it by that rank. So is what takes beats that do not fill buffer rows evenly out
  /// of them: a multiplexer of all places where one may begin, and registers for what is carried.
  public var inventory: Inventory {
    var list = InventoryList(name)
    let rowBits = Line.byteCount * 8
    let beatBits = specification.beatBytes * 8
    list.base("row_queue", .fifo(slots: rows.capacity, bits: rowBits))
    list.base("drivers", .gates(bits: specification.bytesPerCycle * 8), count: arrays.count)
    list.action(
      "transfer_row",
      uses: passingShare(of: rowBits, bits: beatBits) + delivery(bits: beatBits))
    if specification.carries { addAlignment(to: &list) }
    for rank in PerRank<Int>.descending {
      guard let fields = metadata[rank] else { continue }
      addSideband(
        fields, rank: rank, bits: specification.array.widestFieldBits(ofRank: rank),
        usedBits: specification.array.fieldBits(ofRank: rank), to: &list)
    }
    return list.inventory
  }

  /// A beat's share of a buffer row's way through the queue.
  private func passingShare(of rowBits: Int, bits: Int) -> [PartUse] {
    guard rowBits % bits != 0 else { return .passing(slots: rows.capacity, bits: rowBits, per: rowBits / bits) }
    let queue = Part.fifo(slots: rows.capacity, bits: rowBits)
    return .using(queue, .write, count: bits, per: rowBits) + .using(queue, .read, count: bits, per: rowBits)
  }

  private func addAlignment(to list: inout InventoryList) {
    let array = specification.array
    let widest = array.mostSlotsPerRow * array.wordBits
    // Beats have whole blocks of every group.
    let starts = Line.byteCount / (array.groups * array.valuesPerBlock * specification.wordBytes)
    let multiplexer = Part.multiplexer(fanIn: starts, bits: widest)
    let register = Part.register(bits: widest)
    list.tax("row_aligner", multiplexer, rank: 1)
    list.tax("carry_register", register, rank: 1)
    list.action("align_row", uses: .using(multiplexer))
    list.action("carry_row", uses: .using(register, .write) + .using(register, .read))
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
