// SPDX-License-Identifier: Apache-2.0

/// Somebody is awake, but nothing has come of it for long: who waits on which link, for what, since when.
public struct Livelock: Error, Equatable, CustomStringConvertible {
  /// What has not happened, as the end of a sentence: `took a step`.
  public var what: String
  /// Cycle since which it has not, and cycle in which that was found.
  public var since: Cycle
  public var cycle: Cycle
  /// Every waiting component, in order of registration.
  public var waits: [Deadlock.Wait]
  /// Names of components that wait on each other in a circle.
  public var circle: [String]
  /// Components that are at work.
  public var busy: [String]

  public init(in simulation: Simulation, what: String, since: Cycle, cycle: Cycle) {
    self.what = what
    self.since = since
    self.cycle = cycle
    waits = Deadlock.waits(in: simulation)
    circle = Deadlock.findCycle(in: waits)
    busy = simulation.components.filter { $0.activity.kind == .busy }.map(\.name)
  }

  public var description: String {
    var lines = ["livelock in cycle \(cycle): \(what) since cycle \(since)"]
    if !circle.isEmpty { lines.append("wait-for cycle: \((circle + [circle[0]]).joined(separator: " -> "))") }
    lines += waits.map(\.description)
    lines.append("at work: \(busy.isEmpty ? "nobody" : busy.joined(separator: ", "))")
    return lines.joined(separator: "\n")
  }
}
