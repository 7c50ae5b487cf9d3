// SPDX-License-Identifier: Apache-2.0

/// The receiving end of a link, stored in the component that receives.
///
/// A handle over memory that the simulation owns: copying it is free, and using it costs neither reference counting
/// nor exclusivity checks.
@frozen
public struct Input<Message: BitwiseCopyable> {
  @usableFromInline let endpoint: UnsafeMutablePointer<UnsafeMutablePointer<LinkState>?>

  /// Declares an input of the component `owner`; `Simulation.connect` gives it its link.
  public init(_ name: String, of owner: String, in clock: ClockDomain) {
    endpoint = clock.simulation.declareEndpoint(owner: owner, name: name, isInput: true)
  }

  @inlinable
  var link: UnsafeMutablePointer<LinkState> { @inline(__always) get { endpoint.pointee.unsafelyUnwrapped } }

  /// Whether no message has arrived.
  @inlinable
  public var isEmpty: Bool { @inline(__always) get { !link.pointee.hasArrival } }

  /// The oldest message that has arrived.
  ///
  /// - Precondition: `!isEmpty`.
  @inlinable
  public var front: Message {
    @inline(__always)
    unsafeAddress { frontAddress }
  }

  /// Where the oldest message that has arrived lies, for looking at one that is too large to be copied lightly; valid
  /// until it is received.
  ///
  /// - Precondition: `!isEmpty`.
  @inlinable
  public var frontAddress: UnsafePointer<Message> {
    precondition(link.pointee.hasArrival, "an empty input has no front")
    return UnsafePointer(
      link.pointee.slot(link.pointee.head, as: Message.self).pointer(to: \.message).unsafelyUnwrapped)
  }

  /// The oldest message that has arrived; nil if there is none.
  @inlinable
  public var first: Message? { @inline(__always) get { isEmpty ? nil : front } }

  /// Takes the oldest message and frees its slot, which the sender sees at its next edge.
  ///
  /// - Precondition: `!isEmpty`.
  @inlinable
  @inline(__always)
  @discardableResult
  public func receive() -> Message {
    let message = front
    link.pointee.removeFirst(as: Message.self)
    return message
  }

  /// Frees the slot of the oldest message, which was looked at.
  ///
  /// - Precondition: `!isEmpty`.
  @inlinable
  @inline(__always)
  public func drop() { link.pointee.removeFirst(as: Message.self) }

  /// The activity of a component that waits for this input.
  @inlinable
  public var starved: Activity { Activity(kind: .starved, link: link.pointee.id) }

  /// The receiver's cycle in which the oldest message was first there.
  ///
  /// - Precondition: `!isEmpty`.
  @inlinable
  public var frontArrivalCycle: Cycle {
    precondition(link.pointee.hasArrival, "an empty input has no front")
    return link.pointee.slot(link.pointee.head, as: Message.self).pointee.cycle
  }

  /// The edge at which the oldest message arrived, in femtoseconds; for deciding which of two inputs came last.
  ///
  /// - Precondition: `!isEmpty`.
  @inlinable
  public var frontArrival: Femtoseconds {
    precondition(link.pointee.hasArrival, "an empty input has no front")
    return link.pointee.frontArrival
  }
}
