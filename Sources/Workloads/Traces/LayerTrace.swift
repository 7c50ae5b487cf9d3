// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A layer trace: the layers of a network, in the order they are simulated, from a YAML file.
///
///     let trace = try LayerTrace(path: "traces/minilm/minilm.yaml")
///     for layer in trace.layers {
///       let product = try layer.load(seed: 0)
///     }
///
/// Reading a trace checks everything that can be checked without the tensors' values: keys, values, files, tensors,
/// types and shapes. `docs/layer-trace.md` is the reference of the format.
public struct LayerTrace: Sendable {
  /// The version of the format, the value of `hssim_trace`.
  public static let version = 1

  /// The file as the user named it.
  public let path: String
  public let name: String
  /// In the order of the file; a grouped convolution is one layer per group.
  public private(set) var layers: [TraceLayer]

  /// The tensor files that the layers read, each once, in the order of their first use.
  public var tensorFiles: [String] {
    var seen: Set<String> = []
    return layers.flatMap { [$0.weights, $0.activations] }.compactMap { source in
      guard case .stored(let operand) = source, seen.insert(operand.path).inserted else { return nil }
      return operand.path
    }
  }

  /// The same trace with every layer replaced by what `transform` makes of it.
  public func replacingLayers(_ transform: (TraceLayer) -> TraceLayer) -> LayerTrace {
    var result = self
    result.layers = layers.map(transform)
    return result
  }

  /// - Throws: `WorkloadError`: `missing` if the trace or a tensor file cannot be opened, `content` for anything that the
  ///   format does not allow.
  public init(path: String) throws(WorkloadError) {
    try self.init(YAMLDocument(path: path).root, path: path)
  }

  /// A trace from its text; tensor files are looked for beside `path`.
  public init(text: String, path: String) throws(WorkloadError) {
    try self.init(YAMLDocument(text, path: path).root, path: path)
  }

  private init(_ root: YAMLValue, path: String) throws(WorkloadError) {
    let mapping = try YAMLMapping(root, keys: ["hssim_trace", "name", "layers"])
    let version = try mapping.required("hssim_trace")
    guard let scalar = version.node.scalar, scalar.style == .plain, scalar.string == String(Self.version) else {
      throw version.error("the trace is of version \(version.shown)", allowed: String(Self.version))
    }
    name = try Self.name(mapping.required("name"), allowing: "._-")
    let list = try mapping.required("layers")
    let values = try list.list("a list of layers")
    guard !values.isEmpty else { throw list.error("an empty list", allowed: "at least one layer") }
    var reader = LayerReader(directory: path.folderOfPath)
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
    self.layers = layers
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
