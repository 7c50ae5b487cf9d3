// SPDX-License-Identifier: Apache-2.0

/// The whole state of a simulation between two edges: restored, the simulation goes on as it did from there.
///
/// Saved are the components' state, the links with the messages on them, the clocks with everybody's wakes, the accounts
/// and the hashes. Memory is kept in pages; a page that is as it was in an earlier snapshot is shared with it, so that a
/// row of snapshots costs little more than what changed between them.
public final class Snapshot {
  /// Time of the last processed edge; -1 before the first.
  public let time: Femtoseconds
  /// Bytes that no earlier snapshot holds.
  public let addedBytes: Int

  fileprivate let pages: [Page]
  fileprivate let farWakes: [FarQueue.Content]
  fileprivate let quietEdges: Int
  fileprivate let regionCount: Int

  fileprivate final class Page {
    static let bytes = 4096
    let content: UnsafeMutableRawBufferPointer

    init(copying memory: UnsafeRawBufferPointer) {
      content = .allocate(byteCount: memory.count, alignment: 8)
      content.copyMemory(from: memory)
    }

    deinit { content.deallocate() }

    func holds(_ memory: UnsafeRawBufferPointer) -> Bool {
      guard content.count == memory.count else { return false }
      var difference: UInt64 = 0
      var offset = 0
      while offset &+ 8 <= memory.count {
        difference |=
          content.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
          ^ memory.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        offset &+= 8
      }
      while offset < memory.count {
        difference |= UInt64(content[offset] ^ memory[offset])
        offset &+= 1
      }
      return difference == 0
    }
  }

  fileprivate init(of simulation: Simulation, sharing earlier: Snapshot?) {
    precondition(simulation.isStarted, "a simulation is started before it is saved")
    time = simulation.time
    farWakes = simulation.domains.map(\.far.content)
    quietEdges = simulation.quietEdges
    var pages: [Page] = []
    var added = 0
    var regions = 0
    simulation.forEachRegion { region in
      regions += 1
      var start = 0
      while start < region.count {
        let part = UnsafeRawBufferPointer(rebasing: region[start..<min(start + Page.bytes, region.count)])
        if let earlier, pages.count < earlier.pages.count, earlier.pages[pages.count].holds(part) {
          pages.append(earlier.pages[pages.count])
        } else {
          pages.append(Page(copying: part))
          added += part.count
        }
        start += Page.bytes
      }
    }
    self.pages = pages
    addedBytes = added
    regionCount = regions
  }
}

extension Simulation {
  /// Saves the state between the last processed edge and the next.
  ///
  /// - Parameter earlier: a snapshot of this simulation to share unchanged pages with.
  public func snapshot(sharing earlier: Snapshot? = nil) -> Snapshot { Snapshot(of: self, sharing: earlier) }

  /// Goes back, or ahead, to a saved state. Observers stay as they are: what they were told is theirs to forget.
  ///
  /// - Precondition: the snapshot is of this simulation.
  public func restore(_ snapshot: Snapshot) {
    let observers = links.map(\.state.pointee.observer)
    var page = 0
    var regions = 0
    forEachRegion { region in
      regions += 1
      var start = 0
      while start < region.count {
        let content = snapshot.pages[page].content
        UnsafeMutableRawBufferPointer(rebasing: region[start..<start + content.count]).copyMemory(
          from: UnsafeRawBufferPointer(content))
        page += 1
        start += content.count
      }
    }
    precondition(
      page == snapshot.pages.count && regions == snapshot.regionCount, "a snapshot is restored in its own simulation")
    for region in stateMemory.regions { region.changes?.noteAll() }
    for (link, observer) in zip(links, observers) { link.state.pointee.observer = observer }
    for (domain, content) in zip(domains, snapshot.farWakes) { domain.far.content = content }
    quietEdges = snapshot.quietEdges
  }

  /// Calls `body` with every piece of memory that changes during a run, always in the same order.
  fileprivate func forEachRegion(_ body: (UnsafeMutableRawBufferPointer) -> Void) {
    func visit<Value>(_ pointer: UnsafeMutablePointer<Value>, count: Int = 1) {
      body(
        UnsafeMutableRawBufferPointer(
          start: UnsafeMutableRawPointer(pointer), count: count * MemoryLayout<Value>.stride))
    }
    visit(shared)
    for domain in domains {
      let state = domain.state
      visit(state)
      visit(state.pointee.wheel, count: state.pointee.words * Int(DomainState.horizon))
      visit(state.pointee.occupied, count: Int(DomainState.horizon) / 64)
      visit(state.pointee.activities, count: state.pointee.slots)
      visit(state.pointee.accounts, count: state.pointee.slots)
    }
    for link in links {
      visit(link.state)
      body(UnsafeMutableRawBufferPointer(start: link.state.pointee.ring, count: link.slotCount * link.slotStride))
    }
    for region in stateMemory.regions {
      body(UnsafeMutableRawBufferPointer(start: region.start, count: region.bytes))
    }
  }
}
