// SPDX-License-Identifier: Apache-2.0

/// Components of one clock that do the work of several cycles in one go, where they can prove what each of them brings.
///
/// Before a clock's components tick at an edge, the kernel offers its leap the cycles from there to the end of the run's
/// limit. What the leap leaves behind must be what ticking cycle by cycle leaves behind: state, messages in flight, counts
/// and hashes. Until the cycle that it reached, `Component.aheadUntil`, its members are ticked only for what else happens
/// to them; what others can see of them before then must be as of the cycle that they see it in. A run stops at no
/// cycle within a leap, so snapshots, state hashes and replays find nobody ahead.
///
/// A steady stream is the use of it: operands that cross a pipeline one a cycle, which nothing in sight can hold up.
open class Leap {
  /// The components that leap together; they tick in the same clock.
  public let members: [Component]

  public init(_ members: [Component]) {
    precondition(Set(members.map { ObjectIdentifier($0.clock) }).count == 1, "components of one clock leap together")
    self.members = members
  }

  /// Does the work of the members' cycles from `cycle` on, if that can be foreseen.
  ///
  /// - Parameter last: the last cycle that may be done.
  /// - Returns: how many cycles were done; 0 where they have to be ticked.
  open func advance(from cycle: Cycle, through last: Cycle) -> Cycle { 0 }
}

extension Simulation {
  /// Lets the members of `leap` advance in leaps from now on.
  ///
  /// A run that is disturbed does not leap: a disturbance may come between any two cycles.
  ///
  /// - Precondition: the clock's first, before the simulation starts.
  public func add(_ leap: Leap) {
    precondition(!isStarted, "leaps are added before the simulation starts")
    guard leaps, perturbation.backpressureSeed == nil, perturbation.fault == nil, let clock = leap.members.first?.clock
    else { return }
    precondition(clock.leap == nil, "a clock has one leap")
    clock.leap = leap
  }

  /// Cycles that were done in leaps so far, over all clocks.
  public var leaptCycles: Int64 { domains.reduce(0) { $0 + $1.state.pointee.leaptCycles } }
}

extension Component {
  /// The first cycle whose work the component has not done in a leap; in the past where it is not ahead.
  @inlinable
  public final var aheadUntil: Cycle { domainState.pointee.aheadUntil }
}

// Inlinable all through: a leap is taken every few cycles, and generic code of another module is slow.

extension Output {
  /// Cycles from send to arrival.
  @inlinable public var latency: Cycle { link.pointee.latency }

  /// Whether the link carries a steady stream at `cycle`, the one to be processed next: in each of the last `latency`
  /// cycles one message was sent, nothing waits, there is room for a message a cycle, and nobody looks on.
  @inlinable
  public func isStreaming(at cycle: Cycle) -> Bool { link.pointee.isStreaming(at: cycle, as: Message.self) }

  /// Books `count` messages of `bytes` each that are sent one a cycle from `cycle` on, and as many that are received in the
  /// same cycles. What is in flight afterwards is for `inFlight` to write.
  ///
  /// - Precondition: the link is streaming at `cycle`.
  @inlinable
  public func stream(_ count: Int, bytes: Int, from cycle: Cycle) {
    link.pointee.stream(Int64(count), bytes: bytes, from: cycle, as: Message.self)
  }

  /// The message of a streaming link that arrives `index` cycles after the first in flight.
  @inlinable
  public func inFlight(_ index: Int) -> UnsafeMutablePointer<Message> {
    let slot = UnsafeMutableRawPointer(link.pointee.slot(link.pointee.head &+ Int64(index), as: Message.self))
    return (slot + LinkSlot<Message>.messageOffset).assumingMemoryBound(to: Message.self)
  }
}

extension LinkState {
  @inlinable
  mutating func isStreaming<Message: BitwiseCopyable>(at cycle: Cycle, as type: Message.Type) -> Bool {
    guard tail &- head == latency, capacity > latency, lastSend == cycle - 1, width == 0, observer == nil,
      ends.unsafelyUnwrapped.areInOneClock
    else { return false }
    // As many messages as cycles, in order of time: they are one a cycle if the first is due now.
    return slot(head, as: Message.self).pointee.cycle == cycle
  }

  @inlinable
  mutating func stream<Message: BitwiseCopyable>(
    _ count: Int64, bytes: Int, from cycle: Cycle, as type: Message.Type
  ) {
    let period = ends.unsafelyUnwrapped.sender.pointee.period
    for _ in 0..<count { eventHash = hash.appending(gap: 1, to: eventHash) }
    lastSend = cycle + count - 1
    bytesSent += count * Int64(bytes)
    bytesReceived += count * Int64(bytes)
    head += count
    tail += count
    headBefore = head - 1
    freedAt = lastSend * period
    frontArrival = (cycle + count) * period
    for index in 0..<latency {
      let slot = slot(head + index, as: Message.self)
      slot.pointee.cycle = cycle + count + index
      slot.pointee.arrival = slot.pointee.cycle * period
      slot.pointee.bytes = Int32(bytes)
    }
  }
}
