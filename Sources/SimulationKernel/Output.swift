// SPDX-License-Identifier: Apache-2.0

/// The sending end of a link, stored in the component that sends.
@frozen
public struct Output<Message: BitwiseCopyable> {
  @usableFromInline let endpoint: UnsafeMutablePointer<UnsafeMutablePointer<LinkState>?>

  /// Declares an output of the component `owner`; `Simulation.connect` gives it its link.
  public init(_ name: String, of owner: String, in clock: ClockDomain) {
    endpoint = clock.simulation.declareEndpoint(owner: owner, name: name, isInput: false)
  }

  @inlinable
  var link: UnsafeMutablePointer<LinkState> { @inline(__always) get { endpoint.pointee.unsafelyUnwrapped } }

  /// Whether a message may be sent now: a slot is free, and the wire has bytes left in this cycle.
  @inlinable
  public var isReady: Bool { @inline(__always) get { link.pointee.isReady } }

  /// Sends `message`, which occupies the wire for `bytes` and arrives after the link's latency.
  ///
  /// - Parameter bytes: what the statistics count; where the link has a width, also what takes time.
  /// - Precondition: `isReady`.
  @inlinable
  @inline(__always)
  public func send(_ message: Message, bytes: Int) { send(bytes: bytes) { $0.pointee = message } }

  /// The same for a large message, which `write` writes where it will lie, every byte of it.
  ///
  /// - Precondition: `isReady`.
  @inlinable
  @inline(__always)
  public func send(bytes: Int, _ write: (UnsafeMutablePointer<Message>) -> Void) {
    let arrival = link.pointee.append(as: Message.self, bytes: bytes, write)
    if let observer = link.pointee.observer {
      observer._withUnsafeGuaranteedRef { $0.sent(on: link, arrival: arrival, bytes: bytes) }
    }
  }

  /// The activity of a component that waits for this output.
  @inlinable
  public var backpressured: Activity { Activity(kind: .backpressured, link: link.pointee.id) }

  /// Number of messages the sender sees on the link, arrived or not.
  @inlinable
  public var occupancy: Int {
    Int(link.pointee.tail &- link.pointee.visibleHead)
  }
}
