// SPDX-License-Identifier: Apache-2.0

/// What every part of a simulation shares: the time of the edge being processed and the event hash.
@frozen
@usableFromInline
struct SharedState {
  @usableFromInline var time: Femtoseconds = -1
  @usableFromInline var eventHash: UInt64 = 0
  @usableFromInline var isStopped = false

  @inlinable
  init() {}
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
  @usableFromInline let far: Unmanaged<FarQueue>

  init(period: Femtoseconds, words: Int, far: Unmanaged<FarQueue>) {
    self.period = period
    self.words = words
    self.far = far
    next = .allocate(capacity: words)
    next.initialize(repeating: 0, count: words)
    wheel = .allocate(capacity: Int(Self.horizon) * words)
    wheel.initialize(repeating: 0, count: Int(Self.horizon) * words)
    occupied = .allocate(capacity: Int(Self.horizon) / 64)
    occupied.initialize(repeating: 0, count: Int(Self.horizon) / 64)
  }

  func deallocate() {
    next.deallocate()
    wheel.deallocate()
    occupied.deallocate()
  }

  /// Asks for a tick of `slot` at `cycle`, which must lie after the last processed cycle.
  @inlinable
  @inline(__always)
  mutating func wake(slot: Int, at wakeCycle: Cycle) {
    let distance = wakeCycle &- cycle
    let word = slot &>> 6
    let bit = UInt64(1) &<< UInt64(slot & 63)
    if distance == 1 {
      next[word] |= bit
    } else if distance > 1 && distance < Self.horizon {
      let bucket = Int(wakeCycle & (Self.horizon - 1))
      wheel[bucket &* words &+ word] |= bit
      occupied[bucket &>> 6] |= UInt64(1) &<< UInt64(bucket & 63)
    } else {
      precondition(distance > 1, "a component may only be woken at a later edge")
      far._withUnsafeGuaranteedRef { $0.insert(slot: slot, at: wakeCycle) }
    }
  }

  /// The earliest cycle at which a near wake is due; nil if there is none.
  func nextNearWake() -> Cycle? {
    for word in 0..<words where next[word] != 0 { return cycle + 1 }
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
    guard low != 0 else { return nil }
    let distance = (start & ~63) + low.trailingZeroBitCount - start + Int(Self.horizon)
    return cycle + 1 + Cycle(distance & Int(Self.horizon - 1))
  }

  /// Advances to `newCycle` and moves the slots due there into `active`.
  mutating func advance(to newCycle: Cycle, active: UnsafeMutablePointer<UInt64>) {
    let bucket = Int(newCycle & (Self.horizon - 1))
    let isNext = newCycle == cycle + 1
    cycle = newCycle
    for word in 0..<words {
      active[word] = isNext ? next[word] : 0
      if isNext { next[word] = 0 }
    }
    if occupied[bucket >> 6] & (1 << UInt64(bucket & 63)) != 0 {
      occupied[bucket >> 6] &= ~(1 << UInt64(bucket & 63))
      for word in 0..<words {
        active[word] |= wheel[bucket * words + word]
        wheel[bucket * words + word] = 0
      }
    }
  }
}
