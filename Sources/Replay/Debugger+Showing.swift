// SPDX-License-Identifier: Apache-2.0
import Accelerators
import SimulationKernel

extension Debugger {
  /// A quantity, all of a component, or what every component does.
  func print(_ path: String?) throws -> String {
    guard let path else {
      return simulation.components.map { "\($0.name): \(ActivityText(of: $0, in: simulation))" }
        .joined(separator: "\n")
    }
    let (component, rest) = try ComponentPath(path, in: simulation).split()
    guard rest != nil else { return ComponentListing(component, in: simulation).text }
    return "\(path) = \(try Probe(path, in: simulation).text())"
  }

  func list(_ what: String, _ name: String?) throws -> String {
    switch what {
    case "components":
      return simulation.components.map { "\($0.name) (\($0.clock.name))" }.joined(separator: "\n")
    case "links":
      return (0..<simulation.linkCount).map { number in
        let link = simulation.link(number)
        return "\(link.name): \(link.sent - link.received) of \(link.capacity)"
      }.joined(separator: "\n")
    case "stops":
      return stops.isEmpty ? "no stops" : stops.map { "\($0.number): \($0.condition.text)" }.joined(separator: "\n")
    case "fields":
      let component = try ComponentPath(name ?? "", in: simulation).component()
      return ComponentListing(component, in: simulation).fieldNames.map { "\(component.name).\($0)" }
        .joined(separator: "\n")
    default:
      let allowed = ["components", "links", "stops", "fields"]
      throw DebuggerError(
        "list \(what): there is no such list", suggestions: NearNames.suggestions(for: what, among: allowed),
        allowed: allowed.joined(separator: ", "))
    }
  }

  /// What was sent in a cycle.
  func messages(in cycle: Cycle) throws -> String {
    guard cycle >= 0 else { return "nothing was sent before reset" }
    try timeline.go(to: cycle - 1)
    var movements = LinkMovements(in: simulation)
    var lines: [String] = []
    try timeline.walk(to: cycle) { _ in
      movements.look()
      for movement in movements.all {
        for ordinal in movement.sent {
          guard let number = movements.number(ofMessage: ordinal, onLink: movement.link) else { continue }
          let message = simulation.message(ordinal, onLink: movement.link)
          lines.append(
            "\(number): \(simulation.link(movement.link).name) #\(ordinal), \(message.bytes) bytes"
              + detail(message.text))
        }
      }
      return true
    }
    return lines.isEmpty ? "nothing was sent in cycle \(cycle)" : lines.joined(separator: "\n")
  }

  /// A message's way.
  func follow(_ number: Int64) throws -> String {
    guard let journey = try MessageJourney(ofMessage: number, on: timeline) else {
      try timeline.goToEnd()
      throw DebuggerError(
        "follow message \(number): there is no such message", allowed: "0 to \(simulation.messageCount - 1)")
    }
    return journey.legs.map { leg in
      var line = "message \(leg.number): \(leg.link) #\(leg.ordinal), \(leg.bytes) bytes" + detail(leg.content)
      line += "\n  sent in cycle \(leg.sentAt), there in cycle \(leg.arrivedAt)"
      guard let received = leg.receivedAt else { return line + ", not taken by \(leg.receiver)" }
      line += ", taken by \(leg.receiver) in cycle \(received)"
      if received > leg.arrivedAt, let activity = leg.receiverActivity {
        line += "\n  waited \(received - leg.arrivedAt) cycles: \(leg.receiver) was \(activity)"
      }
      if leg.siblings > 0 { line += "\n  \(leg.receiver) sent \(leg.siblings) more with the next" }
      return line
    }.joined(separator: "\n")
  }

  private func detail(_ content: String) -> String { content.isEmpty ? "" : ": \(content)" }
}
