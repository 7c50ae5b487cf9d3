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
    for clock in clocks { clock.pointee.lastCycle = limit / clock.pointee.period }
    while !shared.pointee.isStopped {
      let edge = earliestEdge()
      guard edge < .max else {
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
    let edge = earliestEdge()
    return edge == .max ? nil : edge
  }

  /// Time of the earliest edge at which a component is due; `.max` if all sleep for good.
  @inline(__always)
  private func earliestEdge() -> Femtoseconds {
    var earliest = Femtoseconds.max
    for clock in clocks {
      let wake = clock.pointee.nextWake()
      if wake < .max { earliest = min(earliest, wake &* clock.pointee.period) }
    }
    return earliest
  }

  private func process(_ edge: Femtoseconds) {
    let before = shared.pointee.time
    shared.pointee.time = edge
    let isThrottled = perturbation.backpressureSeed != nil
    if isThrottled { throttleLinks(at: edge) }
    var worked = false
    for clock in clocks {
      guard let cycle = clock.pointee.cycle(at: edge) else { continue }
      if tickDueComponents(of: clock, at: cycle) { worked = true }
    }
    if isThrottled { rouseAll(worked: worked) }
    if let fault = perturbation.fault, before < fault.time, edge >= fault.time { plant(fault) }
  }

  /// Ticks the components that are due at `cycle`; tells whether one of them worked.
  ///
  /// Everything here lies in memory that the simulation owns, reached by pointers: a component that ticks wakes others
  /// through the same memory.
  private func tickDueComponents(of clock: UnsafeMutablePointer<DomainState>, at cycle: Cycle) -> Bool {
    clock.pointee.advance(to: cycle)
    offerLeap(of: clock, at: cycle)
    let (due, components, accounts) = (clock.pointee.due, clock.pointee.components, clock.pointee.accounts)
    var worked: UInt64 = 0
    for word in 0..<clock.pointee.words {
      var bits = due[word]
      var again: UInt64 = 0
      while bits != 0 {
        let slot = word &<< 6 | bits.trailingZeroBitCount
        let bit = bits & (0 &- bits)
        bits ^= bit
        let activity = components[slot]._withUnsafeGuaranteedRef { $0.tick() }
        if activity.kind != accounts[slot].kind || activity.link != accounts[slot].link {
          turn(slot, of: clock, to: activity, at: cycle)
        }
        let isBusy = activity.kind == .busy ? bit : 0
        worked |= isBusy
        if activity.wake >= 0 { clock.pointee.wake(ClockSlot(slot), at: activity.wake) } else { again |= isBusy }
      }
      clock.pointee.next[word] |= again
    }
    return worked != 0
  }

  /// Offers a clock's leap the cycles from this one on. Those that leap tick in this cycle in any case, and again in the
  /// first that they have not done.
  @inline(__always)
  private func offerLeap(of clock: UnsafeMutablePointer<DomainState>, at cycle: Cycle) {
    guard let leap = clock.pointee.leap, clock.pointee.aheadUntil <= cycle else { return }
    let done = leap._withUnsafeGuaranteedRef { $0.advance(from: cycle, through: clock.pointee.lastCycle) }
    guard done > 0 else { return }
    clock.pointee.aheadUntil = cycle + done
    clock.pointee.leaptCycles += done
    for word in 0..<clock.pointee.words { clock.pointee.due[word] |= clock.pointee.leapers[word] }
  }

  /// Ends the stretch of a component that turned to another activity.
  @inline(never)
  private func turn(
    _ slot: Int, of clock: UnsafeMutablePointer<DomainState>, to activity: Activity, at cycle: Cycle
  ) {
    closeStretch(ofSlot: slot, of: clock, at: cycle)
    clock.pointee.accounts[slot].kind = activity.kind
    clock.pointee.accounts[slot].link = activity.link
  }

  /// Books the open stretch of a component, which ends before `cycle`, and begins the next one there.
  func closeStretch(ofSlot slot: Int, of clock: UnsafeMutablePointer<DomainState>, at cycle: Cycle) {
    let account = clock.pointee.accounts + slot
    let cycles = cycle - account.pointee.since
    if cycles > 0 {
      account.pointee.add(cycles, of: account.pointee.kind)
      if account.pointee.link >= 0 {
        let link = shared.pointee.links[Int(account.pointee.link)]
        if account.pointee.kind == .starved {
          link.pointee.starvedCycles += cycles
        } else {
          link.pointee.backpressuredCycles += cycles
        }
      }
      if let tap = shared.pointee.activityTap {
        let component = clock.pointee.components[slot]._withUnsafeGuaranteedRef { $0.index }
        tap._withUnsafeGuaranteedRef {
          $0.observer.stretchEnded(
            component: component, kind: account.pointee.kind, link: account.pointee.link,
            start: account.pointee.since, cycles: cycles)
        }
      }
    }
    account.pointee.since = cycle
  }
}

extension DomainState {
  /// The cycle whose edge is at `time`; nil where the clock has none there.
  @inline(__always)
  fileprivate func cycle(at time: Femtoseconds) -> Cycle? {
    // The next edge is the usual case, and needs no division.
    let following = cycle &+ 1
    if following &* period == time { return following }
    let (quotient, remainder) = time.quotientAndRemainder(dividingBy: period)
    return remainder == 0 ? quotient : nil
  }
}
