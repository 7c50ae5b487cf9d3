// SPDX-License-Identifier: Apache-2.0
import Accelerators
import SimulationKernel

/// A place in a machine that can be read at any cycle: `VFMU.buffered`, `PEArray[2].rf[5][17]`, `GLB.state.turn`,
/// `PEArray[0].windows.count`.
///
/// A path is a component, then either a quantity that the component publishes, or state by the names of the component's
/// properties, or an end of a link with `count`, `sent`, `received` or a field of the message at its `front`; or
/// `activity`.
struct Probe {
  let path: String
  /// The value now; nil where there is none, as of the front of an empty link.
  let read: () -> Int64?
  /// The value now, as it is shown.
  let text: () -> String

  init(_ path: String, in simulation: Simulation) throws(DebuggerError) {
    let (component, rest) = try ComponentPath(path, in: simulation).split()
    guard let rest else {
      throw DebuggerError(
        "\(path): this is a component, not a quantity", allowed: "\(path).<field>; print \(path) shows")
    }
    self.path = path
    if rest == "activity" {
      read = { Int64(simulation.currentActivity(of: component).kind.rawValue) }
      text = { ActivityText(of: component, in: simulation).description }
      return
    }
    let place = IndexedName(rest)
    if let published = (component as? any Inspectable)?.publishedFields.first(where: { $0.name == place.name }) {
      try place.check(shape: published.shape, path: path)
      read = { published.value(place.indices) }
      text = { "\(published.value(place.indices))" }
      return
    }
    let inspection = ComponentInspection(of: component)
    if let found = try Self.state(rest, in: inspection, path: path) {
      (read, text) = (found.read, found.text)
      return
    }
    if let found = try Self.endpoint(rest, in: inspection, simulation, path: path) {
      (read, text) = (found.read, found.text)
      return
    }
    let names = ComponentListing(component, in: simulation).fieldNames
    throw DebuggerError(
      "\(path): \(component.name) has no \(rest)", suggestions: NearNames.suggestions(for: place.name, among: names),
      allowed: names.joined(separator: ", "))
  }

  private typealias Reading = (read: () -> Int64?, text: () -> String)

  /// State by the names of properties: a memory's name is followed by an index, and a field by its path.
  private static func state(
    _ rest: String, in inspection: ComponentInspection, path: String
  ) throws(DebuggerError) -> Reading? {
    for state in inspection.states.sorted(by: { $0.name.count > $1.name.count }) where rest.hasPrefix(state.name) {
      var tail = rest.dropFirst(state.name.count)
      var element = 0
      if let count = state.count {
        guard tail.first == "[", let close = tail.firstIndex(of: "]") else { continue }
        guard let index = Int(tail[tail.index(after: tail.startIndex)..<close]), index >= 0, index < count else {
          throw DebuggerError("\(path): there is no such element", allowed: "0 to \(count - 1)")
        }
        element = index
        tail = tail[tail.index(after: close)...]
      }
      guard tail.isEmpty || tail.first == "." else { continue }
      let name = String(tail.drop { $0 == "." })
      guard let field = state.layout.field(name) else {
        let names = state.layout.fields.map(\.name)
        throw DebuggerError(
          name.isEmpty ? "\(path): this has several fields" : "\(path): there is no field \(name)",
          suggestions: NearNames.suggestions(for: name, among: names), allowed: names.joined(separator: ", "))
      }
      let address = state.start + element * state.layout.stride + field.offset
      return ({ field.integer?(address) }, { field.text(address) })
    }
    return nil
  }

  private static func endpoint(
    _ rest: String, in inspection: ComponentInspection, _ simulation: Simulation, path: String
  ) throws(DebuggerError) -> Reading? {
    for endpoint in inspection.endpoints where rest.hasPrefix(endpoint.name + ".") {
      let link = endpoint.link
      let quantity = String(rest.dropFirst(endpoint.name.count + 1))
      func reading(_ value: @escaping () -> Int64) -> Reading { (value, { "\(value())" }) }
      switch quantity {
      case "sent": return reading { simulation.traffic(onLink: link).sent }
      case "received": return reading { simulation.traffic(onLink: link).received }
      case "count":
        return reading {
          let traffic = simulation.traffic(onLink: link)
          return traffic.sent - traffic.received
        }
      default: break
      }
      let names = simulation.messageLayout(onLink: link).fields.map { "front.\($0.name)" }
      guard let field = simulation.messageLayout(onLink: link).fields.first(where: { "front.\($0.name)" == quantity })
      else {
        let all = ["count", "sent", "received"] + names
        throw DebuggerError(
          "\(path): a link has no \(quantity)", suggestions: NearNames.suggestions(for: quantity, among: all),
          allowed: all.joined(separator: ", "))
      }
      func front() -> UnsafeRawPointer? {
        let traffic = simulation.traffic(onLink: link)
        guard traffic.sent > traffic.received else { return nil }
        return simulation.message(traffic.received, onLink: link).content + field.offset
      }
      return ({ front().flatMap { field.integer?($0) } }, { front().map { field.text($0) } ?? "nothing" })
    }
    return nil
  }
}

/// A name with indices behind it: `rf[5][17]`.
struct IndexedName {
  let name: String
  let indices: [Int]
  private let isWellFormed: Bool

  init(_ text: String) {
    let parts = text.split(separator: "[", omittingEmptySubsequences: false)
    name = String(parts.first ?? "")
    let inner = parts.dropFirst().map { $0.hasSuffix("]") ? Int($0.dropLast()) : nil }
    isWellFormed = inner.allSatisfy { $0 != nil }
    indices = inner.compactMap { $0 }
  }

  func check(shape: [Int], path: String) throws(DebuggerError) {
    let allowed = shape.map { "[0...\($0 - 1)]" }.joined()
    guard isWellFormed, indices.count == shape.count, zip(indices, shape).allSatisfy({ $0 >= 0 && $0 < $1 }) else {
      throw DebuggerError("\(path): there is no such element", allowed: name + allowed)
    }
  }
}

/// A path that begins with a component, whose name may hold dots and indices itself.
struct ComponentPath {
  let path: String
  private let simulation: Simulation

  init(_ path: String, in simulation: Simulation) {
    self.path = path
    self.simulation = simulation
  }

  /// The component with the longest name that the path begins with, and what follows it.
  func split() throws(DebuggerError) -> (component: Component, rest: String?) {
    let fitting = simulation.components.filter { path == $0.name || path.hasPrefix($0.name + ".") }
    guard let component = fitting.max(by: { $0.name.count < $1.name.count }) else {
      let names = simulation.components.map(\.name)
      let head = String(path.prefix { $0 != "." })
      throw DebuggerError(
        "\(path.isEmpty ? "nothing" : path): there is no such component",
        suggestions: NearNames.suggestions(for: head, among: names), allowed: names.joined(separator: ", "))
    }
    let rest = path.dropFirst(component.name.count + 1)
    return (component, rest.isEmpty ? nil : String(rest))
  }

  /// The component that the whole path names.
  func component() throws(DebuggerError) -> Component {
    let (component, rest) = try split()
    guard rest == nil else { throw DebuggerError("\(path): this is no component", allowed: component.name) }
    return component
  }
}
