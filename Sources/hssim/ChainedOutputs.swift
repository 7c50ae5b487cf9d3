// SPDX-License-Identifier: Apache-2.0
import Foundation
import Workloads

/// The outputs that layers of a trace take their activations from, kept until the last taker has them.
///
/// The output of a layer that is simulated in this run comes from its simulation. That of one which an earlier attempt
/// simulated, or which is not simulated at all, comes from the untimed product: every run's Z is checked against it, element
/// by element, so the two are the same.
///
/// Unchecked: everything that changes is behind `condition`.
final class ChainedOutputs: @unchecked Sendable {
  private let condition = NSCondition()
  private let trace: LayerTrace
  private let seed: UInt64
  private var outputs: [Int: LayerOutput] = [:]
  /// How many layers of this run have yet to take an output, by place in the file.
  private var takers: [Int: Int] = [:]

  /// - Parameter layers: positions in `trace.layers` of what is simulated in this run.
  /// - Throws: `WorkloadError`, or `ReferenceProductError` where an output that is computed here does not fit.
  init(_ trace: LayerTrace, layers: [Int], seed: UInt64) throws {
    self.trace = trace
    self.seed = seed
    let simulated = Set(layers.map { trace.layers[$0].index })
    for layer in layers { if let source = trace.layers[layer].chainedSource { takers[source, default: 0] += 1 } }
    // A source stands before what takes from it, so each chain is computed from its beginning. What a computed output takes
    // itself is computed too, although the run may simulate it: that would come too late.
    var computed: [Int: LayerOutput] = [:]
    for source in takers.keys.sorted() where !simulated.contains(source) {
      var chain = [source]
      while let first = chain.last, let earlier = trace.layer(at: first).chainedSource { chain.append(earlier) }
      for place in chain.reversed() where computed[place] == nil {
        let layer = trace.layer(at: place)
        var input: LayerOutput?
        if let earlier = layer.chainedSource { input = computed[earlier] }
        computed[place] = try LayerOutput(of: try layer.load(seed: seed, taking: input))
      }
      outputs[source] = computed[source]
    }
  }

  /// Whether a layer of this run takes the output of the layer at `place`.
  func isWanted(_ place: Int) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    return takers[place] != nil
  }

  /// Enters what a simulated layer put out.
  func enter(_ output: LayerOutput, of place: Int) {
    condition.lock()
    outputs[place] = output
    condition.broadcast()
    condition.unlock()
  }

  /// The output of the layer at `place`, once it is there.
  ///
  /// - Throws: `CancellationError` when `isWanted` says no.
  func take(_ place: Int, while isWanted: () -> Bool) throws -> LayerOutput {
    condition.lock()
    defer { condition.unlock() }
    while true {
      if let output = outputs[place] {
        takers[place, default: 1] -= 1
        if takers[place] == 0 {
          takers[place] = nil
          outputs[place] = nil
        }
        return output
      }
      guard isWanted() else { throw CancellationError() }
      _ = condition.wait(until: Date(timeIntervalSinceNow: 0.05))
    }
  }
}
