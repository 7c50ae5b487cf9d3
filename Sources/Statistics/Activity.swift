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
public struct ActivitySpan: Equatable, Sendable {
  /// Index into `LayerStatistics.components`.
  public var component: Int32
  /// Index into `LayerStatistics.links` of the link that starved or blocked the component; -1 for none.
  public var link: Int32
  public var activity: ActivityKind
  /// First cycle, in the component's own clock.
  public var start: Int64
  /// Number of cycles, at least 1.
  public var cycles: Int64

  public init(component: Int32, link: Int32, activity: ActivityKind, start: Int64, cycles: Int64) {
    self.component = component
    self.link = link
    self.activity = activity
    self.start = start
    self.cycles = cycles
  }
}
