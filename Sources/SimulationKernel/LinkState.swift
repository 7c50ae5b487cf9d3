// SPDX-License-Identifier: Apache-2.0

/// The memory behind a link: a ring of messages with their arrival times, and two-sided visibility by time stamp.
///
/// A message becomes visible to the receiver at its arrival, at least one edge after the send; a freed slot becomes
/// visible to the sender at the first edge after the receive. Both are decided by comparing times, so nothing has to
/// be committed at the end of a cycle.
@frozen
@usableFromInline
struct LinkState {
  // Receiver's side.
  @usableFromInline var head: Int64 = 0
  @usableFromInline var freedAt: Femtoseconds = -1
  @usableFromInline var freedThen: Int64 = 0
  @usableFromInline var bytesReceived: Int64 = 0
  // Sender's side.
  @usableFromInline var tail: Int64 = 0
  /// Slots as the sender may use them: the capacity, or 0 while a test throttles the link.
  @usableFromInline var slots: Int64
  /// The next unused byte slot of the wire, counted as cycle times width.
  @usableFromInline var freeByte: Int64 = 0
  @usableFromInline var bytesSent: Int64 = 0
  /// Cycle of the latest send, or 0.
  @usableFromInline var lastSend: Cycle = 0
  /// The hash's factor to the power of `tail`.
  @usableFromInline var hashPower: UInt64 = 1
  // Fixed by the wiring.
  @usableFromInline let shared: UnsafeMutablePointer<SharedState>
  @usableFromInline let mask: Int64
  @usableFromInline let width: Int64
  @usableFromInline let latency: Cycle
  @usableFromInline let arrivals: UnsafeMutablePointer<Femtoseconds>
  @usableFromInline let sizes: UnsafeMutablePointer<Int32>
  @usableFromInline let payload: UnsafeMutableRawPointer
  @usableFromInline let id: Int32
  @usableFromInline let capacity: Int64
  @usableFromInline let hash: LinkHash
  // Fixed when the simulation starts.
  @usableFromInline var sender: UnsafeMutablePointer<DomainState>!
  @usableFromInline var receiver: UnsafeMutablePointer<DomainState>!
  @usableFromInline var senderSlot = 0
  @usableFromInline var receiverSlot = 0
  @usableFromInline var observer: Unmanaged<MessageTap>?
  // Kept by the interval accounting.
  var starvedCycles: Int64 = 0
  var backpressuredCycles: Int64 = 0

  @inlinable
  var time: Femtoseconds { @inline(__always) get { shared.pointee.time } }

  /// Whether the receiver has a message that arrived.
  @inlinable
  var hasArrival: Bool {
    @inline(__always) get { head < tail && arrivals[Int(head & mask)] <= time }
  }

  /// Whether the sender may send now.
  @inlinable
  var isReady: Bool {
    @inline(__always) get {
      let hidden = freedAt == time ? freedThen : 0
      guard tail &- head &+ hidden < slots else { return false }
      return width == 0 || freeByte < (sender.pointee.cycle &+ 1) &* width
    }
  }

  /// Reserves the next slot for a message of `bytes`, schedules its arrival and returns the slot's index.
  @inlinable
  @inline(__always)
  mutating func reserve(bytes: Int) -> Int {
    precondition(isReady, "a message may only be sent on a link that is ready")
    precondition(bytes >= 0 && bytes <= Int(Int32.max), "the size of a message is between 0 and 2^31 - 1 bytes")
    let index = Int(tail & mask)
    let cycle = sender.pointee.cycle
    var departure = cycle
    if width > 0 {
      let first = max(freeByte, cycle &* width)
      freeByte = first &+ Int64(bytes)
      departure = bytes > 0 ? (freeByte &- 1) / width : first / width
      let free = freeByte / width
      if free > cycle { sender.pointee.wake(slot: senderSlot, at: free) }
    }
    let arrival = (departure &+ latency) &* sender.pointee.period
    arrivals[index] = arrival
    sizes[index] = Int32(truncatingIfNeeded: bytes)
    bytesSent &+= Int64(bytes)
    shared.pointee.eventHash &+= hash.contribution(gap: cycle &- lastSend, power: hashPower)
    lastSend = cycle
    hashPower &*= hash.factor
    tail &+= 1
    // The receiver ticked first at this edge: it freed a slot of a link that was not full yet, and told nobody.
    if freedAt == time && tail &- head &+ freedThen >= slots {
      sender.pointee.wake(slot: senderSlot, at: cycle &+ 1)
    }
    if sender == receiver {
      receiver.pointee.wake(slot: receiverSlot, at: departure &+ latency)
    } else {
      receiver.pointee.wake(
        slot: receiverSlot, at: (arrival &+ receiver.pointee.period &- 1) / receiver.pointee.period)
    }
    return index
  }

  /// Frees the oldest slot; the sender sees it at its next edge.
  @inlinable
  @inline(__always)
  mutating func release() {
    precondition(hasArrival, "a message may only be received after it arrived")
    bytesReceived &+= Int64(sizes[Int(head & mask)])
    head &+= 1
    let now = time
    freedThen = freedAt == now ? freedThen &+ 1 : 1
    freedAt = now
    // Only a sender that saw the link full can be waiting for the slot.
    if tail &- head &+ freedThen >= slots {
      let edge = sender == receiver ? sender.pointee.cycle &+ 1 : now / sender.pointee.period &+ 1
      sender.pointee.wake(slot: senderSlot, at: edge)
    }
  }
}
