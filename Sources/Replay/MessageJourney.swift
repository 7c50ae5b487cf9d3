// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// A message's way: over its link, through the component that takes it, and on as what that component sends next.
///
/// Components do not say which message made them send another. What is followed is what the component sends at the edge
/// at which it takes the message, or else at the next edge at which it sends anything: exact for parts that pass on what
/// comes, the earliest possible consequence for those that collect.
public struct MessageJourney: Equatable {
  /// One link of the way.
  public struct Leg: Equatable {
    /// Among all messages of the layer, by edge of sending, link and ordinal.
    public let number: Int64
    public let link: String
    public let ordinal: Int64
    public let bytes: Int
    /// The plain fields of what it carries.
    public let content: String
    public let sentAt: Cycle
    /// First cycle in which the receiver could see it.
    public let arrivedAt: Cycle
    /// Nil where the layer ended, or the leg is the last that was asked for, before.
    public var receivedAt: Cycle?
    public let receiver: String
    /// What the receiver did in the cycle in which it could see the message, where it did not take it then.
    public var receiverActivity: String?
    /// Other messages that the receiver sent together with the next leg's.
    public var siblings = 0
  }

  public private(set) var legs: [Leg] = []

  /// Follows a message by its number. The timeline is then where the journey ends.
  ///
  /// - Parameter legLimit: links after which to stop.
  /// - Returns: nil where the layer sends fewer messages.
  /// - Throws: as `Timeline.go`.
  public init?(ofMessage number: Int64, on timeline: Timeline, legLimit: Int = 16) throws {
    timeline.goBefore(message: number)
    var movements = LinkMovements(in: timeline.simulation)
    var current: (link: Int, ordinal: Int64)?
    // What the current leg's receiver is to send next, once it has taken the message.
    var sender: Int?
    var legs: [Leg] = []
    func begin(_ link: Int, _ ordinal: Int64, number: Int64, at cycle: Cycle) {
      legs.append(Leg(number: number, link: link, ordinal: ordinal, at: cycle, on: timeline))
      current = (link, ordinal)
      sender = nil
    }
    try timeline.walk(to: .max) { cycle in
      movements.look()
      guard let place = current else {
        if let found = movements.message(number: number) {
          begin(found.link, found.ordinal, number: number, at: cycle)
        }
        return true
      }
      let link = timeline.simulation.link(place.link)
      if sender == nil {
        let isTaken = timeline.simulation.traffic(onLink: place.link).received > place.ordinal
        if !isTaken, cycle >= legs[legs.count - 1].arrivedAt, legs[legs.count - 1].receiverActivity == nil {
          legs[legs.count - 1].receiverActivity =
            ActivityText(
              of: timeline.simulation.components[link.receiver], in: timeline.simulation
            ).description
        }
        guard isTaken else { return true }
        legs[legs.count - 1].receivedAt = cycle
        sender = link.receiver
        guard legs.count < legLimit else { return false }
      }
      let sends = movements.all.filter { !$0.sent.isEmpty && timeline.simulation.link($0.link).sender == sender }
      guard let first = sends.first, let next = movements.number(ofMessage: first.sent.lowerBound, onLink: first.link)
      else { return true }
      legs[legs.count - 1].siblings = sends.reduce(-1) { $0 + $1.sent.count }
      begin(first.link, first.sent.lowerBound, number: next, at: cycle)
      return true
    }
    guard !legs.isEmpty else { return nil }
    self.legs = legs
  }
}

extension MessageJourney.Leg {
  fileprivate init(number: Int64, link: Int, ordinal: Int64, at cycle: Cycle, on timeline: Timeline) {
    let simulation = timeline.simulation
    let message = simulation.message(ordinal, onLink: link)
    let period = timeline.session.core.period
    self.number = number
    self.link = simulation.link(link).name
    self.ordinal = ordinal
    bytes = message.bytes
    content = message.text
    sentAt = cycle
    arrivedAt = (message.arrival + period - 1) / period
    receiver = simulation.components[simulation.link(link).receiver].name
  }
}

/// What a component does, as a clause: `is starved on GLB.operandB->VFMU.rows since cycle 10`.
struct ActivityText: CustomStringConvertible {
  let description: String

  /// What to say behind a cycle that is not one of the core's clock.
  static func clockNote(of component: Component, in simulation: Simulation) -> String {
    component.clock === simulation.domains.first ? "" : " of its clock"
  }

  init(of component: Component, in simulation: Simulation) {
    let (kind, link) = simulation.currentActivity(of: component)
    let since = simulation.activityStart(of: component)
    let place = link >= 0 ? simulation.link(Int(link)).name : ""
    let what =
      switch kind {
      case .busy: "busy"
      case .idle: "idle"
      case .starved: "starved on \(place)"
      case .backpressured: "blocked by \(place)"
      }
    description = "\(what) since cycle \(since)" + Self.clockNote(of: component, in: simulation)
  }
}
