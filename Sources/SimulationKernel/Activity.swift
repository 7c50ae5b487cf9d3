// SPDX-License-Identifier: Apache-2.0

/// What one tick of a component came to: work, or the arrow of the block diagram that kept it from working.
///
/// A component that worked is ticked again at its next edge. One that did not sleeps until a message arrives on an
/// input, an output regains a slot, or the cycle it asked for with `until(_:)`. The kernel books the whole interval
/// between two ticks under the activity that the first of them returned, so no component ever counts a stall.
@frozen
public struct Activity: Equatable, Sendable {
  /// The four things a component can do in a cycle.
  @frozen
  public enum Kind: UInt8, Sendable {
    case idle, busy, starved, backpressured
  }

  public let kind: Kind
  /// Number of the link that starved or blocked the component; -1 where none did.
  public let link: Int32
  /// Cycle at which the component asks to be ticked again; -1 for none.
  public let wake: Cycle

  @inlinable
  init(kind: Kind, link: Int32 = -1, wake: Cycle = -1) {
    self.kind = kind
    self.link = link
    self.wake = wake
  }

  /// At least one stage did work.
  @inlinable public static var worked: Activity { Activity(kind: .busy) }
  /// There is nothing to do.
  @inlinable public static var idle: Activity { Activity(kind: .idle) }

  /// The component is occupied until `cycle` and need not be ticked before, unless something arrives.
  @inlinable
  public static func working(until cycle: Cycle) -> Activity { Activity(kind: .busy, wake: cycle) }

  /// The same activity, with a request to be ticked at `cycle` of the component's clock even if nothing happens.
  @inlinable
  public func until(_ cycle: Cycle) -> Activity {
    Activity(kind: kind, link: link, wake: cycle)
  }

  /// Joins the stages of one tick: work wins, then the first stage that waited for something.
  @inlinable
  @inline(__always)
  public static func | (first: Activity, second: Activity) -> Activity {
    if first.isWorked || second.isWorked { return .worked }
    if first.isNothing { return second }
    return second.isNothing ? first : joinWaits(first, second)
  }

  @inlinable
  var isWorked: Bool { @inline(__always) get { kind == .busy && wake < 0 } }

  @inlinable
  var isNothing: Bool { @inline(__always) get { kind == .idle && wake < 0 } }

  @inlinable
  static func joinWaits(_ first: Activity, _ second: Activity) -> Activity {
    let wake = first.wake < 0 ? second.wake : second.wake < 0 ? first.wake : min(first.wake, second.wake)
    let reason = second.kind == .busy || first.kind == .idle ? second : first
    return Activity(kind: reason.kind, link: reason.link, wake: wake)
  }
}
