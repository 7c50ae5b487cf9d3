// SPDX-License-Identifier: Apache-2.0

/// Acts for the components around an isolated part: sends what they would send, and takes what they would take.
public protocol BoundaryPlayer: AnyObject {
  /// Called in the tick of the component `index`, at the edge being processed.
  func play(component index: Int)
}

/// A message that gives back what was taken, such as room: one of twice the amount may come in place of two, and nobody may
/// take what was not given back.
public protocol CountedMessage {
  var amounts: SIMD8<Int64> { get }
}

/// Stands in the place of a component that an isolated part speaks to.
private final class StandIn: Component {
  override func tick() -> Activity {
    clock.simulation.player?.play(component: index)
    // Whoever plays knows when there is more to do, and asks for it.
    return .idle
  }
}

extension Simulation {
  /// Leaves the components called `names`, and takes all others away: in their places stand others, with the same links,
  /// which do what `player` does for them.
  ///
  /// - Precondition: the simulation has not started, and has the components.
  public func isolate(_ names: Set<String>) {
    precondition(!isStarted, "a part is isolated before the simulation starts")
    precondition(names.isSubset(of: components.map(\.name)), "an isolated part is made of components")
    for clock in domains where clock.leap?.members.contains(where: { !names.contains($0.name) }) ?? false {
      // What moves together with parts that are gone does not move in leaps.
      clock.leap = nil
    }
    for (index, component) in components.enumerated() where !names.contains(component.name) {
      let standIn = StandIn(inPlaceOf: component)
      components[index] = standIn
      if let place = component.clock.components.firstIndex(where: { $0 === component }) {
        component.clock.components[place] = standIn
      }
    }
  }

  /// Whether the sender of a link may send now; asked in its tick.
  public func isReady(link number: Int) -> Bool { links[number].state.pointee.isReady }

  /// Whether the receiver of a link has a message that arrived; asked in its tick.
  public func hasArrival(onLink number: Int) -> Bool { links[number].state.pointee.hasArrival }

  /// Sends a message of the link's type that lies at `content`, in the tick of its sender.
  ///
  /// - Precondition: the link is ready.
  public func send(_ content: UnsafeRawPointer, bytes: Int, onLink number: Int) { links[number].send(content, bytes) }

  /// Takes the oldest message of a link, in the tick of its receiver.
  ///
  /// - Precondition: one has arrived.
  public func drop(onLink number: Int) { links[number].drop() }

  /// What a message of a link adds to those before it: 1, or the amounts of a `CountedMessage`.
  public func amounts(of content: UnsafeRawPointer, onLink number: Int) -> SIMD8<Int64> {
    links[number].amounts(content)
  }

  /// Whether a link's messages are counted by their amounts.
  public func countsAmounts(onLink number: Int) -> Bool { links[number].isCounted }

  /// Bytes of a message of a link.
  public func messageSize(onLink number: Int) -> Int { links[number].messageSize }

  /// Has a component ticked at its first edge at or after `time` that lies ahead.
  public func wake(component index: Int, at time: Femtoseconds) {
    let component = components[index]
    let period = component.clock.period
    let cycle = max((time + period - 1) / period, self.time < 0 ? 0 : self.time / period + 1)
    component.domainState.pointee.wake(ClockSlot(component.slot), at: cycle)
  }
}
