// SPDX-License-Identifier: Apache-2.0
import Accelerators
import Foundation
import Recording
import Sparsity
import Workloads

/// What is simulated: the layers of a trace, or one random product.
enum Workload {
  /// A trace or network, and the options that decide what of it, as they would be typed.
  case trace(LayerTrace, options: [String])
  /// A product, and the options that made it, as they would be typed.
  case gemm(SyntheticGEMM, options: [String])

  /// The name that results and the default file carry.
  var name: String {
    switch self {
    case .trace(let trace, _): trace.name
    case .gemm(let product, _): "gemm-\(product.shape)"
    }
  }

  var layerNames: [String] {
    switch self {
    case .trace(let trace, _): trace.layers.map(\.name)
    case .gemm: ["gemm"]
    }
  }

  /// Multiplications of every layer that a machine cannot skip by its pattern: what a layer's time is about proportional to.
  func work(on machine: any Machine) -> [Double] {
    func work(_ shape: GEMMShape, _ pattern: Pattern?) -> Double {
      Double(shape.m * shape.k * shape.n) * machine.executedPattern(for: pattern ?? .dense).density.value
    }
    switch self {
    case .trace(let trace, _): return trace.layers.map { work($0.shape, $0.declaredPattern) }
    case .gemm(let product, _): return [work(product.shape, product.pattern)]
    }
  }

  /// Whether a layer takes its activations from another one's output.
  var hasChains: Bool {
    if case .trace(let trace, _) = self { trace.layers.contains { $0.chainedSource != nil } } else { false }
  }

  /// The same with weights pruned to what a machine exploits, where they can be.
  func pruned(for machine: any Machine) -> Workload {
    switch self {
    case .trace(let trace, let options):
      .trace(
        trace.replacingLayers { layer in
          layer.declaredPattern.map { layer.pruned(machine.pruning(for: $0)) } ?? layer
        }, options: options)
    case .gemm(let product, let options):
      .gemm(product.pattern.map { product.pruned(machine.pruning(for: $0)) } ?? product, options: options)
    }
  }

  /// The files that are read.
  var inputs: [String] {
    switch self {
    case .trace(let trace, _): [trace.path] + trace.tensorFiles
    case .gemm: []
    }
  }

  /// The words of a command that name the workload. A trace goes by its file name: where it lies is no part of it.
  var arguments: [String] {
    switch self {
    case .trace(let trace, let options): [(trace.path as NSString).lastPathComponent] + options
    case .gemm(_, let options): options
    }
  }

  /// One layer by itself; what it takes from others is computed without being simulated.
  func layer(_ index: Int, seed: UInt64) throws -> GEMMLayer {
    switch self {
    case .gemm(let product, _): return product.layer()
    case .trace(let trace, _):
      let layer = trace.layers[index]
      guard let source = layer.chainedSource else { return try layer.load(seed: seed, taking: nil) }
      let outputs = try ChainedOutputs(trace, layers: [index], seed: seed)
      return try layer.load(seed: seed, taking: try outputs.take(source) { true })
    }
  }

  /// What the runs of workloads that are the same but for their weights share of each layer.
  ///
  /// - Parameter takers: the positions of the workloads that will load the layer at an index.
  static func sharedOperands(of workloads: [Workload], takers: (_ layer: Int) -> [Int]) -> [SharedOperands] {
    switch workloads[0] {
    case .trace(let first, _):
      let layers = workloads.map { if case .trace(let trace, _) = $0 { trace.layers } else { [] as [TraceLayer] } }
      return first.layers.indices.map { layer in SharedOperands(takers(layer).map { layers[$0][layer] }) }
    case .gemm:
      let products = workloads.compactMap { if case .gemm(let product, _) = $0 { product } else { nil } }
      return [SharedOperands(takers(0).map { products[$0] })]
    }
  }

  /// Finds the mistakes that only values show, in all layers but the first, which is loaded before any file is made.
  ///
  /// Looking costs little beside simulating, and a mistake in the last layer should not come after hours. Random values have none.
  func checkValues() throws(WorkloadError) {
    guard case .trace(let trace, _) = self else { return }
    for layer in trace.layers.dropFirst() { try layer.checkStoredValues() }
  }

  /// Takes in everything that decides the operands, but for the seed.
  func combine(into hash: inout StableHash) throws(WorkloadError) {
    switch self {
    case .trace(let trace, let options):
      hash.combine("trace")
      for path in [trace.path] + trace.tensorFiles { try hash.combine(contentsOf: path) }
      for option in options { hash.combine(option) }
    case .gemm(_, let options):
      hash.combine("gemm")
      for option in options { hash.combine(option) }
    }
  }
}

extension StableHash {
  /// Takes in a file's bytes, eight at a time, and their number.
  fileprivate mutating func combine(contentsOf path: String) throws(WorkloadError) {
    let bytes: Data
    do {
      bytes = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
    } catch {
      throw WorkloadError(.missing, file: path, "cannot be read")
    }
    bytes.withUnsafeBytes { bytes in
      let whole = bytes.count & ~7
      for offset in stride(from: 0, to: whole, by: 8) {
        combine(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
      }
      var rest: UInt64 = 0
      for offset in whole..<bytes.count { rest = rest << 8 | UInt64(bytes[offset]) }
      combine(rest)
      combine(UInt64(bytes.count))
    }
  }
}
