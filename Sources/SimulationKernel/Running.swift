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
    let isDisturbed = perturbation.backpressureSeed != nil || perturbation.fault != nil
    while !shared.pointee.isStopped {
      let edge = earliestEdge()
      guard edge < .max else {
        if let deadlock = Deadlock(in: self) { throw deadlock }
        return .finished
      }
      guard edge <= limit else { return .reachedLimit }
      if isDisturbed { disturb(edge) } else { process(edge) }
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
    for clock in clocks { earliest = min(earliest, clock.pointee.findDueEdge()) }
    return earliest
  }

  /// Ticks everybody who is due at `edge`, the earliest that `earliestEdge` found.
  @inline(__always)
  private func process(_ edge: Femtoseconds) {
    shared.pointee.time = edge
    // Nobody is due in a clock whose edge only happens to coincide: it need not advance.
    for clock in clocks where clock.pointee.dueEdge == edge { tickDueComponents(of: clock) }
  }

  /// The same where something comes between.
  private func disturb(_ edge: Femtoseconds) {
    let before = shared.pointee.time
    let isThrottled = perturbation.backpressureSeed != nil
    if isThrottled { throttleLinks(at: edge) }
    process(edge)
    if isThrottled { rouseAll() }
    if let fault = perturbation.fault, before < fault.time, edge >= fault.time { plant(fault) }
  }

  /// Ticks the components that are due in a clock: with the usual number of words, up to 64 components, as a constant.
  private func tickDueComponents(of clock: UnsafeMutablePointer<DomainState>) {
    let words = clock.pointee.words
    if words == 1 { tickDueComponents(of: clock, words: 1) } else { tickDueComponents(of: clock, words: words) }
  }

  /// Everything here lies in memory that the simulation owns, reached by pointers: a component that ticks wakes others
  /// through the same memory.
  @inline(__always)
  private func tickDueComponents(of clock: UnsafeMutablePointer<DomainState>, words: Int) {
    let due = clock.pointee.advance(words: words)
    let cycle = clock.pointee.cycle
    offerLeap(of: clock, at: cycle, to: due)
    let (components, activities) = (clock.pointee.components, clock.pointee.activities)
    let next = clock.pointee.bucket(of: cycle &+ 1, words: words)
    for word in 0..<words {
      var bits = due[word]
      due[word] = 0
      var again: UInt64 = 0
      while bits != 0 {
        let slot = word &<< 6 | bits.trailingZeroBitCount
        let bit = bits & (0 &- bits)
        bits ^= bit
        let activity = components[slot]._withUnsafeGuaranteedRef { $0.tick() }
        if activity.code != activities[slot] { turn(slot, of: clock, to: activity.code, at: cycle) }
        if activity.wake >= 0 {
          clock.pointee.wake(ClockSlot(word: word, bit: bit), at: activity.wake, words: words)
        } else {
          again |= activity.code.kind == .busy ? bit : 0
        }
      }
      next[word] |= again
      if again != 0 { clock.pointee.noteNear(cycle &+ 1) }
    }
  }

  /// Offers a clock's leap the cycles from this one on. Those that leap tick in this cycle in any case, and again in the
  /// first that they have not done.
  @inline(__always)
  private func offerLeap(
    of clock: UnsafeMutablePointer<DomainState>, at cycle: Cycle, to due: UnsafeMutablePointer<UInt64>
  ) {
    guard let leap = clock.pointee.leap, clock.pointee.aheadUntil <= cycle else { return }
    let done = leap._withUnsafeGuaranteedRef { $0.advance(from: cycle, through: clock.pointee.lastCycle) }
    guard done > 0 else { return }
    clock.pointee.aheadUntil = cycle + done
    clock.pointee.leaptCycles += done
    for word in 0..<clock.pointee.words { due[word] |= clock.pointee.leapers[word] }
  }

  /// Ends the stretch of a component that turned to another activity.
  @inline(never)
  private func turn(
    _ slot: Int, of clock: UnsafeMutablePointer<DomainState>, to activity: Activity.Code, at cycle: Cycle
  ) {
    closeStretch(ofSlot: slot, of: clock, at: cycle)
    clock.pointee.activities[slot] = activity
  }

  /// Books the open stretch of a component, which ends before `cycle`, and begins the next one there.
  func closeStretch(ofSlot slot: Int, of clock: UnsafeMutablePointer<DomainState>, at cycle: Cycle) {
    let account = clock.pointee.accounts + slot
    let activity = clock.pointee.activities[slot]
    let cycles = cycle - account.pointee.since
    if cycles > 0 {
      account.pointee.add(cycles, of: activity.kind)
      if activity.link >= 0 {
        let link = shared.pointee.links[Int(activity.link)]
        if activity.kind == .starved {
          link.pointee.starvedCycles += cycles
        } else {
          link.pointee.backpressuredCycles += cycles
        }
      }
      if let tap = shared.pointee.activityTap {
        let component = clock.pointee.components[slot]._withUnsafeGuaranteedRef { $0.index }
        tap._withUnsafeGuaranteedRef {
          $0.observer.stretchEnded(
            component: component, kind: activity.kind, link: activity.link, start: account.pointee.since,
            cycles: cycles)
        }
      }
    }
    account.pointee.since = cycle
  }
}
