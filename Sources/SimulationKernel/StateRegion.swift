// SPDX-License-Identifier: Apache-2.0

/// A piece of memory that holds state of one component.
struct StateRegion {
  let owner: String
  let start: UnsafeMutableRawPointer
  let bytes: Int
}

/// The memory of all components' state; a component keeps it, so that its results outlive the simulation.
final class StateMemory {
  var regions: [StateRegion] = []

  deinit {
    for region in regions { region.start.deallocate() }
  }
}

extension Simulation {
  func allocateState<Value: BitwiseCopyable>(
    owner: String, count: Int, repeating value: Value
  ) -> UnsafeMutablePointer<Value> {
    precondition(!isStarted, "state is allocated before the simulation starts")
    let bytes = max(1, count * MemoryLayout<Value>.stride)
    let start = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    // Padding bytes are part of the region: they must not differ between two runs.
    start.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    let typed = start.bindMemory(to: Value.self, capacity: max(1, count))
    typed.initialize(repeating: value, count: count)
    stateMemory.regions.append(StateRegion(owner: owner, start: start, bytes: bytes))
    return typed
  }
}
