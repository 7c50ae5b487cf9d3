// SPDX-License-Identifier: Apache-2.0
import Statistics

extension MulticastNetwork: InventoryReporting {
  /// A driver per bit and array. *Assumption:* a driver is priced as a gate; no table here prices the length of a wire.
  ///
  /// A byte leaves the VFMU's queue, is driven to every array, and passes the queue there; bytes are counted, so the
  /// queues' pointers, which work once a window, are left out. A dense design moves each byte of B likewise: base.
  public var inventory: Inventory {
    var list = InventoryList(name)
    list.base("drivers", .gates(bits: bytesPerCycle * 8), count: branches.count)
    var uses = Self.byteThroughQueue(slots: windows.capacity)
    uses += .using(.gates(bits: 8), count: branches.count)
    for branch in 0..<branches.count { uses += Self.byteThroughQueue(slots: branches[branch].capacity) }
    list.action("multicast_byte", uses: uses)
    if let offsets {
      list.tax("rank1_offset_drivers", .gates(bits: offsets.bits), count: branches.count, rank: 1)
      list.tax("rank1_offset_queue", .fifo(slots: windows.capacity, bits: offsets.bits), rank: 1)
      var uses: [PartUse] = .passing(slots: windows.capacity, bits: offsets.bits)
      uses += .using(.gates(bits: offsets.bits), count: branches.count)
      for branch in branches { uses += .passing(slots: branch.capacity, bits: offsets.bits) }
      list.action("multicast_offsets", uses: uses)
    }
    return list.inventory
  }

  private static func byteThroughQueue(slots: Int) -> [PartUse] {
    guard case .queue = Part.fifo(slots: slots, bits: 8) else { return .passing(slots: slots, bits: 8) }
    var uses: [PartUse] = .using(.register(bits: 8), .write)
    uses += .using(.register(bits: 8), .read)
    uses += .using(.multiplexer(fanIn: slots, bits: 8))
    return uses
  }
}
