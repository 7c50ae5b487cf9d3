// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// Everything that a component shows: what it does, what it publishes, its state and its links.
struct ComponentListing {
  private let component: Component
  private let simulation: Simulation
  private let inspection: ComponentInspection

  init(_ component: Component, in simulation: Simulation) {
    self.component = component
    self.simulation = simulation
    inspection = ComponentInspection(of: component)
  }

  private var published: [PublishedField] { (component as? any Inspectable)?.publishedFields ?? [] }

  /// Names that may follow the component's in a path.
  var fieldNames: [String] {
    let shapes = published.map { $0.name + $0.shape.map { "[0...\($0 - 1)]" }.joined() }
    let states = inspection.states.flatMap { state -> [String] in
      let name = state.name + (state.count.map { "[0...\($0 - 1)]" } ?? "")
      return state.layout.fields.map { $0.name.isEmpty ? name : "\(name).\($0.name)" }
    }
    return ["activity"] + shapes + states + inspection.endpoints.map { "\($0.name).count" }
  }

  /// A line for every quantity; of memories, the number of elements that are not zero.
  var text: String {
    var rows: [(String, String)] = [("activity", ActivityText(of: component, in: simulation).description)]
    for field in published { rows.append((field.name, Self.text(of: field))) }
    for state in inspection.states {
      if let count = state.count {
        rows.append((state.name, Self.text(of: state, count: count)))
        continue
      }
      for field in state.layout.fields {
        rows.append(("\(state.name).\(field.name)", field.text(state.start + field.offset)))
      }
    }
    for endpoint in inspection.endpoints {
      let link = simulation.link(endpoint.link)
      rows.append(
        (
          endpoint.name,
          "\(link.sent - link.received) of \(link.capacity) on \(link.name), \(link.sent) sent, \(link.received) received"
        ))
    }
    let width = rows.map(\.0.count).max() ?? 0
    let lines = rows.map { "  \($0.0)\(String(repeating: " ", count: width - $0.0.count))  \($0.1)" }
    return ([component.name] + lines).joined(separator: "\n")
  }

  private static func text(of field: PublishedField) -> String {
    guard !field.shape.isEmpty else { return "\(field.value([]))" }
    let shape = field.shape.map { "[\($0)]" }.joined()
    return "\(shape), e.g. \(field.name)\(field.shape.map { _ in "[0]" }.joined()) = "
      + "\(field.value(field.shape.map { _ in 0 }))"
  }

  private static func text(of state: InspectedState, count: Int) -> String {
    let fields = state.layout.fields
    let used = (0..<count).filter { element in
      let start = state.start + element * state.layout.stride
      return fields.contains { field in
        (field.offset..<field.offset + field.size).contains { start.load(fromByteOffset: $0, as: UInt8.self) != 0 }
      }
    }
    return "[\(count)], \(used.count) not zero"
  }
}
