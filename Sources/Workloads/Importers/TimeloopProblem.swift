// SPDX-License-Identifier: Apache-2.0
import Sparsity

/// A problem of Timeloop: one matrix product or convolution, with its shape written out and an instance.
///
/// What it is follows from the projections of its data spaces, not from names. Read are the layouts of Timeloop 0.3
/// (`data-spaces`, `read-write`) and 0.4 (`data_spaces`, `read_write`), with densities in the instance, beside it, or in
/// the data spaces. Source: timeloop, problem-shapes and its documentation.
public struct TimeloopProblem {
  /// A rank of a data space: the sum of its dimensions times their coefficients.
  struct Term: Equatable {
    let dimension: String
    /// A coefficient's name or a number; nil for 1.
    let coefficient: String?
  }

  /// One of the tensors.
  struct DataSpace {
    let name: String
    let ranks: [[Term]]
    let isOutput: Bool
    let place: YAMLValue
    var density: YAMLValue?

    /// The dimensions that stand alone, without a coefficient.
    var singles: [String] {
      ranks.compactMap { $0.count == 1 && $0[0].coefficient == nil ? $0[0].dimension : nil }
    }
    /// The ranks that are sums, or scaled.
    var sums: [[Term]] { ranks.filter { $0.count > 1 || $0[0].coefficient != nil } }
  }

  let shape: YAMLValue
  let name: String?
  let dimensions: [String]
  let dataSpaces: [DataSpace]
  /// Values of dimensions and coefficients.
  private let values: [String: Int]

  /// Sections of a Timeloop specification that say nothing of the workload.
  private static let otherSections = [
    "architecture", "arch", "architecture_constraints", "components", "compound_components", "constraints", "mapper",
    "mapping", "mapspace", "mapspace_constraints", "sparse_optimizations", "globals", "variables",
  ]

  /// The layer of a problem file.
  ///
  /// - Parameters:
  ///   - pattern: for weights without a density of their own; nil for dense ones.
  ///   - activationDensity: of activations without one.
  /// - Throws: `WorkloadError`: `missing` or `content`, naming what a trace cannot say.
  public static func trace(
    path: String, pattern: Pattern? = nil, activationDensity: Double = 1
  ) throws(WorkloadError) -> ImportedTrace {
    try trace(YAMLDocument(path: path), pattern: pattern, activationDensity: activationDensity)
  }

  static func trace(
    _ document: YAMLDocument, pattern: Pattern? = nil, activationDensity: Double = 1
  ) throws(WorkloadError) -> ImportedTrace {
    var trace = ImportedTrace()
    let problem = try TimeloopProblem(document.root, notes: &trace.notes)
    let operation = try TimeloopOperation(problem)
    var names = LayerNames()
    let name = names.take(
      problem.name ?? ImportedTrace.name(ofFile: document.root.file), at: "shape.name", notes: &trace.notes)
    for space in problem.dataSpaces where space.isOutput {
      if space.density != nil {
        trace.notes.append("the density of the output '\(space.name)' follows, and is left out")
      }
    }
    let channels =
      switch operation.shape {
      case .product(let shape): shape.k
      case .convolution(let shape): shape.channels
      }
    let usual =
      operation.weights.density == nil
      ? Workloads.pattern(pattern, forChannels: channels, of: name, notes: &trace.notes) : nil
    let weights = try problem.operand(
      operation.weights, otherwise: usual.map(ImportedLayer.Operand.pattern) ?? .density(1), notes: &trace.notes)
    let activations = try problem.operand(
      operation.activations, otherwise: .density(activationDensity), notes: &trace.notes)
    trace.notes += operation.notes
    switch operation.shape {
    case .product(let shape):
      trace.layers = [.linear(name, shape, weights: weights, activations: activations)]
    case .convolution(let shape):
      trace.layers = [.convolution(name, shape, weights: weights, activations: activations)]
    }
    return trace
  }

  private init(_ root: YAMLValue, notes: inout [String]) throws(WorkloadError) {
    let file = try YAMLMapping(root, keys: ["problem"] + Self.otherSections)
    let left = Self.otherSections.filter { file[$0] != nil }
    if !left.isEmpty { notes.append("the sections \(left.joined(separator: ", ")) are no workload, and left out") }
    let problem = try YAMLMapping(file.required("problem"), keys: ["version", "shape", "instance", "densities"])
    shape = try problem.required("shape")
    guard shape.node.scalar == nil else {
      throw shape.error(
        "the shape is given by a name, \(shape.shown)", allowed: "a shape written out: dimensions and data spaces")
    }
    let mapping = try YAMLMapping(
      shape, keys: ["name", "dimensions", "coefficients", "data-spaces", "data_spaces"])
    name = try mapping["name"]?.text("the shape's name")
    let dimensionList = try mapping.required("dimensions")
    var dimensions: [String] = []
    for value in try dimensionList.list("a list of dimensions") {
      let name = try value.text("a dimension's name")
      guard !dimensions.contains(name) else { throw value.error("\(quoted(name)) is given twice", allowed: "once") }
      dimensions.append(name)
    }
    guard let list = mapping["data-spaces"] ?? mapping["data_spaces"] else {
      throw shape.error("there are no data spaces", allowed: "data-spaces or data_spaces")
    }
    if mapping["data-spaces"] != nil, let other = mapping["data_spaces"] {
      throw other.error("given beside data-spaces", allowed: "one of the two")
    }
    var coefficients: [String] = []
    var values: [String: Int] = [:]
    for value in try mapping["coefficients"]?.list("a list of coefficients") ?? [] {
      let entry = try YAMLMapping(value, keys: ["name", "default"])
      let name = try entry.required("name").text("a coefficient's name")
      guard !coefficients.contains(name), !dimensions.contains(name) else {
        throw value.error("\(quoted(name)) is given twice", allowed: "once")
      }
      coefficients.append(name)
      values[name] = try entry["default"]?.integer(in: 0...ConvolutionShape.largestExtent)
    }
    let instance = try YAMLMapping(
      problem.required("instance"), keys: dimensions + coefficients + ["densities"])
    for name in dimensions {
      values[name] = try instance.required(name).integer(in: 1...GEMMShape.largestExtent)
    }
    for name in coefficients {
      if let value = instance[name] { values[name] = try value.integer(in: 1...ConvolutionShape.largestExtent) }
    }
    self.values = values
    self.dimensions = dimensions
    var spaces: [DataSpace] = []
    for value in try list.list("a list of data spaces") {
      let space = try Self.dataSpace(value, dimensions: dimensions)
      guard !spaces.contains(where: { $0.name == space.name }) else {
        throw value.error("two data spaces are called \(quoted(space.name))", allowed: "one")
      }
      spaces.append(space)
    }
    for densities in [problem["densities"], instance["densities"]].compactMap({ $0 }) {
      let mapping = try YAMLMapping(densities, keys: spaces.map(\.name))
      for index in spaces.indices {
        if let value = mapping[spaces[index].name] { spaces[index].density = value }
      }
    }
    dataSpaces = spaces
  }

  private static func dataSpace(_ value: YAMLValue, dimensions: [String]) throws(WorkloadError) -> DataSpace {
    let mapping = try YAMLMapping(value, keys: ["name", "projection", "read-write", "read_write", "density"])
    var isOutput = false
    for key in ["read-write", "read_write"] {
      guard let flag = mapping[key] else { continue }
      let text = try flag.text("True or False").lowercased()
      guard ["true", "false"].contains(text) else { throw flag.error(flag.shown, allowed: "True or False") }
      isOutput = text == "true"
    }
    var ranks: [[Term]] = []
    for rank in try mapping.required("projection").list("a list of ranks, each a list of terms") {
      var terms: [Term] = []
      for term in try rank.list("a list of terms such as [M] or [P, Wstride]") {
        let parts = try term.list("a term such as [M] or [P, Wstride]")
        guard (1...2).contains(parts.count) else {
          throw term.error("a term of \(parts.count)", allowed: "a dimension, or a dimension and its coefficient")
        }
        let dimension = try parts[0].text("a dimension")
        guard dimensions.contains(dimension) else {
          throw parts[0].error("\(quoted(dimension)) is no dimension", allowed: listed(dimensions))
        }
        terms.append(Term(dimension: dimension, coefficient: try parts.dropFirst().first?.text("a coefficient")))
      }
      guard !terms.isEmpty else { throw rank.error("an empty rank", allowed: "at least one term") }
      ranks.append(terms)
    }
    return DataSpace(
      name: try mapping.required("name").text("a data space's name"), ranks: ranks, isOutput: isOutput, place: value,
      density: mapping["density"])
  }

  /// The value of a dimension.
  ///
  /// - Precondition: it is one of `dimensions`.
  func extent(_ dimension: String) -> Int {
    guard let value = values[dimension] else { preconditionFailure("every dimension has a value") }
    return value
  }

  /// The value of a term's coefficient.
  func coefficient(_ term: Term, in space: DataSpace) throws(WorkloadError) -> Int {
    guard let name = term.coefficient else { return 1 }
    guard let value = values[name] ?? Int(name), (1...ConvolutionShape.largestExtent).contains(value) else {
      throw space.place.error(
        "the coefficient \(quoted(name)) of \(quoted(term.dimension)) has no value",
        allowed: "one that coefficients or the instance gives, from 1 to \(ConvolutionShape.largestExtent)")
    }
    return value
  }

  /// Random values of a data space's density.
  private func operand(
    _ space: DataSpace, otherwise: ImportedLayer.Operand, notes: inout [String]
  ) throws(WorkloadError) -> ImportedLayer.Operand {
    guard let value = space.density else { return otherwise }
    if value.node.scalar != nil { return .density(try value.number(in: 0...1)) }
    let model = try YAMLMapping(
      value, keys: ["distribution", "density"],
      elsewhere: [
        "band_width": "one of a banded density, which a trace cannot say", "band-width": "one of a banded density",
      ])
    let distribution = try model.required("distribution").text("a density model")
    let readable = ["fixed-structured", "fixed_structured", "hypergeometric"]
    guard readable.contains(distribution) else {
      throw (model["distribution"] ?? value).error(
        "a trace cannot say the density model \(quoted(distribution))", allowed: "fixed-structured, hypergeometric")
    }
    if distribution != "hypergeometric" {
      notes.append(
        "'\(space.name)' is fixed-structured: its tiles are all of one density in Timeloop; here the whole tensor is, "
          + "with zeros anywhere (--pattern gives them a place)")
    }
    return .density(try model.required("density").number(in: 0...1))
  }
}
