// SPDX-License-Identifier: Apache-2.0

/// Reads the layers of a trace; remembers the headers of the tensor files it has opened.
struct LayerReader {
  /// Relative paths of tensor files start here; empty for the current directory.
  let directory: String
  private var files: [String: TensorFile] = [:]

  init(directory: String) {
    self.directory = directory
  }

  /// Grouped convolutions beyond this are no network's.
  static let mostGroups = 4096

  static let keys = ["name", "operation", "shape", "weights", "activations", "repeat", "output", "bits"]
  static let convolutionKeys = ["stride", "padding", "dilation", "groups"]
  static let tensorKeys = ["file", "tensor", "pattern", "prune"]
  static let randomKeys = ["density", "pattern", "distribution", "bandwidth", "seed"]
  static let outputKeys = ["activation", "multiplier", "shift"]

  /// The layers that one entry of `layers` describes: one, or one per group of a convolution.
  ///
  /// - Parameter index: place of the first of them among the trace's layers.
  mutating func layers(_ value: YAMLValue, from index: Int) throws(WorkloadError) -> [TraceLayer] {
    // The operation decides which keys there are, so it is read first.
    let all = try YAMLMapping(value, keys: Self.keys + Self.convolutionKeys)
    let operation = try all.required("operation").choice(TraceOperation.self)
    let mapping =
      operation == .conv2d
      ? all
      : try YAMLMapping(
        value, keys: Self.keys,
        elsewhere: Dictionary(uniqueKeysWithValues: Self.convolutionKeys.map { ($0, "one of conv2d") }))
    let name = try LayerTrace.name(mapping.required("name"), allowing: "._-/")
    let weights = try operand(mapping.required("weights"), role: .weights, operation: operation)
    let activations = try operand(mapping.required("activations"), role: .activations, operation: operation)
    let shapes = try OperandShapes(
      operation: operation, mapping: mapping, weights: weights.storedShape, activations: activations.storedShape)
    let bits = try operandBits(mapping, weights: weights, activations: activations)
    let output = try outputSpecification(mapping["output"])
    let repeatCount = try mapping["repeat"]?.integer(in: 1...1_000_000) ?? 1
    let groups = shapes.convolution?.groups ?? 1
    return (0..<groups).map { group in
      TraceLayer(
        name: groups == 1 ? name : "\(name).group\(group)", index: index + group, operation: operation,
        shape: shapes.product, operandBits: bits, output: output, repeatCount: repeatCount,
        source: shapes.source(operation),
        convolution: shapes.convolution, group: group, weights: weights, activations: activations)
    }
  }

  /// The headers of a tensor file, opened once per trace.
  mutating func tensorFile(_ path: String) throws(WorkloadError) -> TensorFile {
    if let file = files[path] { return file }
    let file = try TensorFile(path: path)
    files[path] = file
    return file
  }

  private func operandBits(
    _ mapping: YAMLMapping, weights: OperandSource, activations: OperandSource
  ) throws(WorkloadError) -> Int {
    let stored = max(weights.storedBits ?? 8, activations.storedBits ?? 8)
    guard let value = mapping["bits"] else { return stored }
    let bits = try value.integer(in: 8...16)
    guard bits == 8 || bits == 16 else { throw value.error("\(bits)", allowed: "8 or 16") }
    guard bits >= stored else { throw value.error("\(bits), but a tensor has elements of \(stored)", allowed: "16") }
    return bits
  }

  private func outputSpecification(_ value: YAMLValue?) throws(WorkloadError) -> OutputSpecification {
    guard let value else { return OutputSpecification() }
    let mapping = try YAMLMapping(value, keys: Self.outputKeys)
    let activation = try mapping["activation"]?.choice(OutputSpecification.Activation.self) ?? .none
    switch (mapping["multiplier"], mapping["shift"]) {
    case (nil, nil):
      return OutputSpecification(activation: activation)
    case (let multiplier?, let shift?):
      let requantisation = Requantisation(
        multiplier: try multiplier.integer(in: Requantisation.multipliers),
        shift: try shift.integer(in: Requantisation.shifts))
      return OutputSpecification(activation: activation, requantisation: requantisation)
    case (let given?, nil), (nil, let given?):
      throw given.error("given alone", allowed: "both multiplier and shift, or neither")
    }
  }
}

extension OperandSource {
  /// The shape of a stored tensor; nil for random values.
  var storedShape: (shape: [Int], place: YAMLPlace)? {
    guard case .stored(let operand) = self else { return nil }
    return (operand.description.shape, operand.place)
  }

  /// Bits of a stored tensor's elements; nil for random values.
  var storedBits: Int? {
    guard case .stored(let operand) = self else { return nil }
    return operand.description.type.bits
  }
}
