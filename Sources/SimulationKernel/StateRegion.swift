// SPDX-License-Identifier: Apache-2.0

/// A piece of memory that holds state of one component.
struct StateRegion {
  let owner: String
  let start: UnsafeMutableRawPointer
  let bytes: Int
  /// Finds the layout of an element; asked only when state is hashed.
  let mask: () -> StateMask
  /// Where its owner notes what it writes; nil where it does not.
  var changes: ChangedPages?
}

/// The memory of all components' state; a component keeps it, so that its results outlive the simulation.
final class StateMemory {
  var regions: [StateRegion] = []
  /// Of what was allocated here, not adopted.
  var ownChanges: [ChangedPages] = []
  private var blocks: [UnsafeMutableRawPointer] = []
  /// What is left of the block that small pieces come from.
  private var rest = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  private static let line = 64
  private static let blockBytes = 16 << 10
  /// Pieces up to this size share blocks: alone, each would take lines of the cache that others could use.
  private static let smallBytes = 512

  deinit {
    for changes in ownChanges { changes.deallocate() }
    for block in blocks { block.deallocate() }
  }

  /// Memory that is zero, freed with all the rest; a piece no larger than a cache line lies in one.
  func allocate(bytes: Int, alignment: Int) -> UnsafeMutableRawPointer {
    guard bytes <= Self.smallBytes, alignment <= Self.line else { return block(of: bytes, alignment: alignment) }
    var start = 0
    if let base = rest.baseAddress {
      let address = Int(bitPattern: base)
      start = (address + alignment - 1) / alignment * alignment - address
      let place = (address + start) % Self.line
      if place + bytes > Self.line, place > 0 { start += Self.line - place }
    }
    if start + bytes > rest.count {
      rest = UnsafeMutableRawBufferPointer(
        start: block(of: Self.blockBytes, alignment: Self.line), count: Self.blockBytes)
      start = 0
    }
    let piece = UnsafeMutableRawBufferPointer(rebasing: rest[start..<start + bytes])
    rest = UnsafeMutableRawBufferPointer(rebasing: rest[(start + bytes)...])
    return piece.baseAddress.unsafelyUnwrapped
  }

  private func block(of bytes: Int, alignment: Int) -> UnsafeMutableRawPointer {
    let block = UnsafeMutableRawPointer.allocate(byteCount: max(1, bytes), alignment: max(alignment, Self.line))
    block.initializeMemory(as: UInt8.self, repeating: 0, count: max(1, bytes))
    blocks.append(block)
    return block
  }
}

extension Simulation {
  func allocateState<Value: BitwiseCopyable>(
    owner: String, count: Int, repeating value: Value, changes: ChangedPages? = nil
  ) -> UnsafeMutablePointer<Value> {
    precondition(!isStarted, "state is allocated before the simulation starts")
    let bytes = count * MemoryLayout<Value>.stride
    // Padding bytes are part of the region: zero from the start, they do not differ between two runs.
    let start = stateMemory.allocate(bytes: bytes, alignment: MemoryLayout<Value>.alignment)
    let typed = start.bindMemory(to: Value.self, capacity: count)
    typed.initialize(repeating: value, count: count)
    if let changes { stateMemory.ownChanges.append(changes) }
    stateMemory.regions.append(
      StateRegion(
        owner: owner, start: start, bytes: bytes, mask: { StateMask(StateLayout(of: value)) }, changes: changes))
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
        owner: owner, start: start, bytes: memory.count, mask: { StateMask() }, changes: changes))
  }
}
