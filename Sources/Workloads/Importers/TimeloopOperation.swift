// SPDX-License-Identifier: Apache-2.0

/// Which operation a Timeloop problem is, told from the projections of its data spaces.
struct TimeloopOperation {
  enum Shape {
    case product(GEMMShape)
    case convolution(ConvolutionShape)
  }

  let shape: Shape
  let weights: TimeloopProblem.DataSpace
  let activations: TimeloopProblem.DataSpace
  /// What was decided.
  private(set) var notes: [String] = []

  /// - Throws: `WorkloadError` of kind `content` for a problem that is neither a product nor a 2-D convolution.
  init(_ problem: TimeloopProblem) throws(WorkloadError) {
    let outputs = problem.dataSpaces.filter(\.isOutput)
    let inputs = problem.dataSpaces.filter { !$0.isOutput }
    guard outputs.count == 1, inputs.count == 2 else {
      throw problem.shape.error(
        "there are \(inputs.count) inputs and \(outputs.count) outputs (read-write)", allowed: "two inputs, one output")
    }
    let used = Set(problem.dataSpaces.flatMap { $0.ranks.flatMap { $0.map(\.dimension) } })
    if let idle = problem.dimensions.first(where: { !used.contains($0) }) {
      throw problem.shape.error(
        "the dimension \(quoted(idle)) is in no data space", allowed: "dimensions that are used")
    }
    let spatial = inputs.filter { !$0.sums.isEmpty }
    guard outputs[0].sums.isEmpty else {
      throw outputs[0].place.error("the output has a rank that is a sum", allowed: "ranks of one dimension each")
    }
    switch spatial.count {
    case 0:
      // Where names tell, they tell; else the first is operand A.
      let first = inputs.firstIndex { $0.name.lowercased().hasPrefix("weight") } ?? 0
      (weights, activations) = (inputs[first], inputs[1 - first])
      notes = ["'\(weights.name)' is taken for the weights, '\(activations.name)' for the activations"]
      shape = .product(try Self.product(problem, weights, activations, outputs[0]))
    case 1:
      let index = inputs[0].sums.isEmpty ? 0 : 1
      (weights, activations) = (inputs[index], inputs[1 - index])
      shape = .convolution(try Self.convolution(problem, weights, activations, outputs[0]))
    default:
      throw problem.shape.error(
        "both inputs have ranks that are sums", allowed: "a matrix product, or a convolution of two dimensions")
    }
  }

  private static func product(
    _ problem: TimeloopProblem, _ weights: TimeloopProblem.DataSpace, _ activations: TimeloopProblem.DataSpace,
    _ output: TimeloopProblem.DataSpace
  ) throws(WorkloadError) -> GEMMShape {
    let (a, b, z) = (Set(weights.singles), Set(activations.singles), Set(output.singles))
    let allRanks = [weights, activations, output].allSatisfy { $0.ranks.count == 2 && Set($0.singles).count == 2 }
    guard problem.dimensions.count == 3, allRanks, a.intersection(b).count == 1, z == a.symmetricDifference(b),
      let k = a.intersection(b).first, let m = a.subtracting(b).first, let n = b.subtracting(a).first
    else {
      throw problem.shape.error(
        "the data spaces are those of no matrix product that a trace can say",
        allowed: "two inputs of two dimensions, one of which they share, and an output of the other two")
    }
    let extents = (m: problem.extent(m), k: problem.extent(k), n: problem.extent(n))
    if let flaw = GEMMShape.problem(m: extents.m, k: extents.k, n: extents.n) {
      throw problem.shape.error(flaw.text, allowed: flaw.allowed)
    }
    return GEMMShape(m: extents.m, k: extents.k, n: extents.n)
  }

  private static func convolution(
    _ problem: TimeloopProblem, _ weights: TimeloopProblem.DataSpace, _ activations: TimeloopProblem.DataSpace,
    _ output: TimeloopProblem.DataSpace
  ) throws(WorkloadError) -> ConvolutionShape {
    func refused(_ space: TimeloopProblem.DataSpace, _ problem: String, _ allowed: String) -> WorkloadError {
      space.place.error("\(quoted(space.name)) \(problem)", allowed: allowed)
    }
    let axes = activations.sums
    guard axes.count == 2, axes.allSatisfy({ $0.count == 2 }) else {
      throw refused(
        activations, "has \(axes.count) ranks that are sums",
        "two, each of a filter's and an output's dimension, such as [[R, Wdilation], [P, Wstride]]")
    }
    for space in [weights, activations, output] {
      let names = space.ranks.flatMap { $0.map(\.dimension) }
      guard Set(names).count == names.count else { throw refused(space, "has a dimension twice", "each once") }
    }
    let (inWeights, inOutput, alone) = (Set(weights.singles), Set(output.singles), Set(activations.singles))
    var spatial: Set<String> = []
    var windows: [(filter: Int, output: Int, stride: Int, dilation: Int)] = []
    for axis in axes {
      guard let filter = axis.first(where: { inWeights.contains($0.dimension) && !inOutput.contains($0.dimension) }),
        let place = axis.first(where: { inOutput.contains($0.dimension) && !inWeights.contains($0.dimension) })
      else {
        throw refused(
          activations, "has a sum that is not of a filter's and an output's dimension", "[[R, Wdilation], [P, Wstride]]"
        )
      }
      spatial.formUnion([filter.dimension, place.dimension])
      windows.append(
        (
          problem.extent(filter.dimension), problem.extent(place.dimension),
          try problem.coefficient(place, in: activations), try problem.coefficient(filter, in: activations)
        ))
    }
    /// The product of the dimensions that are in exactly these data spaces: at most one, for there is a name for each.
    func role(_ role: String, weights: Bool, activations: Bool, output: Bool) throws(WorkloadError) -> Int {
      let found = problem.dimensions.filter {
        !spatial.contains($0) && inWeights.contains($0) == weights && alone.contains($0) == activations
          && inOutput.contains($0) == output
      }
      guard found.count <= 1 else {
        throw problem.shape.error("the dimensions \(listed(found)) are all \(role)", allowed: "one of a kind")
      }
      return found.first.map(problem.extent) ?? 1
    }
    let channels = try role("input channels", weights: true, activations: true, output: false)
    let filters = try role("filters", weights: true, activations: false, output: true)
    let batch = try role("images", weights: false, activations: true, output: true)
    let groups = try role("groups", weights: true, activations: true, output: true)
    for (kind, w, a, z) in [
      ("the weights", true, false, false), ("the activations", false, true, false), ("the output", false, false, true),
    ] where try role("in \(kind) alone", weights: w, activations: a, output: z) != 1 {
      throw problem.shape.error("a dimension is in \(kind) alone", allowed: "none, in a convolution")
    }
    guard groups <= LayerReader.mostGroups else {
      throw problem.shape.error("\(groups) groups", allowed: "1 to \(LayerReader.mostGroups)")
    }
    // Timeloop has no padding: the input is what the windows reach.
    let reach = windows.map { window in
      window.output > ConvolutionShape.largestExtent || window.filter > ConvolutionShape.largestExtent
        ? Int.max : (window.output - 1) * window.stride + (window.filter - 1) * window.dilation + 1
    }
    let shape = ConvolutionShape(
      batch: batch, channels: channels, height: reach[0], width: reach[1], filters: filters,
      filterHeight: windows[0].filter, filterWidth: windows[1].filter,
      stride: .init(windows[0].stride, windows[1].stride), dilation: .init(windows[0].dilation, windows[1].dilation),
      groups: groups)
    if let flaw = shape.problem { throw problem.shape.error(flaw.text, allowed: flaw.allowed) }
    return shape
  }
}
