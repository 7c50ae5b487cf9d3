// SPDX-License-Identifier: Apache-2.0

/// Reads the layers of a trace; remembers the headers of the tensor files it has opened.
struct LayerReader {
  /// Relative paths of tensor files start here; empty for the current directory.
  let directory: String
  /// Whether the file is a network, in which parameters stand for extents and layers may state that they stay dense.
  let isNetwork: Bool
  let parameters: [String: Int]
  /// Where the layers will read their tensors.
  let tensors = DecodedTensors()
  private var files: [String: TensorFile] = [:]
  /// Layers read so far that an output can be taken from, by name.
  private(set) var outputs: [String: ChainSource] = [:]

  init(directory: String, isNetwork: Bool = false, parameters: [String: Int] = [:]) {
    self.directory = directory
    self.isNetwork = isNetwork
    self.parameters = parameters
  }

  /// Grouped convolutions beyond this are no network's; batches neither.
  static let mostGroups = 4096
  /// How often a layer counts at most, so that totals stay within 64 bits.
  static let mostRepeats = 1_000_000

  static let keys = ["name", "operation", "shape", "weights", "activations", "repeat", "output", "bits"]
  static let convolutionKeys = ["stride", "padding", "dilation", "groups"]
  static let networkKeys = ["stays_dense"]
  static let tensorKeys = ["file", "tensor", "pattern", "prune"]
  static let randomKeys = ["density", "pattern", "distribution", "bandwidth", "seed"]
  static let outputKeys = ["activation", "multiplier", "shift"]

  /// The layers that one entry of `layers` describes: one, or one per group of a convolution or product of a batch.
  ///
  /// - Parameter index: place of the first of them among the trace's layers.
  mutating func layers(_ value: YAMLValue, from index: Int) throws(WorkloadError) -> [TraceLayer] {
    // The operation decides which keys there are, so it is read first.
    let keys = isNetwork ? Self.keys + Self.networkKeys : Self.keys
    let all = try YAMLMapping(
      value, keys: keys + Self.convolutionKeys,
      elsewhere: isNetwork ? [:] : Dictionary(uniqueKeysWithValues: Self.networkKeys.map { ($0, "one of networks") }))
    let operation = try all.required("operation").choice(TraceOperation.self)
    let mapping =
      operation == .conv2d
      ? all
      : try YAMLMapping(
        value, keys: keys,
        elsewhere: Dictionary(uniqueKeysWithValues: Self.convolutionKeys.map { ($0, "one of conv2d") }))
    let name = try LayerTrace.name(mapping.required("name"), allowing: "._-/")
    let weights = try operand(mapping.required("weights"), role: .weights, operation: operation)
    let activations = try operand(mapping.required("activations"), role: .activations, operation: operation)
    let shapes = try OperandShapes(
      operation: operation, mapping: mapping, weights: weights.storedShape, activations: activations.storedShape,
      parameters: parameters)
    let bits = try operandBits(mapping, weights: weights, activations: activations)
    let output = try outputSpecification(mapping["output"])
    let repeatCount = try mapping["repeat"]?.extent(in: 1...Self.mostRepeats, parameters: parameters) ?? 1
    let products = shapes.convolution?.groups ?? shapes.batch ?? 1
    // Products of random operands are alike.
    let isOneLayer = products == 1 || (weights.isRandom && activations.isRandom)
    guard !isOneLayer || repeatCount <= Self.mostRepeats / products else {
      throw (mapping["repeat"] ?? value).error(
        "\(repeatCount) times \(products) products", allowed: "at most \(Self.mostRepeats) in all")
    }
    let part = shapes.convolution == nil ? "batch" : "group"
    let reason = try mapping["stays_dense"]?.text("a reason")
    if isOneLayer, products == 1 {
      outputs[name] = ChainSource(place: index, product: shapes.product, convolution: shapes.convolution)
    } else {
      outputs[name] = ChainSource(place: nil, product: shapes.product, convolution: nil)
    }
    return (0..<(isOneLayer ? 1 : products)).map { group in
      TraceLayer(
        name: isOneLayer ? name : "\(name).\(part)\(group)", index: index + group, operation: operation,
        shape: shapes.product, operandBits: bits, output: output,
        repeatCount: isOneLayer ? repeatCount * products : repeatCount, source: shapes.source(operation),
        convolution: shapes.convolution, group: group, statedReasonToStayDense: reason, weights: weights,
        activations: activations)
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

/// What a later layer may need to know of a layer to take its output.
struct ChainSource {
  /// Its place in the file; nil where its entry is several products, which have no one output.
  let place: Int?
  let product: GEMMShape
  let convolution: ConvolutionShape?

  /// The shape of the output as `operation` takes activations; nil where they do not go together.
  func shape(for operation: TraceOperation) -> [Int]? {
    switch operation {
    case .linear: [product.n, product.m]
    case .matmul: [product.m, product.n]
    case .conv2d: convolution.map { [$0.batch, product.m, $0.outputHeight, $0.outputWidth] }
    }
  }
}

extension OperandSource {
  /// The shape of a tensor that exists elsewhere; nil for random values.
  var storedShape: (shape: [Int], place: YAMLPlace)? {
    switch self {
    case .stored(let operand): (operand.description.shape, operand.place)
    case .chained(let operand): (operand.shape, operand.place)
    case .random: nil
    }
  }

  /// Bits of a tensor's elements; nil for random values.
  var storedBits: Int? {
    switch self {
    case .stored(let operand): operand.description.type.bits
    case .chained: 8
    case .random: nil
    }
  }

  var isRandom: Bool {
    if case .random = self { true } else { false }
  }
}
