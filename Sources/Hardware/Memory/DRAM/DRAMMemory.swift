// SPDX-License-Identifier: Apache-2.0

import SimulationKernel

/// The memory of everything that changes in a controller: the simulation's, or, for a controller that is driven alone,
/// its own.
///
/// Kept apart from the objects, so that a snapshot is a copy of memory: two controllers of one specification allocate the
/// same regions in the same order. Tables that never change are no part of it.
final class DRAMMemory {
  /// A component of a simulation, whose state regions the kernel owns.
  struct Host {
    let component: String
    /// Not kept alive: the clock keeps the component, which keeps its controllers and so this.
    unowned let clock: ClockDomain
  }

  private let host: Host?
  private var regions: [UnsafeMutableRawBufferPointer] = []
  private var tables: [UnsafeMutableRawBufferPointer] = []

  /// - Parameter host: nil for memory of its own.
  init(host: Host?) { self.host = host }

  deinit {
    for table in tables { table.deallocate() }
    guard host == nil else { return }
    for region in regions { region.deallocate() }
  }

  /// Memory for `count` values of state.
  func allocateState<Value: BitwiseCopyable>(repeating value: Value, count: Int) -> UnsafeMutablePointer<Value> {
    guard let host else {
      let region = Self.allocate(Value.self, count: count)
      regions.append(region)
      let typed = region.baseAddress.unsafelyUnwrapped.bindMemory(to: Value.self, capacity: max(1, count))
      typed.initialize(repeating: value, count: count)
      return typed
    }
    // At least one element, so that there is an address.
    let array = StateArray(repeating: value, count: max(1, count), of: host.component, in: host.clock)
    let elements = array.elements(0..<array.count)
    regions.append(UnsafeMutableRawBufferPointer(elements))
    return elements.baseAddress.unsafelyUnwrapped
  }

  /// Memory for values that never change.
  func allocateTable<Value: BitwiseCopyable>(_ values: [Value]) -> UnsafeMutablePointer<Value> {
    let table = Self.allocate(Value.self, count: values.count)
    tables.append(table)
    let typed = table.baseAddress.unsafelyUnwrapped.bindMemory(to: Value.self, capacity: max(1, values.count))
    for index in values.indices { (typed + index).initialize(to: values[index]) }
    return typed
  }

  /// Takes over the state of another controller of the same specification.
  func copyState(from other: DRAMMemory) {
    precondition(regions.count == other.regions.count, "State is copied between controllers of one specification.")
    for (own, others) in zip(regions, other.regions) {
      precondition(own.count == others.count, "State is copied between controllers of one specification.")
      own.copyMemory(from: UnsafeRawBufferPointer(others))
    }
  }

  private static func allocate<Value>(_ type: Value.Type, count: Int) -> UnsafeMutableRawBufferPointer {
    let region = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(1, count) * MemoryLayout<Value>.stride, alignment: 64)
    region.initializeMemory(as: UInt8.self, repeating: 0)
    return region
  }
}
