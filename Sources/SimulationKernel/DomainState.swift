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
  init(word: Int, bit: UInt64) {
    self.word = word
    self.bit = bit
  }

  @inlinable
  var number: Int { word &<< 6 | bit.trailingZeroBitCount }
}

/// The hot half of a clock domain: who ticks at which edge.
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
  /// `horizon` buckets of `words` words.
  @usableFromInline let wheel: UnsafeMutablePointer<UInt64>
  /// One bit per bucket that holds a wake.
  @usableFromInline let occupied: UnsafeMutablePointer<UInt64>
  /// Cycle of the earliest wake in a bucket, and of the earliest far wake; `.max` if there is none.
  @usableFromInline var earliestNear: Cycle = .max
  @usableFromInline var earliestFar: Cycle = .max
  @usableFromInline let far: Unmanaged<FarQueue>
  /// By slot: the components, which the simulation keeps alive, what they do, and what is booked for them.
  let components: UnsafeMutablePointer<Unmanaged<Component>>
  let activities: UnsafeMutablePointer<Activity.Code>
  let accounts: UnsafeMutablePointer<ActivityAccount>
  let slots: Int
  /// Advances some of the components in leaps: who they are, by word of slots.
  let leap: Unmanaged<Leap>?
  let leapers: UnsafeMutablePointer<UInt64>
  /// The first cycle that they have not done.
  @usableFromInline var aheadUntil: Cycle = 0
  /// The earliest cycle at which somebody is due, and the time of its edge; `.max` if nobody ever is.
  var dueCycle: Cycle = 0
  var dueEdge: Femtoseconds = 0
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
    activities = .allocate(capacity: max(1, slots))
    activities.initialize(repeating: Activity.idle.code, count: slots)
    accounts = .allocate(capacity: max(1, slots))
    accounts.initialize(repeating: ActivityAccount(), count: slots)
    leapers = .allocate(capacity: words)
    leapers.initialize(repeating: 0, count: words)
    wheel = .allocate(capacity: Int(Self.horizon) * words)
    wheel.initialize(repeating: 0, count: Int(Self.horizon) * words)
    occupied = .allocate(capacity: Int(Self.horizon) / 64)
    occupied.initialize(repeating: 0, count: Int(Self.horizon) / 64)
  }

  func deallocate() {
    components.deallocate()
    activities.deallocate()
    accounts.deallocate()
    leapers.deallocate()
    wheel.deallocate()
    occupied.deallocate()
  }

  func addLeaper(_ slot: ClockSlot) { leapers[slot.word] |= slot.bit }

  /// Asks for a tick of `slot` at `wakeCycle`, which must lie after the last processed cycle.
  @inlinable
  @inline(__always)
  mutating func wake(_ slot: ClockSlot, at wakeCycle: Cycle) { wake(slot, at: wakeCycle, words: words) }

  /// The same for a caller that knows the number of words, which may be a constant to it.
  @inlinable
  @inline(__always)
  mutating func wake(_ slot: ClockSlot, at wakeCycle: Cycle, words: Int) {
    let distance = wakeCycle &- cycle
    guard distance > 0 && distance < Self.horizon else { return wakeFar(slot, at: wakeCycle) }
    bucket(of: wakeCycle, words: words)[slot.word] |= slot.bit
    noteNear(wakeCycle)
  }

  /// The number of a cycle's bucket.
  @inlinable
  @inline(__always)
  static func place(of wakeCycle: Cycle) -> Int { Int(truncatingIfNeeded: wakeCycle & (horizon &- 1)) }

  /// The words of a cycle's bucket.
  @inlinable
  @inline(__always)
  func bucket(of wakeCycle: Cycle, words: Int) -> UnsafeMutablePointer<UInt64> {
    wheel + Self.place(of: wakeCycle) &* words
  }

  /// Notes that the bucket of a cycle holds a wake.
  @inlinable
  @inline(__always)
  mutating func noteNear(_ wakeCycle: Cycle) {
    let bucket = Self.place(of: wakeCycle)
    occupied[bucket &>> 6] |= UInt64(1) &<< UInt64(truncatingIfNeeded: bucket & 63)
    earliestNear = min(earliestNear, wakeCycle)
  }

  @inlinable
  @inline(never)
  mutating func wakeFar(_ slot: ClockSlot, at wakeCycle: Cycle) {
    precondition(wakeCycle > cycle, "a component may only be woken at a later edge")
    far._withUnsafeGuaranteedRef { $0.insert(slot: slot.number, at: wakeCycle) }
    earliestFar = min(earliestFar, wakeCycle)
  }

  /// Finds `dueCycle` and `dueEdge`; returns the latter.
  @inline(__always)
  mutating func findDueEdge() -> Femtoseconds {
    dueCycle = min(earliestNear, earliestFar)
    dueEdge = dueCycle < .max ? dueCycle &* period : .max
    return dueEdge
  }

  /// Advances to the cycle that is due.
  ///
  /// - Returns: its bucket, which holds the slots to tick; it is to be cleared as they are taken out of it.
  @inline(__always)
  mutating func advance(words: Int) -> UnsafeMutablePointer<UInt64> {
    cycle = dueCycle
    let bucket = bucket(of: cycle, words: words)
    if earliestNear == cycle {
      let place = Self.place(of: cycle)
      occupied[place &>> 6] &= ~(UInt64(1) &<< UInt64(truncatingIfNeeded: place & 63))
      earliestNear = nextNear()
    }
    if earliestFar <= cycle { takeFarWakes(into: bucket) }
    return bucket
  }

  /// The earliest cycle after the one processed whose bucket holds a wake; `.max` if there is none.
  @inline(__always)
  private mutating func nextNear() -> Cycle {
    let place = Self.place(of: cycle &+ 1)
    let bits = occupied[place &>> 6] &>> UInt64(truncatingIfNeeded: place & 63)
    return bits != 0 ? cycle &+ 1 &+ Cycle(bits.trailingZeroBitCount) : nextNear(afterWordOf: place)
  }

  /// The same, where the rest of the word that `place` lies in holds none.
  private mutating func nextNear(afterWordOf place: Int) -> Cycle {
    let words = Int(Self.horizon) / 64
    for step in 1...words {
      // At last the word itself once more: its low bits are the buckets that lie furthest ahead.
      let word = (place &>> 6 &+ step) & (words &- 1)
      guard occupied[word] != 0 else { continue }
      let bucket = word &<< 6 | occupied[word].trailingZeroBitCount
      return cycle &+ 1 &+ Cycle((bucket &- place) & (Int(Self.horizon) &- 1))
    }
    return .max
  }

  private mutating func takeFarWakes(into bucket: UnsafeMutablePointer<UInt64>) {
    far._withUnsafeGuaranteedRef { queue in
      while let wake = queue.removeDue(at: cycle) { bucket[wake.slot >> 6] |= 1 << UInt64(wake.slot & 63) }
      earliestFar = queue.earliest ?? .max
    }
  }
}
