// SPDX-License-Identifier: Apache-2.0

// Random back-pressure: links refuse sends in random cycles. A model whose values change under it depends on timing
// where it must not.
extension Simulation {
  /// Cycles without work after which a disturbed simulation is left to fall asleep.
  private static var patience: Int { 4096 }

  /// Decides for every link whether it refuses sends at this edge, before any component ticks.
  func throttleLinks(at edge: Femtoseconds) {
    guard let seed = perturbation.backpressureSeed else { return }
    for link in links {
      var mixed = seed ^ UInt64(bitPattern: edge) &* 0x9e37_79b9_7f4a_7c15
      mixed = (mixed ^ UInt64(link.state.pointee.id)) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ (mixed >> 29)) &* 0x94d0_49bb_1331_11eb
      link.state.pointee.throttle(mixed >> 62 == 0 && quietEdges < Self.patience)
    }
  }

  /// Wakes everybody, since a refused sender is not told when the refusal ends.
  func rouseAll() {
    quietEdges = components.contains { $0.activity.kind == .busy } ? 0 : quietEdges + 1
    guard quietEdges <= Self.patience else { return }
    for component in components {
      // A domain that slept is behind the time; its next edge is not the one after the last it processed.
      component.domainState.pointee.wake(ClockSlot(component.slot), at: time / component.clock.period + 1)
    }
  }

  /// Flips a bit of a component's state.
  func plant(_ fault: Fault) {
    let regions = stateMemory.regions.filter { $0.owner == fault.component }
    precondition(
      regions.indices.contains(fault.region) && (0..<regions[fault.region].bytes).contains(fault.byte) && fault.bit < 8,
      "a fault lies in a component's state")
    let byte = regions[fault.region].start + fault.byte
    byte.storeBytes(of: byte.load(as: UInt8.self) ^ (1 << fault.bit), as: UInt8.self)
    regions[fault.region].changes?.note(fault.byte)
  }
}
