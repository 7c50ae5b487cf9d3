// SPDX-License-Identifier: Apache-2.0
import Sparsity

/// A layer that an importer found, to be written into a layer trace (docs/layer-trace.md).
public struct ImportedLayer: Sendable {
  /// Where the values of an operand come from.
  public enum Operand: Sendable {
    /// Drawn to a pattern.
    case pattern(Pattern)
    /// Drawn, so many of them not zero.
    case density(Double)
    /// A tensor of the file beside the trace, pruned onto a pattern when the trace is read, if one is given.
    case stored(tensor: String, pruned: Pattern?)

    var isRandom: Bool { if case .stored = self { false } else { true } }
  }

  /// A name that a trace takes.
  public let name: String
  public let operation: TraceOperation
  /// Names and extents as the key `shape` has them; written where an operand is random.
  public let shape: [(name: String, extent: Int)]
  public var weights: Operand
  public var activations: Operand
  public var stride = ConvolutionShape.Pair(1, 1)
  public var padding = ConvolutionShape.Pair(0, 0)
  public var dilation = ConvolutionShape.Pair(1, 1)
  public var groups = 1
  public var repeatCount = 1
  /// What the layer was called where it came from, or what its scales are; nil for nothing.
  public var comment: String?

  /// A product of a linear layer: weights [M, K], activations [N, K].
  static func linear(_ name: String, _ shape: GEMMShape, weights: Operand, activations: Operand) -> ImportedLayer {
    ImportedLayer(
      name: name, operation: .linear, shape: [("M", shape.m), ("K", shape.k), ("N", shape.n)], weights: weights,
      activations: activations)
  }

  /// A convolution of all its groups.
  ///
  /// - Parameter convolution: one group, as everywhere.
  static func convolution(
    _ name: String, _ convolution: ConvolutionShape, weights: Operand, activations: Operand
  ) -> ImportedLayer {
    var layer = ImportedLayer(
      name: name, operation: .conv2d,
      shape: [
        ("M", convolution.filters * convolution.groups), ("C", convolution.channels * convolution.groups),
        ("H", convolution.height), ("W", convolution.width), ("R", convolution.filterHeight),
        ("S", convolution.filterWidth), ("batch", convolution.batch),
      ], weights: weights, activations: activations)
    layer.stride = convolution.stride
    layer.padding = convolution.padding
    layer.dilation = convolution.dilation
    layer.groups = convolution.groups
    return layer
  }

  /// The layer's entry in the list of a trace.
  func yamlLines(tensorFile: String) -> [String] {
    var lines = ["  - name: \(name)\(comment.map { "  # \($0)" } ?? "")", "    operation: \(operation.rawValue)"]
    if weights.isRandom || activations.isRandom {
      lines.append("    shape: {\(shape.map { "\($0.name): \($0.extent)" }.joined(separator: ", "))}")
    }
    lines.append("    weights: \(Self.text(weights, tensorFile: tensorFile))")
    lines.append("    activations: \(Self.text(activations, tensorFile: tensorFile))")
    for (key, pair, usual) in [("stride", stride, 1), ("padding", padding, 0), ("dilation", dilation, 1)]
    where pair != ConvolutionShape.Pair(usual, usual) {
      let isSquare = pair.vertical == pair.horizontal
      lines.append("    \(key): \(isSquare ? "\(pair.vertical)" : "[\(pair.vertical), \(pair.horizontal)]")")
    }
    if groups > 1 { lines.append("    groups: \(groups)") }
    if repeatCount > 1 { lines.append("    repeat: \(repeatCount)") }
    return lines
  }

  private static func text(_ operand: Operand, tensorFile: String) -> String {
    switch operand {
    case .pattern(let pattern): "{random: {pattern: \"\(pattern)\"}}"
    case .density(let density): "{random: {density: \(density)}}"
    case .stored(let tensor, let pattern):
      "{file: \(quotedYAML(tensorFile)), tensor: \(quotedYAML(tensor))"
        + (pattern.map { ", pattern: \"\($0)\", prune: magnitude" } ?? "") + "}"
    }
  }
}

/// The pattern that is asked for, where a layer has enough channels for it; else nil, and a note.
///
/// The rule for whole networks: weights whose channels (K of a product) are fewer than a group of the pattern stay dense,
/// as a first convolution of three channels does.
func pattern(
  _ pattern: Pattern?, forChannels channels: Int, of layer: String, notes: inout [String]
) -> Pattern? {
  guard let pattern, channels < pattern.period else { return pattern }
  notes.append("'\(layer)' stays dense: it has \(channels) channels, a group of \(pattern) has \(pattern.period)")
  return nil
}

/// A text as YAML has it in double quotes.
func quotedYAML(_ text: String) -> String {
  var quoted = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\": quoted += "\\\(scalar)"
    case "\u{20}"..."\u{7E}": quoted.unicodeScalars.append(scalar)
    default:
      let digits = String(scalar.value, radix: 16)
      quoted += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
    }
  }
  return quoted + "\""
}
