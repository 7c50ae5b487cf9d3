// SPDX-License-Identifier: Apache-2.0

/// A place of a link's ring: a message, when it arrives, and what it counts for.
@frozen
@usableFromInline
struct LinkSlot<Message: BitwiseCopyable>: BitwiseCopyable {
  @usableFromInline var arrival: Femtoseconds
  /// The receiver's first cycle at or after the arrival.
  @usableFromInline var cycle: Cycle
  @usableFromInline var bytes: Int32
  @usableFromInline var message: Message

  /// Bytes from the start of a slot to its message.
  @inlinable static var messageOffset: Int {
    let alignment = MemoryLayout<Message>.alignment
    let header = MemoryLayout<LinkSlotHeader>.size
    return (header + alignment - 1) / alignment * alignment
  }
}

/// The part of a slot that is the same for all messages.
@frozen
@usableFromInline
struct LinkSlotHeader {
  var arrival: Femtoseconds
  var cycle: Cycle
  var bytes: Int32
}

/// The memory behind a link: a ring of messages with their arrival times, and two-sided visibility by time stamp.
///
/// A message becomes visible to the receiver at its arrival, at least one edge after the send; a freed slot becomes
/// visible to the sender at the first edge after the receive. Both are decided by comparing times, so nothing has to
/// be committed at the end of a cycle.
@frozen
@usableFromInline
struct LinkState {
  // The receiver's side, in a cache line of its own with what it reads of the sender's.
  /// Arrival of the oldest message; `.max` where there is none.
  @usableFromInline var frontArrival: Femtoseconds = .max
  @usableFromInline var head: Int64 = 0
  @usableFromInline var tail: Int64 = 0
  /// A value of `tail` below which slots are known to be free; at it, one must look.
  @usableFromInline var freeThrough: Int64 = 0
  /// The latest edge at which slots were freed, and `head` before it.
  @usableFromInline var freedAt: Femtoseconds = -1
  @usableFromInline var headBefore: Int64 = 0
  @usableFromInline let shared: UnsafeMutablePointer<SharedState>
  /// The first of `mask + 1` slots.
  @usableFromInline let ring: UnsafeMutableRawPointer
  // The sender's side.
  @usableFromInline let mask: Int64
  @usableFromInline let latency: Cycle
  @usableFromInline let hash: LinkHash
  /// The link's part of the event hash.
  @usableFromInline var eventHash: UInt64 = 0
  /// Cycle of the latest send, or 0.
  @usableFromInline var lastSend: Cycle = 0
  @usableFromInline let width: Int64
  @usableFromInline var bytesSent: Int64 = 0
  // Fixed when the simulation starts.
  @usableFromInline var ends: LinkEnds!
  @usableFromInline var observer: Unmanaged<MessageTap>?
  // What is needed less often.
  @usableFromInline var bytesReceived: Int64 = 0
  /// The next unused byte slot of the wire, counted as cycle times width.
  @usableFromInline var freeByte: Int64 = 0
  /// Slots as the sender may use them: the capacity, or 0 while a test throttles the link.
  @usableFromInline var slots: Int64
  @usableFromInline let id: Int32
  @usableFromInline let capacity: Int64
  // Kept by the interval accounting.
  var starvedCycles: Int64 = 0
  var backpressuredCycles: Int64 = 0

  init(
    id: Int32, capacity: Int, width: Int64, latency: Cycle, mask: Int64, ring: UnsafeMutableRawPointer, hash: LinkHash,
    shared: UnsafeMutablePointer<SharedState>
  ) {
    self.id = id
    self.capacity = Int64(capacity)
    slots = Int64(capacity)
    self.width = width
    self.latency = latency
    self.mask = mask
    self.ring = ring
    self.hash = hash
    self.shared = shared
  }

  @inlinable
  var time: Femtoseconds { @inline(__always) get { shared.pointee.time } }

  /// Whether the receiver has a message that arrived.
  @inlinable
  var hasArrival: Bool { @inline(__always) get { frontArrival <= time } }

  /// Whether the sender may send now.
  @inlinable
  var isReady: Bool {
    @inline(__always) mutating get {
      guard tail < freeThrough || findFreeSlots() else { return false }
      return width == 0 || freeByte < (senderCycle &+ 1) &* width
    }
  }

  /// `head` as the sender sees it at this edge.
  @inlinable
  var visibleHead: Int64 { freedAt == time ? headBefore : head }

  @inlinable
  @inline(never)
  mutating func findFreeSlots() -> Bool {
    freeThrough = visibleHead &+ slots
    return tail < freeThrough
  }

  /// Refuses sends, or no longer.
  mutating func throttle(_ isThrottled: Bool) {
    slots = isThrottled ? 0 : capacity
    freeThrough = 0
  }

  @inlinable
  var senderCycle: Cycle { @inline(__always) get { ends.unsafelyUnwrapped.sender.pointee.cycle } }

  /// The slot of a message, by its ordinal.
  @inlinable
  @inline(__always)
  func slot<Message: BitwiseCopyable>(
    _ ordinal: Int64, as type: Message.Type
  ) -> UnsafeMutablePointer<LinkSlot<Message>> {
    ring.assumingMemoryBound(to: LinkSlot<Message>.self) + Int(truncatingIfNeeded: ordinal & mask)
  }

  /// Puts a message of `bytes` into the next slot, where `write` writes all of it; returns when it arrives.
  @inlinable
  @inline(__always)
  mutating func append<Message: BitwiseCopyable>(
    as type: Message.Type, bytes: Int, _ write: (UnsafeMutablePointer<Message>) -> Void
  ) -> Femtoseconds {
    precondition(isReady, "a message may only be sent on a link that is ready")
    precondition(bytes >= 0 && bytes <= Int(Int32.max), "the size of a message is between 0 and 2^31 - 1 bytes")
    let cycle = senderCycle
    let delivery = (width == 0 ? cycle : occupyWire(bytes: Int64(bytes), at: cycle)) &+ latency
    let arrival = delivery &* ends.unsafelyUnwrapped.sender.pointee.period
    let slot = slot(tail, as: Message.self)
    slot.pointee.arrival = arrival
    slot.pointee.bytes = Int32(truncatingIfNeeded: bytes)
    write(slot.pointer(to: \.message).unsafelyUnwrapped)
    // Messages arrive in order: the minimum is the arrival only where the link was empty.
    frontArrival = min(frontArrival, arrival)
    bytesSent &+= Int64(bytes)
    eventHash = hash.appending(gap: cycle &- lastSend, to: eventHash)
    lastSend = cycle
    tail &+= 1
    if tail >= freeThrough { noteFull() }
    let seen = ends.unsafelyUnwrapped.areInOneClock ? delivery : receiverCycle(at: arrival)
    slot.pointee.cycle = seen
    ends.unsafelyUnwrapped.receiver.pointee.wake(ends.unsafelyUnwrapped.receiverSlot, at: seen)
    return arrival
  }

  /// The receiver may have ticked first at this edge: it freed a slot of a link that was not full yet, and told nobody.
  @inlinable
  @inline(never)
  mutating func noteFull() {
    guard freedAt == time, tail &- headBefore >= slots else { return }
    ends.sender.pointee.wake(ends.senderSlot, at: senderCycle &+ 1)
  }

  /// The first cycle at or after `arrival` of a receiver in another clock.
  @inlinable
  @inline(never)
  mutating func receiverCycle(at arrival: Femtoseconds) -> Cycle {
    let period = ends.receiver.pointee.period
    return (arrival &+ period &- 1) / period
  }

  /// Reserves the wire for `bytes`; returns the cycle in which the last of them leaves.
  @inlinable
  mutating func occupyWire(bytes: Int64, at cycle: Cycle) -> Cycle {
    let first = max(freeByte, cycle &* width)
    freeByte = first &+ bytes
    let free = freeByte / width
    if free > cycle { ends.sender.pointee.wake(ends.senderSlot, at: free) }
    return bytes > 0 ? (freeByte &- 1) / width : first / width
  }

  /// Takes the oldest message and frees its slot; the sender sees it at its next edge.
  @inlinable
  @inline(__always)
  mutating func removeFirst<Message: BitwiseCopyable>(as type: Message.Type) {
    let now = time
    precondition(frontArrival <= now, "a message may only be received after it arrived")
    bytesReceived &+= Int64(slot(head, as: Message.self).pointee.bytes)
    if freedAt != now {
      freedAt = now
      headBefore = head
    }
    head &+= 1
    // All ones where the link is empty now; a branch would be mispredicted.
    let empty = UInt64(bitPattern: (tail &- head &- 1) &>> 63)
    frontArrival = slot(head, as: Message.self).pointee.arrival | Int64(truncatingIfNeeded: empty &>> 1)
    if tail >= freeThrough { wakeSender(now: now) }
  }

  /// Only a sender that saw the link full can be waiting for a slot.
  @inlinable
  @inline(never)
  mutating func wakeSender(now: Femtoseconds) {
    guard tail &- headBefore >= slots else { return }
    let sender = ends.sender
    let edge = ends.areInOneClock ? sender.pointee.cycle &+ 1 : now / sender.pointee.period &+ 1
    sender.pointee.wake(ends.senderSlot, at: edge)
  }
}

/// The components at a link's ends: their clocks, and their places there.
@frozen
@usableFromInline
struct LinkEnds {
  @usableFromInline let sender: UnsafeMutablePointer<DomainState>
  @usableFromInline let receiver: UnsafeMutablePointer<DomainState>
  @usableFromInline let senderSlot: ClockSlot
  @usableFromInline let receiverSlot: ClockSlot
  @usableFromInline let areInOneClock: Bool

  init(sender: Component, receiver: Component) {
    self.sender = sender.domainState
    self.receiver = receiver.domainState
    senderSlot = ClockSlot(sender.slot)
    receiverSlot = ClockSlot(receiver.slot)
    areInOneClock = self.sender == self.receiver
  }
}
