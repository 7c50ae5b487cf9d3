// SPDX-License-Identifier: Apache-2.0

/// A piece of memory that holds state of one component.
struct StateRegion {
  let owner: String
  let start: UnsafeMutableRawPointer
  let bytes: Int
  /// Whether the memory is freed with the simulation's.
  let isOwned: Bool
  /// Finds the layout of an element; asked only when state is hashed.
  let mask: () -> StateMask
  /// Where its owner notes what it writes; nil where it does not.
  var changes: ChangedPages?
}

/// The memory of all components' state; a component keeps it, so that its results outlive the simulation.
final class StateMemory {
  var regions: [StateRegion] = []

  deinit {
    for region in regions where region.isOwned {
      region.start.deallocate()
      region.changes?.deallocate()
    }
  }
}

extension Simulation {
  func allocateState<Value: BitwiseCopyable>(
    owner: String, count: Int, repeating value: Value, changes: ChangedPages? = nil
  ) -> UnsafeMutablePointer<Value> {
    precondition(!isStarted, "state is allocated before the simulation starts")
    let bytes = max(1, count * MemoryLayout<Value>.stride)
    let start = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    // Padding bytes are part of the region: they must not differ between two runs.
    start.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    let typed = start.bindMemory(to: Value.self, capacity: max(1, count))
    typed.initialize(repeating: value, count: count)
    stateMemory.regions.append(
      StateRegion(
        owner: owner, start: start, bytes: count * MemoryLayout<Value>.stride, isOwned: true,
        mask: { StateMask(StateLayout(of: value)) }, changes: changes))
    return typed
  }

  /// Makes `memory`, which others allocated and keep alive as long as the simulation, part of the state of the
  /// component `owner`: what it writes there is saved, restored and hashed like its own.
  ///
  /// - Parameter changes: where the component notes every page that it writes, and only those are hashed again; nil hashes all of it.
  /// - Precondition: every byte means something: there is no padding.
  public func adoptState(_ memory: UnsafeMutableRawBufferPointer, of owner: String, changes: ChangedPages? = nil) {
    precondition(!isStarted, "state is adopted before the simulation starts")
    guard let start = memory.baseAddress else { return }
    stateMemory.regions.append(
      StateRegion(
        owner: owner, start: start, bytes: memory.count, isOwned: false, mask: { StateMask() }, changes: changes))
  }
}
