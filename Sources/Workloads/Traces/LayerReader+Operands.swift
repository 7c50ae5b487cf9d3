// SPDX-License-Identifier: Apache-2.0

import Foundation
import Sparsity

extension LayerReader {
  enum Role {
    case weights
    case activations
  }

  private enum Pruning: String, CaseIterable {
    case magnitude
  }

  private enum Distribution: String, CaseIterable {
    case uniform
    case banded
  }

  /// `{file, tensor, pattern, prune}`, `{random: {…}}`, or of activations `{from: layer}`.
  mutating func operand(
    _ value: YAMLValue, role: Role, operation: TraceOperation
  ) throws(WorkloadError) -> OperandSource {
    let mapping = try YAMLMapping(
      value, keys: Self.tensorKeys + ["random"] + (role == .activations ? ["from"] : []),
      elsewhere: role == .activations ? [:] : ["from": "one of activations"])
    if let from = mapping["from"] {
      _ = try YAMLMapping(
        value, keys: ["from"],
        elsewhere: (Self.tensorKeys + ["random"]).reduce(into: [:]) { $0[$1] = "not one of an earlier layer's output" })
      return .chained(try chainedOperand(from, operation: operation))
    }
    // A convolution's patches overlap, so an image cannot be pruned along K.
    if role == .activations, operation == .conv2d, let pattern = mapping["pattern"] {
      throw pattern.error("activations of conv2d cannot have a pattern", allowed: "a pattern on the weights")
    }
    if let random = mapping["random"] {
      _ = try YAMLMapping(
        value, keys: ["random"],
        elsewhere: Self.tensorKeys.reduce(into: [:]) { $0[$1] = "not one of random operands" })
      return .random(try randomOperand(random, role: role, operation: operation))
    }
    guard mapping["file"] != nil else { throw value.error("neither 'file' nor 'random' is given") }
    return .stored(try storedOperand(mapping))
  }

  private func chainedOperand(_ value: YAMLValue, operation: TraceOperation) throws(WorkloadError) -> ChainedOperand {
    let name = try value.text("the name of an earlier layer")
    guard let source = outputs[name] else {
      let names = outputs.keys.sorted()
      throw value.error(
        "no earlier layer is called \(quoted(name))", allowed: "one of \(listed(names))",
        suggestion: suggestion(for: name, among: names))
    }
    guard let place = source.place else {
      throw value.error(
        "\(quoted(name)) is several products, of groups or a batch", allowed: "a layer with one product")
    }
    guard let shape = source.shape(for: operation) else {
      throw value.error(
        "the output of \(quoted(name)) is a matrix, \(operation.rawValue) takes images",
        allowed: "the name of a conv2d; there is no pooling or reshaping between layers")
    }
    return ChainedOperand(source: place, shape: shape, place: value.place)
  }

  private mutating func storedOperand(_ mapping: YAMLMapping) throws(WorkloadError) -> StoredOperand {
    let fileValue = try mapping.required("file")
    let file = try fileValue.text("a path")
    let path = file.hasPrefix("/") || directory.isEmpty ? file : "\(directory)/\(file)"
    let tensor = try mapping["tensor"]?.text("the name of a tensor")
    let description: TensorFile.Description
    do {
      description = try tensorFile(path).description(of: tensor)
    } catch {
      // The file's own message, at the place in the trace that leads to it.
      let place = error.field == tensor && tensor != nil ? mapping["tensor"] ?? fileValue : fileValue
      throw place.place.error(error.kind, error.description)
    }
    let place = (mapping["tensor"] ?? fileValue).place
    guard description.type == .int8 || description.type == .int16 else {
      throw place.error(
        .content,
        "the tensor in \(quoted(path, limit: 4096)) has elements of type \(quoted(description.type.description))",
        allowed: "int8, int16, little-endian (quantise the tensor first)")
    }
    return StoredOperand(
      path: path, tensor: tensor, description: description, pattern: try declaredPattern(mapping), place: place,
      tensors: tensors)
  }

  private func declaredPattern(_ mapping: YAMLMapping) throws(WorkloadError) -> DeclaredPattern? {
    let pruning = try mapping["prune"]?.choice(Pruning.self)
    guard let value = mapping["pattern"] else {
      if let prune = mapping["prune"], pruning != nil { throw prune.error("prune is given without a pattern") }
      return nil
    }
    let pattern = try self.pattern(value)
    if let prune = mapping["prune"], pattern.structuredRanks.isEmpty {
      throw prune.error("the pattern '\(pattern)' says nothing about what to prune", allowed: "a pattern with G:H")
    }
    // Declaring an operand dense declares nothing.
    guard !pattern.ranks.isEmpty else { return nil }
    return DeclaredPattern(pattern: pattern, isPruned: pruning != nil, place: value.place)
  }

  private func pattern(_ value: YAMLValue) throws(WorkloadError) -> Pattern {
    let text = try value.text("a pattern such as '2:4' or 'C1(4:6)->C0(2:4)'")
    do {
      return try patternAlongK(text)
    } catch {
      throw value.error(error.problem, allowed: error.allowed)
    }
  }

  private func randomOperand(
    _ value: YAMLValue, role: Role, operation: TraceOperation
  ) throws(WorkloadError) -> RandomOperand {
    let mapping = try YAMLMapping(value, keys: Self.randomKeys)
    let seed = try mapping["seed"]?.unsignedInteger()
    let distribution = try mapping["distribution"]?.choice(Distribution.self) ?? .uniform
    if let bandwidth = mapping["bandwidth"], distribution != .banded {
      throw bandwidth.error("bandwidth is given without 'distribution: banded'")
    }
    if let patternValue = mapping["pattern"] {
      for key in ["density", "distribution"] {
        if let other = mapping[key] { throw other.error("\(key) is given beside a pattern", allowed: "one of the two") }
      }
      if role == .activations, operation == .conv2d {
        throw patternValue.error("activations of conv2d cannot have a pattern", allowed: "a density")
      }
      let pattern = try self.pattern(patternValue)
      guard !pattern.structuredRanks.isEmpty else {
        throw patternValue.error("the pattern '\(pattern)' does not say how many zeros", allowed: "G:H, or a density")
      }
      return RandomOperand(occupancy: .pattern(pattern), seed: seed)
    }
    guard distribution == .banded else {
      let density = try mapping["density"]?.number(in: 0...1) ?? 1
      return RandomOperand(occupancy: .uniform(density: density), seed: seed)
    }
    if role == .activations, operation == .conv2d, let distribution = mapping["distribution"] {
      throw distribution.error("activations of conv2d cannot be banded along K", allowed: "uniform")
    }
    if let density = mapping["density"] {
      throw density.error("density is given beside a band, whose width decides it", allowed: "one of the two")
    }
    let bandwidth = try mapping.required("bandwidth").integer(in: 0...GEMMShape.largestExtent)
    return RandomOperand(occupancy: .banded(bandwidth: bandwidth), seed: seed)
  }
}
