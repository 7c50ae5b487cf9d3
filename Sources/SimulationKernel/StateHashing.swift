// SPDX-License-Identifier: Apache-2.0

/// What the hash of one component's state is taken over.
struct StateHashPlan {
  /// A memory of the component.
  final class Piece {
    private let region: StateRegion
    private let mask: StateMask
    /// Of memories whose owner notes what it writes, a hash of each page as it was last; empty before the first time.
    private var pages: [UInt64] = []

    init(_ region: StateRegion) {
      self.region = region
      mask = region.mask()
      precondition(region.changes == nil || mask.isDense, "a memory that is hashed by pages has no padding")
    }

    /// Takes in the memory: by pages where only some changed, else all of it.
    func combine(into hash: inout StateHash) {
      let start = UnsafeRawPointer(region.start)
      guard let changes = region.changes else { return hash.combine(start, count: region.bytes, mask: mask) }
      if pages.isEmpty {
        pages = Array(repeating: 0, count: changes.count)
        changes.noteAll()
      }
      changes.take { page in
        let offset = page * ChangedPages.pageBytes
        var content = StateHash()
        content.combine(start + offset, count: min(ChangedPages.pageBytes, region.bytes - offset))
        pages[page] = content.value
      }
      pages.withUnsafeBytes { raw in
        if let base = raw.baseAddress { hash.combine(base, count: raw.count) }
      }
    }
  }

  let pieces: [Piece]
  /// Links whose messages the component receives, and which bytes of a message mean something.
  let inputs: [(link: Link, layout: StateLayout, mask: StateMask)]

  init(of component: Component, in simulation: Simulation) {
    pieces = simulation.stateMemory.regions.filter { $0.owner == component.name }.map(Piece.init)
    inputs = simulation.links.filter { $0.receiver.owner == component.name }.map {
      ($0, $0.layout(), StateMask($0.layout()))
    }
  }
}

extension Simulation {
  /// Hashes over all that each component's future depends on: its state, its account, and the messages on its inputs;
  /// by `Component.index`.
  ///
  /// Padding is left out, so that equal states have equal hashes in every run of the same build.
  public func stateHashes() -> [UInt64] {
    hashes { component, plan in
      var hash = StateHash()
      combineState(of: component, plan, into: &hash)
      hash.combine(Int64(component.activity.link))
      for input in plan.inputs { input.link.combineMessages(into: &hash, input.layout, input.mask) }
      return hash.value
    }
  }

  /// Hashes over each component's own state and account, without the messages on its inputs and without naming links,
  /// so that components of two simulations can be compared; by `Component.index`.
  public func ownStateHashes() -> [UInt64] {
    hashes { component, plan in
      var hash = StateHash()
      combineState(of: component, plan, into: &hash)
      return hash.value
    }
  }

  /// A hash over what was sent on a link, when, and what of it is still there.
  public func trafficHash(ofLink number: Int) -> UInt64 {
    var hash = StateHash()
    let layout = links[number].layout()
    links[number].combineMessages(into: &hash, layout, StateMask(layout))
    hash.combine(links[number].state.pointee.lastSend)
    return hash.value
  }

  /// The sizes of each component's memories, in order of allocation; by `Component.index`.
  public var stateSizes: [[Int]] {
    components.map { component in stateMemory.regions.filter { $0.owner == component.name }.map(\.bytes) }
  }

  private func hashes(_ hash: (Component, StateHashPlan) -> UInt64) -> [UInt64] {
    precondition(isStarted, "a simulation is started before its state is hashed")
    if hashPlans.isEmpty { hashPlans = components.map { StateHashPlan(of: $0, in: self) } }
    return zip(components, hashPlans).map(hash)
  }

  private func combineState(of component: Component, _ plan: StateHashPlan, into hash: inout StateHash) {
    for piece in plan.pieces { piece.combine(into: &hash) }
    let account = component.account
    hash.combine(Int64(component.activity.kind.rawValue))
    for cycles in [account.since, account.idle, account.busy, account.starved, account.backpressured] {
      hash.combine(cycles)
    }
  }
}

extension InspectedMessage {
  /// A hash over what it carries.
  public var contentHash: UInt64 {
    var hash = StateHash()
    hash.combine(content, count: layout.stride, mask: StateMask(layout))
    return hash.value
  }
}

extension Link {
  fileprivate func combineMessages(into hash: inout StateHash, _ layout: StateLayout, _ mask: StateMask) {
    let state = state.pointee
    hash.combine(state.head)
    hash.combine(state.tail)
    hash.combine(state.eventHash)
    for ordinal in state.head..<state.tail {
      hash.combine(header(ordinal).arrival)
      hash.combine(content(ordinal), count: layout.stride, mask: mask)
    }
  }
}
