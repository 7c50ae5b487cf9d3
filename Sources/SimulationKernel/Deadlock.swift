// SPDX-License-Identifier: Apache-2.0

/// Nobody is awake, and something is left to do: who waits on which link, for what, since when.
public struct Deadlock: Error, Equatable, CustomStringConvertible {
  /// One component that waits.
  public struct Wait: Equatable, Sendable {
    /// The component that waits.
    public var component: String
    /// Whether it waits for a message (else for a slot).
    public var isStarved: Bool
    /// The link it waits on.
    public var link: String
    /// The component at the other end of the link.
    public var other: String
    /// Cycle of its own clock since which it has waited.
    public var since: Cycle

    var description: String {
      "\(component) waits for \(isStarved ? "a message" : "a slot") on \(link) since cycle \(since), from \(other)"
    }
  }

  /// Every waiting component, in order of registration.
  public var waits: [Wait] = []
  /// Names of components that wait on each other in a circle, each on the next and the last on the first.
  public var cycle: [String] = []
  /// Links with messages in flight: name and number of messages.
  public var inFlight: [String: Int64] = [:]
  /// Components that say they are not finished.
  public var unfinished: [String] = []
  /// Time of the last edge.
  public var time: Femtoseconds

  /// Examines a simulation in which nobody is awake; nil if it simply ended.
  init?(in simulation: Simulation) {
    time = simulation.time
    unfinished = simulation.components.filter { !$0.isFinished }.map(\.name)
    waits = Self.waits(in: simulation)
    for link in simulation.links where link.state.pointee.tail > link.state.pointee.head {
      inFlight[link.name] = link.state.pointee.tail - link.state.pointee.head
    }
    if inFlight.isEmpty && unfinished.isEmpty && waits.allSatisfy(\.isStarved) { return nil }
    cycle = Self.findCycle(in: waits)
  }

  /// Every component that waits on a link now.
  static func waits(in simulation: Simulation) -> [Wait] {
    simulation.components.compactMap { component in
      let activity = component.activity
      guard activity.link >= 0 else { return nil }
      let link = simulation.links[Int(activity.link)]
      let isStarved = activity.kind == .starved
      return Wait(
        component: component.name, isStarved: isStarved, link: link.name,
        other: isStarved ? link.sender.owner : link.receiver.owner, since: component.account.since)
    }
  }

  /// Follows each wait to the component it waits for until a component comes up twice.
  static func findCycle(in waits: [Wait]) -> [String] {
    var next: [String: String] = [:]
    for wait in waits { next[wait.component] = wait.other }
    for wait in waits {
      var path: [String] = []
      var current = wait.component
      while let following = next[current] {
        if let start = path.firstIndex(of: current) { return Array(path[start...]) }
        path.append(current)
        current = following
      }
    }
    return []
  }

  public var description: String {
    var lines = ["deadlock at \(time) fs: nobody is awake"]
    if !cycle.isEmpty { lines.append("wait-for cycle: \((cycle + [cycle[0]]).joined(separator: " -> "))") }
    lines += waits.map(\.description)
    for name in inFlight.keys.sorted() { lines.append("\(name) holds \(inFlight[name] ?? 0) messages") }
    if !unfinished.isEmpty { lines.append("not finished: \(unfinished.joined(separator: ", "))") }
    return lines.joined(separator: "\n")
  }
}
