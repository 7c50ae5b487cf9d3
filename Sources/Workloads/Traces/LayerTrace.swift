// SPDX-License-Identifier: Apache-2.0

import Foundation
import Sparsity

/// A layer trace or a network: layers in the order they are simulated, from a YAML file.
///
/// A trace says of every layer where its operands come from. A network (`hssim_network`) is a trace that may also have
/// parameters, which stand for extents, and rules about what pruning the whole network leaves alone.
///
///     let trace = try LayerTrace(path: "traces/minilm/minilm.yaml")
///     for layer in trace.layers {
///       let product = try layer.load(seed: 0)
///     }
///
/// Reading a trace checks everything that can be checked without the tensors' values: keys, values, files, tensors,
/// types and shapes. `docs/layer-trace.md` is the reference of the format, `docs/networks.md` that of networks.
public struct LayerTrace: Sendable {
  /// The version of the format, the value of `hssim_trace` or `hssim_network`.
  public static let version = 1

  /// The file as the user named it.
  public let path: String
  public let name: String
  /// Whether it is a network: patterns and parameters may be given from outside.
  public let isNetwork: Bool
  /// What a network says of itself; empty for a trace.
  public let summary: String
  /// What holds for all of a network, such as where its densities come from; empty for a trace.
  public let rules: [String]
  /// A network's parameters with their values, in the order of the file.
  public let parameters: [NetworkParameter]
  /// The pattern that the whole network is pruned to, where one was given.
  public private(set) var pattern: Pattern?
  /// Every layer of the file.
  private(set) var all: [TraceLayer]
  /// Places in `all` of the layers that are simulated, ascending.
  private var selected: [Int]

  /// What is simulated, in the order of the file; see `TraceLayer` for what becomes of groups and batches.
  public var layers: [TraceLayer] { selected.map { all[$0] } }

  /// Whether every layer of the file is simulated.
  public var isWhole: Bool { selected.count == all.count }

  /// The tensor files that the layers read, each once, in the order of their first use.
  public var tensorFiles: [String] {
    var seen: Set<String> = []
    return all.flatMap { [$0.weights, $0.activations] }.compactMap { source in
      guard case .stored(let operand) = source, seen.insert(operand.path).inserted else { return nil }
      return operand.path
    }
  }

  /// The same trace with every layer replaced by what `transform` makes of it.
  public func replacingLayers(_ transform: (TraceLayer) -> TraceLayer) -> LayerTrace {
    var result = self
    result.all = all.map(transform)
    return result
  }

  /// The same trace with only the layers whose names, globs or positions `text` lists.
  ///
  /// - Throws: `WorkloadError` of kind `usage` for a term that names no layer.
  public func selecting(_ text: String) throws(WorkloadError) -> LayerTrace {
    var result = self
    result.selected = try LayerSelection(text).places(among: all.map(\.name))
    return result
  }

  /// The same network with every layer pruned to `pattern`, but for those that its rules keep dense.
  public func pruned(to pattern: Pattern) -> LayerTrace {
    var result = replacingLayers { $0.reasonToStayDense(under: pattern) == nil ? $0.declaring(pattern) : $0 }
    result.pattern = pattern
    return result
  }

  /// The layer of the file at `place`, selected or not: what others take their activations from.
  public func layer(at place: Int) -> TraceLayer { all[place] }

  /// - Parameter parameters: values of a network's parameters that differ from its file's, as `name=value`.
  /// - Throws: `WorkloadError`: `missing` if the trace or a tensor file cannot be opened, `content` for anything that the
  ///   format does not allow, `usage` for a parameter that the network does not have.
  public init(path: String, parameters: [String] = []) throws(WorkloadError) {
    try self.init(YAMLDocument(path: path).root, path: path, parameters: parameters)
  }

  /// A trace from its text; tensor files are looked for beside `path`.
  public init(text: String, path: String, parameters: [String] = []) throws(WorkloadError) {
    try self.init(YAMLDocument(text, path: path).root, path: path, parameters: parameters)
  }

  private static let networkKeys = ["summary", "rules", "parameters"]

  private init(_ root: YAMLValue, path: String, parameters overrides: [String]) throws(WorkloadError) {
    isNetwork = root.node.mapping?.contains { $0.key.scalar?.string == "hssim_network" } ?? false
    let head = isNetwork ? "hssim_network" : "hssim_trace"
    let keys = [head, "name", "layers"]
    let mapping = try YAMLMapping(
      root, keys: isNetwork ? keys + Self.networkKeys : keys,
      elsewhere: isNetwork ? [:] : Dictionary(uniqueKeysWithValues: Self.networkKeys.map { ($0, "one of networks") }))
    let version = try mapping.required(head)
    guard let scalar = version.node.scalar, scalar.style == .plain, scalar.string == String(Self.version) else {
      let what = isNetwork ? "network" : "trace"
      throw version.error("the \(what) is of version \(version.shown)", allowed: String(Self.version))
    }
    summary = try mapping["summary"]?.text() ?? ""
    var rules: [String] = []
    for rule in try mapping["rules"]?.list("a list of texts") ?? [] { rules.append(try rule.text()) }
    self.rules = rules
    parameters = try NetworkParameter.all(mapping["parameters"], overrides: overrides, path: path)
    name = try Self.name(mapping.required("name"), allowing: "._-")
    let list = try mapping.required("layers")
    let values = try list.list("a list of layers")
    guard !values.isEmpty else { throw list.error("an empty list", allowed: "at least one layer") }
    var reader = LayerReader(
      directory: path.folderOfPath, isNetwork: isNetwork,
      parameters: Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.value) }))
    var layers: [TraceLayer] = []
    var names: [String: YAMLPlace] = [:]
    for value in values {
      for layer in try reader.layers(value, from: layers.count) {
        if let other = names.updateValue(value.place, forKey: layer.name) {
          throw value.error(
            "the name \(quoted(layer.name)) is that of the layer in line \(other.line ?? 0)",
            allowed: "names that occur once")
        }
        layers.append(layer)
      }
    }
    self.path = path
    all = layers
    selected = Array(layers.indices)
  }

  /// A name of letters, digits and some punctuation, so that it can be part of a file name and of a query.
  static func name(_ value: YAMLValue, allowing punctuation: String) throws(WorkloadError) -> String {
    let allowed = "1 to 200 letters, digits and characters of \(quoted(punctuation)), the first a letter or a digit"
    let name = try value.text(allowed)
    func isAlphanumeric(_ character: Character) -> Bool {
      character.isASCII && (character.isLetter || character.isNumber)
    }
    guard name.utf8.count <= 200, let first = name.first, isAlphanumeric(first),
      name.allSatisfy({ isAlphanumeric($0) || punctuation.contains($0) })
    else { throw value.error("\(value.shown) is no name", allowed: allowed) }
    return name
  }
}
