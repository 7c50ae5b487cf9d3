// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Sparsity
import Workloads

/// What is simulated: a layer trace, a network, or a random product.
struct WorkloadOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "The layer trace, or a network: one of configs/networks by its name, or its file.", valueName: "trace.yaml"))
  var trace: String?

  @Option(help: ArgumentHelp("A random product Z[M,N] = A[M,K] x B[K,N] instead of a trace.", valueName: "MxKxN"))
  var gemm: String?

  @Option(
    help: ArgumentHelp(
      "With --gemm or a network: exactly G of H of A at every rank, such as '2:4' or 'C1(4:6)->C0(2:4)'. Layers that the "
        + "network's rules keep dense stay so."))
  var pattern: String?

  @Option(help: ArgumentHelp("With --gemm: share of A's values that are not 0, anywhere.", valueName: "d"))
  var densityA: Double?

  @Option(help: ArgumentHelp("With --gemm: share of B's values that are not 0, anywhere. (default: 1)", valueName: "d"))
  var densityB: Double?

  @Option(help: ArgumentHelp("With --gemm: exactly G of H of B at every rank, along K.", valueName: "pattern"))
  var patternB: String?

  @Option(
    help: ArgumentHelp(
      "A parameter of the network that differs, such as sequence_length=128; may be repeated.", valueName: "name=value")
  )
  var parameter: [String] = []

  @Option(
    help: ArgumentHelp(
      "Only these layers: names, globs and positions from 1, such as 'conv1,layer2.*,3-7'. (default: all)",
      valueName: "a,b,..."))
  var layers: String?

  /// - Throws: `CommandError` or `WorkloadError` naming the option or the place in the trace.
  func workload(seed: UInt64) throws -> Workload {
    switch (trace, gemm) {
    case (nil, nil): throw CommandError(.usage, "there is nothing to simulate; allowed: a trace, or --gemm MxKxN")
    case (.some, .some): throw CommandError(.usage, "--gemm is given beside a trace; allowed: one of the two")
    case (let trace?, nil): return try workload(named: trace)
    case (nil, let gemm?): return try product(gemm, seed: seed)
    }
  }

  private func workload(named nameOrPath: String) throws -> Workload {
    let others = [
      ("--density-a", densityA.map { "\($0)" }), ("--density-b", densityB.map { "\($0)" }), ("--pattern-b", patternB),
    ]
    if let (name, value) = others.compactMap({ name, value in value.map { (name, $0) } }).first {
      throw CommandError(.usage, "\(name) \(value) is given without --gemm; a trace says what its operands are")
    }
    var trace = try LayerTrace(path: NetworkCatalogue.path(of: nameOrPath), parameters: parameter)
    // Spelt canonically, so that two ways to say the same are the same run.
    var options: [String] = []
    if let text = pattern {
      guard trace.isNetwork else {
        throw CommandError(.usage, "--pattern \(text) is given without --gemm; a trace has patterns of its own")
      }
      if let pattern = try SyntheticGEMM.pattern(text) {
        trace = trace.pruned(to: pattern)
        options += ["--pattern", "\(pattern)"]
      }
    }
    for parameter in trace.parameters where parameter.value != parameter.fallback {
      options += ["--parameter", "\(parameter.name)=\(parameter.value)"]
    }
    if let layers {
      trace = try trace.selecting(layers)
      if !trace.isWhole { options += ["--layers", layers] }
    }
    return .trace(trace, options: options)
  }

  private func product(_ gemm: String, seed: UInt64) throws -> Workload {
    if let parameter = parameter.first {
      throw CommandError(.usage, "--parameter \(parameter) is given beside --gemm; allowed: with a network")
    }
    if let layers {
      throw CommandError(.usage, "--layers \(layers) is given beside --gemm; allowed: with a trace or a network")
    }
    let product = try SyntheticGEMM(
      GEMMShape.parse(gemm), pattern: pattern, densityA: densityA, patternB: patternB, densityB: densityB, seed: seed)
    var arguments = ["--gemm", "\(product.shape)"]
    if let pattern = product.pattern { arguments += ["--pattern", "\(pattern)"] }
    if let densityA, densityA != 1 { arguments += ["--density-a", "\(densityA)"] }
    if let densityB, densityB != 1 { arguments += ["--density-b", "\(densityB)"] }
    if let patternB = product.patternB { arguments += ["--pattern-b", "\(patternB)"] }
    return .gemm(product, options: arguments)
  }
}
