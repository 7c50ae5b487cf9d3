// SPDX-License-Identifier: Apache-2.0

/// What every part of a simulation shares: the time of the edge being processed, and the parts themselves.
@frozen
@usableFromInline
struct SharedState {
  @usableFromInline var time: Femtoseconds = -1
  @usableFromInline var isStopped = false
  // Fixed when the simulation starts.
  let clocks: UnsafeMutableBufferPointer<UnsafeMutablePointer<DomainState>>
  /// By number.
  let links: UnsafeMutableBufferPointer<UnsafeMutablePointer<LinkState>>
  let activityTap: Unmanaged<ActivityTap>?

  init() {
    clocks = .init(start: nil, count: 0)
    links = .init(start: nil, count: 0)
    activityTap = nil
  }

  /// What a started simulation of these clocks and links shares.
  init(
    clocks: [UnsafeMutablePointer<DomainState>], links: [UnsafeMutablePointer<LinkState>],
    activityTap: Unmanaged<ActivityTap>?
  ) {
    self.activityTap = activityTap
    self.clocks = .allocate(capacity: clocks.count)
    _ = self.clocks.initialize(from: clocks)
    self.links = .allocate(capacity: links.count)
    _ = self.links.initialize(from: links)
  }

  func deallocate() {
    clocks.deallocate()
    links.deallocate()
  }
}

/// A component's place among those of its clock.
@frozen
@usableFromInline
struct ClockSlot {
  @usableFromInline let word: Int
  @usableFromInline let bit: UInt64

  @inlinable
  init(_ number: Int) {
    word = number &>> 6
    bit = 1 &<< UInt64(number & 63)
  }

  @inlinable
  var number: Int { word &<< 6 | bit.trailingZeroBitCount }
}

/// The hot half of a clock domain: who ticks at the next edge, and who at which edge after that.
///
/// Near wakes live in a ring of 1024 buckets, one bit per component; far ones in a heap that the domain's cold half
/// owns. A bit says all there is to know: waking twice for the same cycle is waking once, and components of a cycle
/// tick in slot order, so the order in which wakes were asked for cannot show.
@frozen
@usableFromInline
struct DomainState {
  /// Number of near-future buckets.
  @inlinable static var horizon: Cycle { 1024 }

  /// The last cycle that was processed; -1 before the first edge.
  @usableFromInline var cycle: Cycle = -1
  @usableFromInline let period: Femtoseconds
  /// Words of 64 component slots.
  @usableFromInline let words: Int
  /// Slots that tick at `cycle + 1`.
  @usableFromInline let next: UnsafeMutablePointer<UInt64>
  /// `horizon` buckets of `words` words.
  @usableFromInline let wheel: UnsafeMutablePointer<UInt64>
  /// One bit per bucket that holds a wake.
  @usableFromInline let occupied: UnsafeMutablePointer<UInt64>
  /// Cycle of the earliest far wake; `.max` if there is none.
  @usableFromInline var earliestFar: Cycle = .max
  @usableFromInline let far: Unmanaged<FarQueue>
  /// Slots that tick at the cycle being processed.
  let due: UnsafeMutablePointer<UInt64>
  /// By slot: the components, which the simulation keeps alive, and what is booked for them.
  let components: UnsafeMutablePointer<Unmanaged<Component>>
  let accounts: UnsafeMutablePointer<ActivityAccount>
  let slots: Int
  /// Advances some of the components in leaps: who they are, by word of slots.
  let leap: Unmanaged<Leap>?
  let leapers: UnsafeMutablePointer<UInt64>
  /// The first cycle that they have not done.
  @usableFromInline var aheadUntil: Cycle = 0
  /// Cycles done in leaps.
  var leaptCycles: Int64 = 0
  /// The last cycle that the run may process.
  var lastCycle: Cycle = .max

  init(period: Femtoseconds, components order: [Component], far: Unmanaged<FarQueue>, leap: Unmanaged<Leap>?) {
    self.period = period
    self.leap = leap
    self.far = far
    slots = order.count
    words = max(1, (slots + 63) / 64)
    components = .allocate(capacity: max(1, slots))
    for (slot, component) in order.enumerated() {
      (components + slot).initialize(to: Unmanaged.passUnretained(component))
    }
    accounts = .allocate(capacity: max(1, slots))
    accounts.initialize(repeating: ActivityAccount(), count: slots)
    due = .allocate(capacity: words)
    due.initialize(repeating: 0, count: words)
    next = .allocate(capacity: words)
    next.initialize(repeating: 0, count: words)
    leapers = .allocate(capacity: words)
    leapers.initialize(repeating: 0, count: words)
    wheel = .allocate(capacity: Int(Self.horizon) * words)
    wheel.initialize(repeating: 0, count: Int(Self.horizon) * words)
    occupied = .allocate(capacity: Int(Self.horizon) / 64)
    occupied.initialize(repeating: 0, count: Int(Self.horizon) / 64)
  }

  func deallocate() {
    components.deallocate()
    accounts.deallocate()
    due.deallocate()
    next.deallocate()
    leapers.deallocate()
    wheel.deallocate()
    occupied.deallocate()
  }

  func addLeaper(_ slot: ClockSlot) { leapers[slot.word] |= slot.bit }

  /// Asks for a tick of `slot` at `wakeCycle`, which must lie after the last processed cycle.
  @inlinable
  @inline(__always)
  mutating func wake(_ slot: ClockSlot, at wakeCycle: Cycle) {
    let distance = wakeCycle &- cycle
    if distance == 1 {
      next[slot.word] |= slot.bit
    } else if distance > 1 && distance < Self.horizon {
      let bucket = Int(wakeCycle & (Self.horizon - 1))
      wheel[bucket &* words &+ slot.word] |= slot.bit
      occupied[bucket &>> 6] |= UInt64(1) &<< UInt64(bucket & 63)
    } else {
      wakeFar(slot, at: wakeCycle)
    }
  }

  @inlinable
  @inline(never)
  mutating func wakeFar(_ slot: ClockSlot, at wakeCycle: Cycle) {
    precondition(wakeCycle > cycle, "a component may only be woken at a later edge")
    far._withUnsafeGuaranteedRef { $0.insert(slot: slot.number, at: wakeCycle) }
    earliestFar = min(earliestFar, wakeCycle)
  }

  /// The earliest cycle at which somebody is due; `.max` if nobody ever is.
  @inline(__always)
  func nextWake() -> Cycle {
    for word in 0..<words where next[word] != 0 { return cycle &+ 1 }
    return min(nextNearWake(), earliestFar)
  }

  /// The earliest cycle after the next at which a near wake is due; `.max` if there is none.
  private func nextNearWake() -> Cycle {
    let start = Int((cycle + 1) & (Self.horizon - 1))
    var bucket = start
    repeat {
      let bits = occupied[bucket >> 6] >> UInt64(bucket & 63)
      if bits != 0 {
        bucket = (bucket + bits.trailingZeroBitCount) & Int(Self.horizon - 1)
        let distance = (bucket - start + Int(Self.horizon)) & Int(Self.horizon - 1)
        return cycle + 1 + Cycle(distance)
      }
      bucket = ((bucket >> 6) + 1) << 6 & Int(Self.horizon - 1)
    } while bucket != start & ~63
    // The scan starts inside a word: its low bits are the buckets that lie furthest ahead.
    let low = occupied[start >> 6] & ((UInt64(1) << UInt64(start & 63)) - 1)
    guard low != 0 else { return .max }
    let distance = (start & ~63) + low.trailingZeroBitCount - start + Int(Self.horizon)
    return cycle + 1 + Cycle(distance & Int(Self.horizon - 1))
  }

  /// Advances to `newCycle` and moves the slots that are due there into `due`.
  mutating func advance(to newCycle: Cycle) {
    let isNext = newCycle == cycle + 1
    cycle = newCycle
    for word in 0..<words {
      due[word] = isNext ? next[word] : 0
      if isNext { next[word] = 0 }
    }
    let bucket = Int(newCycle & (Self.horizon - 1))
    if occupied[bucket >> 6] & (1 << UInt64(bucket & 63)) != 0 {
      occupied[bucket >> 6] &= ~(1 << UInt64(bucket & 63))
      for word in 0..<words {
        due[word] |= wheel[bucket * words + word]
        wheel[bucket * words + word] = 0
      }
    }
    if earliestFar <= newCycle { takeFarWakes() }
  }

  private mutating func takeFarWakes() {
    far._withUnsafeGuaranteedRef { queue in
      while let wake = queue.removeDue(at: cycle) { due[wake.slot >> 6] |= 1 << UInt64(wake.slot & 63) }
      earliestFar = queue.earliest ?? .max
    }
  }
}
