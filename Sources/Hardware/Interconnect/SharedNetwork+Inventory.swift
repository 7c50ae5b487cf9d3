// SPDX-License-Identifier: Apache-2.0
import Statistics

extension SharedNetwork: InventoryReporting {
  /// A driver per bit and array (*Assumption:* priced as a gate), queues for both operands, and an arbiter per medium.
  ///
  /// A window is driven to all arrays on a bus, and to each in turn on a crossbar; either way every array's queue takes
  /// it. A dense design moves both operands likewise: base.
  public var inventory: Inventory {
    var list = InventoryList(name)
    let windowBits = specification.windowBytes * 8
    let rowBits = specification.rowBytes * 8
    let isBus = specification.topology == .bus
    let reached = isBus ? specification.arrays : 1
    let arbiter = Part.gates(bits: 8)
    list.base("drivers", .gates(bits: specification.bytesPerCycle * 8), count: specification.arrays)
    list.base("window_queue", .fifo(slots: windows.capacity, bits: windowBits))
    list.base("row_queues", .fifo(slots: rows[0].capacity, bits: rowBits), count: specification.arrays)
    list.base("arbiters", arbiter, count: isBus ? 1 : specification.arrays)
    var window: [PartUse] = .passing(slots: windows.capacity, bits: windowBits, per: isBus ? 1 : specification.arrays)
    window += .using(.gates(bits: windowBits), count: reached)
    for _ in 0..<reached { window += .passing(slots: windowBranches[0].capacity, bits: windowBits) }
    list.action("transfer_window", uses: window + .using(arbiter))
    list.action(
      "transfer_row",
      uses: .passing(slots: rows[0].capacity, bits: rowBits) + .using(.gates(bits: rowBits), count: reached)
        + .passing(slots: rowBranches[0].capacity, bits: rowBits) + .using(arbiter))
    if let offsets = specification.offsets {
      let drivers = Part.gates(bits: offsets.bits)
      list.tax("rank1_offset_drivers", drivers, count: specification.arrays, rank: 1)
      list.tax("rank1_offset_queue", .fifo(slots: windows.capacity, bits: offsets.bits), rank: 1)
      var uses: [PartUse] = .passing(
        slots: windows.capacity, bits: offsets.bits, per: isBus ? 1 : specification.arrays)
      uses += .using(drivers, count: reached)
      for _ in 0..<reached { uses += .passing(slots: windowBranches[0].capacity, bits: offsets.bits) }
      list.action("transfer_offsets_rank1", uses: uses)
    }
    return list.inventory
  }
}
