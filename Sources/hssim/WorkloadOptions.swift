// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Workloads

/// What is simulated: a layer trace, or a random product.
struct WorkloadOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("The layer trace.", valueName: "trace.yaml"))
  var trace: String?

  @Option(help: ArgumentHelp("A random product Z[M,N] = A[M,K] x B[K,N] instead of a trace.", valueName: "MxKxN"))
  var gemm: String?

  @Option(help: ArgumentHelp("With --gemm: exactly G of H of A at every rank, such as '2:4' or 'C1(4:6)->C0(2:4)'."))
  var pattern: String?

  @Option(help: ArgumentHelp("With --gemm: share of A's values that are not 0, anywhere.", valueName: "d"))
  var densityA: Double?

  @Option(help: ArgumentHelp("With --gemm: share of B's values that are not 0, anywhere. (default: 1)", valueName: "d"))
  var densityB: Double?

  @Option(help: ArgumentHelp("With --gemm: exactly G of H of B at every rank, along K.", valueName: "pattern"))
  var patternB: String?

  /// - Throws: `CommandError` or `WorkloadError` naming the option or the place in the trace.
  func workload(seed: UInt64) throws -> Workload {
    let options = [
      ("--pattern", pattern), ("--density-a", densityA.map { "\($0)" }), ("--density-b", densityB.map { "\($0)" }),
      ("--pattern-b", patternB),
    ].compactMap { name, value in value.map { (name, $0) } }
    switch (trace, gemm) {
    case (nil, nil): throw CommandError(.usage, "there is nothing to simulate; allowed: a trace, or --gemm MxKxN")
    case (.some, .some): throw CommandError(.usage, "--gemm is given beside a trace; allowed: one of the two")
    case (let trace?, nil):
      if let (name, value) = options.first {
        throw CommandError(.usage, "\(name) \(value) is given without --gemm; a trace has patterns of its own")
      }
      return .trace(try LayerTrace(path: trace))
    case (nil, let gemm?):
      let product = try SyntheticGEMM(
        GEMMShape.parse(gemm), pattern: pattern, densityA: densityA, patternB: patternB, densityB: densityB, seed: seed)
      // Spelt canonically, so that two ways to say the same are the same run.
      var arguments = ["--gemm", "\(product.shape)"]
      if let pattern = product.pattern { arguments += ["--pattern", "\(pattern)"] }
      if let densityA, densityA != 1 { arguments += ["--density-a", "\(densityA)"] }
      if let densityB, densityB != 1 { arguments += ["--density-b", "\(densityB)"] }
      if let patternB = product.patternB { arguments += ["--pattern-b", "\(patternB)"] }
      return .gemm(product, options: arguments)
    }
  }
}
