// SPDX-License-Identifier: Apache-2.0

/// How a component spent the cycles of a run; the four kinds sum to `cycles`.
public struct ComponentAccount: Equatable, Sendable {
  public var name: String
  public var clock: String
  public var period: Femtoseconds
  public var cycles: Int64
  public var busy: Int64
  public var starved: Int64
  public var backpressured: Int64
  public var idle: Int64
}

/// What crossed a link during a run, and who waited for it.
public struct LinkAccount: Equatable, Sendable {
  public var name: String
  public var sender: String
  public var receiver: String
  public var latency: Cycle
  /// Bytes per cycle; 0 where the link never limits.
  public var width: Int64
  public var capacity: Int64
  public var messages: Int64
  public var bytesSent: Int64
  public var bytesReceived: Int64
  public var inFlight: Int64
  /// Cycles the receiver waited for a message.
  public var starvedCycles: Int64
  /// Cycles the sender waited for a slot.
  public var backpressuredCycles: Int64
}

extension Simulation {
  /// Ends all open stretches of activity at the last processed edge; called once, after the run.
  public func closeAccounts() {
    for component in components {
      closeStretch(
        ofSlot: component.slot, of: component.domainState, at: component.clock.cycles(through: time))
    }
  }

  /// What a component is doing now, as of its last tick.
  public func currentActivity(of component: Component) -> (kind: Activity.Kind, link: Int32) {
    (component.activity.kind, component.activity.link)
  }

  /// The cycle, in its own clock, since which a component does what it is doing.
  public func activityStart(of component: Component) -> Cycle { component.account.since }

  /// The components' accounts in order of registration.
  public var componentAccounts: [ComponentAccount] {
    components.map { component in
      let account = component.account
      return ComponentAccount(
        name: component.name, clock: component.clock.name, period: component.clock.period,
        cycles: component.clock.cycles(through: time),
        busy: account.busy, starved: account.starved, backpressured: account.backpressured, idle: account.idle)
    }
  }

  /// The links' accounts in order of wiring; a link's number is its position.
  public var linkAccounts: [LinkAccount] {
    links.map { link in
      let state = link.state.pointee
      return LinkAccount(
        name: link.name, sender: link.sender.owner, receiver: link.receiver.owner, latency: state.latency,
        width: state.width, capacity: state.capacity, messages: state.tail, bytesSent: state.bytesSent,
        bytesReceived: state.bytesReceived, inFlight: state.tail - state.head, starvedCycles: state.starvedCycles,
        backpressuredCycles: state.backpressuredCycles)
    }
  }
}
