// SPDX-License-Identifier: Apache-2.0

/// State of a component as an inspector finds it: a memory of one or many elements, and the names of their parts.
public struct InspectedState {
  /// Path of property names in the component, e.g. `datapath.sums`.
  public let name: String
  /// Elements of a memory; nil for plain state.
  public let count: Int?
  public let layout: StateLayout
  /// Address of the first element; valid as long as the simulation.
  public let start: UnsafeRawPointer
}

/// An end of a link as an inspector finds it.
public struct InspectedEndpoint {
  /// Path of property names in the component, e.g. `branches[2]`.
  public let name: String
  /// Number of the link.
  public let link: Int
  public let isInput: Bool
}

/// What a component consists of, found by reflection: nothing has to be listed, so nothing can be forgotten.
public struct ComponentInspection {
  public private(set) var states: [InspectedState] = []
  public private(set) var endpoints: [InspectedEndpoint] = []

  /// Walks through the stored properties of `component`.
  ///
  /// - Precondition: its simulation has started.
  public init(of component: Component) {
    visit(Mirror(reflecting: component), path: "", depth: 0)
  }

  private mutating func visit(_ mirror: Mirror, path: String, depth: Int) {
    guard depth < 5 else { return }
    for (index, child) in mirror.children.enumerated() {
      // A wrapped property's storage is called as the property, with an underscore.
      let label = child.label.map { $0.hasPrefix("_") ? String($0.dropFirst()) : $0 }
      let isElement = mirror.displayStyle == .collection
      let name = isElement ? "\(path)[\(index)]" : path.isEmpty ? label ?? "" : "\(path).\(label ?? "")"
      let isPart = mirror.displayStyle == .optional
      visit(child.value, path: isPart ? path : name, depth: depth + 1)
    }
  }

  private mutating func visit(_ value: Any, path: String, depth: Int) {
    if let state = value as? any StateHandle { return states.append(state.inspected(as: path)) }
    if let endpoint = value as? any EndpointHandle { return endpoints.append(endpoint.inspected(as: path)) }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .struct, .optional: visit(mirror, path: path, depth: depth)
    // Collections of handles; those of plain values hold no state.
    case .collection where mirror.children.first.map({ Self.mayHoldHandles($0.value) }) ?? false:
      visit(mirror, path: path, depth: depth)
    default: break
    }
  }

  private static func mayHoldHandles(_ value: Any) -> Bool {
    if value is any StateHandle || value is any EndpointHandle { return true }
    let style = Mirror(reflecting: value).displayStyle
    return style == .struct || style == .collection
  }
}

/// A handle of state, whatever its type.
protocol StateHandle {
  func inspected(as name: String) -> InspectedState
}

extension State: StateHandle {
  func inspected(as name: String) -> InspectedState {
    InspectedState(
      name: name, count: nil, layout: StateLayout(of: pointer.pointee), start: UnsafeRawPointer(pointer))
  }
}

extension StateArray: StateHandle {
  func inspected(as name: String) -> InspectedState {
    // An empty memory has no element to ask: its layout is never used.
    let layout = count > 0 ? StateLayout(of: base.pointee) : StateLayout(of: UInt8(0))
    return InspectedState(name: name, count: count, layout: layout, start: UnsafeRawPointer(base))
  }
}

/// A handle of an end of a link, whatever its messages.
protocol EndpointHandle {
  func inspected(as name: String) -> InspectedEndpoint
}

extension Input: EndpointHandle {
  func inspected(as name: String) -> InspectedEndpoint {
    InspectedEndpoint(name: name, link: Int(link.pointee.id), isInput: true)
  }
}

extension Output: EndpointHandle {
  func inspected(as name: String) -> InspectedEndpoint {
    InspectedEndpoint(name: name, link: Int(link.pointee.id), isInput: false)
  }
}
