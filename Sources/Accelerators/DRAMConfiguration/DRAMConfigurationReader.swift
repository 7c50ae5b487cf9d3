// SPDX-License-Identifier: Apache-2.0

import Hardware
import Yams

/// The entries of one mapping of a configuration, after its keys were checked.
struct DRAMConfigurationEntries {
  private let nodes: [String: Node]

  init(_ nodes: [String: Node]) { self.nodes = nodes }

  subscript(key: String) -> Node? { nodes[key] }

  func required(_ key: String) -> Node {
    guard let node = nodes[key] else { preconditionFailure("\(key) was checked to be there.") }
    return node
  }
}

/// Turns nodes of a DRAM configuration into values; every error names file, line, column, key and what is allowed.
struct DRAMConfigurationReader {
  let file: String

  func error(_ node: Node?, _ message: String) -> DRAMConfigurationError {
    DRAMConfigurationError(file: file, line: node?.mark?.line, column: node?.mark?.column, message: message)
  }

  /// The node that a dotted field of a specification error was read from; the nearest one above it if it is missing.
  func node(at field: String, in root: Node?) -> Node? {
    var node = root
    for key in field.split(separator: ".") {
      guard let below = node?.mapping?[Node(String(key))] else { return node }
      node = below
    }
    return node
  }

  func mapping(
    _ node: Node?, path: String, required: [String], optional: [String]
  ) throws(DRAMConfigurationError) -> DRAMConfigurationEntries {
    guard let mapping = node?.mapping else { throw error(node, "\(path): a mapping is needed") }
    let allowed = required + optional
    var nodes: [String: Node] = [:]
    for (key, value) in mapping {
      guard let name = key.string, allowed.contains(name) else {
        throw error(
          key, "\(path): unknown key \(key.string ?? "?"); allowed: \(allowed.sorted().joined(separator: ", "))")
      }
      nodes[name] = value
    }
    for name in required where nodes[name] == nil {
      throw error(node, "\(path): the key \(name) is missing")
    }
    return DRAMConfigurationEntries(nodes)
  }

  func string(_ node: Node, path: String) throws(DRAMConfigurationError) -> String {
    guard let text = node.scalar?.string, !text.isEmpty else { throw error(node, "\(path): text is needed") }
    return text
  }

  func integer(_ node: Node, path: String) throws(DRAMConfigurationError) -> Int {
    guard let text = node.scalar?.string, text.allSatisfy({ $0.isASCII && $0.isNumber }), let value = Int(text) else {
      throw error(node, "\(path): \(node.scalar?.string ?? "this") is not allowed; allowed: a decimal integer")
    }
    return value
  }

  func choice<Choice: RawRepresentable & CaseIterable>(
    _ node: Node?, path: String, default fallback: Choice? = nil
  ) throws(DRAMConfigurationError) -> Choice where Choice.RawValue == String {
    guard let node else {
      guard let fallback else { preconditionFailure("\(path) was checked to be there.") }
      return fallback
    }
    let text = try string(node, path: path)
    guard let choice = Choice(rawValue: text) else {
      let allowed = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw error(node, "\(path): \(text) is not allowed; allowed: \(allowed)")
    }
    return choice
  }

  func organisation(_ node: Node) throws(DRAMConfigurationError) -> DRAMOrganisation {
    let fields = DRAMOrganisation.fields
    let entries = try mapping(
      node, path: "organisation", required: fields.filter { !$0.isOptional }.map(\.name),
      optional: fields.filter(\.isOptional).map(\.name))
    var organisation = DRAMOrganisation(banksPerGroup: 1, rows: 1, columns: 1, transactionBytes: 1)
    for field in fields {
      guard let value = entries[field.name] else { continue }
      organisation[keyPath: field.path] = try integer(value, path: "organisation.\(field.name)")
    }
    return organisation
  }

  func timing(_ node: Node) throws(DRAMConfigurationError) -> DRAMTiming {
    let fields = DRAMTiming.fields
    let entries = try mapping(
      node, path: "timing", required: fields.filter { !$0.isOptional }.map(\.name),
      optional: fields.filter(\.isOptional).map(\.name))
    var timing = DRAMTiming()
    for field in fields {
      guard let value = entries[field.name] else { continue }
      timing[keyPath: field.path] = try integer(value, path: "timing.\(field.name)")
    }
    if entries["nRPab"] == nil { timing.nRPab = timing.nRP }
    return timing
  }

  func controller(_ node: Node) throws(DRAMConfigurationError) -> DRAMControllerSpecification {
    let fields = DRAMControllerSpecification.fields
    let entries = try mapping(
      node, path: "controller", required: ["policy", "refresh", "write_high_watermark"],
      optional: ["scheduler", "row_policy"] + fields.map(\.name).filter { $0 != "write_high_watermark" })
    let policy: DRAMControllerSpecification.Policy = try choice(entries["policy"], path: "controller.policy")
    var controller = DRAMControllerSpecification(policy: policy, writeHighWatermark: 0)
    controller.scheduler = try choice(
      entries["scheduler"], path: "controller.scheduler", default: controller.scheduler)
    controller.rowPolicy = try choice(
      entries["row_policy"], path: "controller.row_policy", default: controller.rowPolicy)
    controller.refresh = try choice(entries["refresh"], path: "controller.refresh")
    for field in fields {
      let name = field.name
      guard let value = entries[name] else { continue }
      guard field.applies(to: policy) else {
        throw error(value, "controller.\(name): not allowed with policy \(policy.rawValue)")
      }
      controller[keyPath: field.path] = try integer(value, path: "controller.\(name)")
    }
    return controller
  }
}
