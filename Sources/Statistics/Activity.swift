// SPDX-License-Identifier: Apache-2.0

/// What a component did in a cycle; the names in `cycle_activity.activity`.
public enum ActivityKind: UInt8, CaseIterable, Sendable {
  /// Nothing to do.
  case idle = 0
  /// At least one of its stages did work.
  case busy = 1
  /// Waited for a message on a link.
  case starved = 2
  /// Waited for a slot on a link.
  case backpressured = 3

  /// The name written to the database.
  public var name: String {
    switch self {
    case .idle: "idle"
    case .busy: "busy"
    case .starved: "starved"
    case .backpressured: "backpressured"
    }
  }
}

/// A stretch of cycles in which one component did the same thing: the run-length form of its activity.
///
/// The spans of a component tile the layer: they neither overlap nor leave a gap. A large layer has millions, so that a span is
/// packed into 16 bytes.
public struct ActivitySpan: Equatable, Sendable {
  /// First cycle, in the component's own clock.
  public let start: Int64
  /// Cycles, component, link and activity, from the highest bit on.
  private let rest: UInt64

  private static let componentBits: UInt64 = 10
  private static let linkBits: UInt64 = 12
  private static let activityBits: UInt64 = 2

  /// - Precondition: a machine has at most 1024 components and 4095 links, and a span less than 2^40 cycles.
  public init(component: Int32, link: Int32, activity: ActivityKind, start: Int64, cycles: Int64) {
    precondition(component >= 0 && component < 1 << Self.componentBits, "a machine has at most 1024 components")
    precondition(link >= -1 && link < 1 << Self.linkBits - 1, "a machine has at most 4095 links")
    precondition(cycles >= 0 && cycles < 1 << 40, "a span has less than 2^40 cycles")
    self.start = start
    var rest = UInt64(cycles)
    rest = rest << Self.componentBits | UInt64(component)
    rest = rest << Self.linkBits | UInt64(link + 1)
    self.rest = rest << Self.activityBits | UInt64(activity.rawValue)
  }

  /// Index into `LayerStatistics.components`.
  public var component: Int32 {
    Int32(rest >> (Self.linkBits + Self.activityBits) & (1 << Self.componentBits - 1))
  }
  /// Index into `LayerStatistics.links` of the link that starved or blocked the component; -1 for none.
  public var link: Int32 { Int32(rest >> Self.activityBits & (1 << Self.linkBits - 1)) - 1 }
  public var activity: ActivityKind {
    guard let kind = ActivityKind(rawValue: UInt8(rest & (1 << Self.activityBits - 1))) else {
      preconditionFailure("two bits are one of four activities")
    }
    return kind
  }
  /// Number of cycles, at least 1.
  public var cycles: Int64 { Int64(rest >> (Self.componentBits + Self.linkBits + Self.activityBits)) }
}
