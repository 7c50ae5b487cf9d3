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

  /// The kind and the link in one word, which is all that the kernel compares at every tick.
  @usableFromInline let code: Code
  /// Cycle at which the component asks to be ticked again; -1 for none.
  public let wake: Cycle

  /// What a component does but for how long.
  @frozen
  @usableFromInline
  struct Code: Equatable, Sendable {
    @usableFromInline let bits: Int64

    @inlinable
    @inline(__always)
    init(_ kind: Kind, link: Int32 = -1) { bits = Int64(link) << 8 | Int64(kind.rawValue) }

    @inlinable var kind: Kind {
      @inline(__always) get { Kind(rawValue: UInt8(truncatingIfNeeded: bits)).unsafelyUnwrapped }
    }
    @inlinable var link: Int32 { @inline(__always) get { Int32(truncatingIfNeeded: bits >> 8) } }
  }

  /// Which of the four.
  @inlinable public var kind: Kind { code.kind }
  /// Number of the link that starved or blocked the component; -1 where none did.
  @inlinable public var link: Int32 { code.link }

  @inlinable
  init(kind: Kind, link: Int32 = -1, wake: Cycle = -1) { self.init(Code(kind, link: link), wake: wake) }

  @inlinable
  init(_ code: Code, wake: Cycle) {
    self.code = code
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
    Activity(code, wake: cycle)
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
  var isWorked: Bool { @inline(__always) get { code == Code(.busy) && wake < 0 } }

  @inlinable
  var isNothing: Bool { @inline(__always) get { code == Code(.idle) && wake < 0 } }

  @inlinable
  static func joinWaits(_ first: Activity, _ second: Activity) -> Activity {
    let wake = first.wake < 0 ? second.wake : second.wake < 0 ? first.wake : min(first.wake, second.wake)
    let reason = second.kind == .busy || first.kind == .idle ? second : first
    return Activity(kind: reason.kind, link: reason.link, wake: wake)
  }
}
