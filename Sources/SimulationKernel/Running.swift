// SPDX-License-Identifier: Apache-2.0

extension Simulation {
  /// How a call of `run` ended.
  public enum Outcome: Sendable {
    /// A component called `stop()`, or every component is asleep and finished and no message is in flight.
    case finished
    /// The time limit was reached; another call continues.
    case reachedLimit
  }

  /// Processes edges in order of time until the simulation ends or the next edge lies beyond `limit`.
  ///
  /// - Throws: `Deadlock` if nobody is awake while messages are in flight or a component is blocked or unfinished.
  public func run(through limit: Femtoseconds = .max) throws(Deadlock) -> Outcome {
    precondition(isStarted, "a simulation is started before it runs")
    while !shared.pointee.isStopped {
      guard let edge = nextEdge() else {
        if let deadlock = Deadlock(in: self) { throw deadlock }
        return .finished
      }
      guard edge <= limit else { return .reachedLimit }
      process(edge)
    }
    return .finished
  }

  /// Time of the earliest edge at which a component is due; nil if all sleep for good.
  public func nextEdge() -> Femtoseconds? {
    var earliest: Femtoseconds?
    for domain in domains {
      guard let state = domain.state else { continue }
      var wake = state.pointee.nextNearWake()
      if let far = domain.far.earliest { wake = min(wake ?? far, far) }
      guard let wake else { continue }
      earliest = min(earliest ?? .max, wake * domain.period)
    }
    return earliest
  }

  private func process(_ edge: Femtoseconds) {
    let before = shared.pointee.time
    shared.pointee.time = edge
    if perturbation.backpressureSeed != nil { throttleLinks(at: edge) }
    var worked = false
    for domain in domains where edge % domain.period == 0 {
      guard let state = domain.state else { continue }
      if domain.tickDueComponents(at: edge / domain.period, state: state, observer: activityObserver, links: links) {
        worked = true
      }
    }
    if perturbation.backpressureSeed != nil { rouseAll(worked: worked) }
    if let fault = perturbation.fault, before < fault.time, edge >= fault.time { plant(fault) }
  }
}

extension ClockDomain {
  /// Ticks the components that are due at `newCycle`; tells whether one of them worked.
  fileprivate func tickDueComponents(
    at newCycle: Cycle, state: UnsafeMutablePointer<DomainState>, observer: (any ActivityObserver)?, links: [Link]
  ) -> Bool {
    var worked = false
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: state.pointee.words) { active in
      guard let due = active.baseAddress else { return }
      state.pointee.advance(to: newCycle, active: due)
      while let wake = far.removeDue(at: newCycle) { due[wake.slot >> 6] |= 1 << UInt64(wake.slot & 63) }
      for word in 0..<state.pointee.words {
        var bits = due[word]
        while bits != 0 {
          let slot = word * 64 + bits.trailingZeroBitCount
          bits &= bits - 1
          let component = components[slot]
          let activity = component.tick()
          component.book(activity, at: newCycle, observer: observer, links: links)
          if activity.wake >= 0 {
            state.pointee.wake(slot: slot, at: activity.wake)
          } else if activity.kind == .busy {
            state.pointee.wake(slot: slot, at: newCycle + 1)
          }
          if activity.kind == .busy { worked = true }
        }
      }
    }
    return worked
  }
}

extension Component {
  /// Closes the open stretch if `activity` differs from it.
  @inline(__always)
  fileprivate final func book(
    _ activity: Activity, at cycle: Cycle, observer: (any ActivityObserver)?, links: [Link]
  ) {
    guard activity.kind != account.kind || activity.link != account.link else { return }
    closeStretch(at: cycle, observer: observer, links: links)
    account.kind = activity.kind
    account.link = activity.link
  }

  /// Books the open stretch, which ends before `cycle`, and begins the next one there.
  final func closeStretch(at cycle: Cycle, observer: (any ActivityObserver)?, links: [Link]) {
    let cycles = cycle - account.since
    if cycles > 0 {
      account.add(cycles, of: account.kind)
      if account.link >= 0 {
        let state = links[Int(account.link)].state
        if account.kind == .starved {
          state.pointee.starvedCycles += cycles
        } else {
          state.pointee.backpressuredCycles += cycles
        }
      }
      observer?.stretchEnded(
        component: index, kind: account.kind, link: account.link, start: account.since, cycles: cycles)
    }
    account.since = cycle
  }
}
