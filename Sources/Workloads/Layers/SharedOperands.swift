// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The operands of one layer while several designs run it: read, drawn and pruned once for all that want the same values.
///
/// Every taker loads the layer once. What nobody else will want is not kept, so that takers whose weights all differ hold no more
/// memory than they would alone.
public final class SharedOperands: Sendable {
  private struct Loaded {
    let weights: OperandSource
    /// What operand B was made of, where it is another layer's output.
    let output: LayerOutput?
    let layer: GEMMLayer
  }

  private struct State {
    /// The weights of those that have yet to come.
    var takers: [OperandSource]
    /// One for each weights that will be wanted again.
    var layers: [Loaded] = []
    /// The operand B that was made last, which the next one may want.
    var activations: (output: LayerOutput?, vectors: OperandVectors)?
    var loadCount = 0

    mutating func leave(_ weights: OperandSource) {
      guard let place = takers.firstIndex(of: weights) else { preconditionFailure("a taker comes once") }
      takers.remove(at: place)
    }

    /// Lets go of what no taker will want.
    mutating func forget() {
      layers.removeAll { !takers.contains($0.weights) }
      if takers.isEmpty { activations = nil }
    }
  }

  private let state: Mutex<State>

  /// Operands of a layer of a trace.
  ///
  /// - Parameter takers: the layer as each design has it; all are the same but for their weights.
  public convenience init(_ takers: [TraceLayer]) { self.init(weights: takers.map(\.weights)) }

  /// Operands of a random product.
  ///
  /// - Parameter takers: the product as each design has it; all are the same but for operand A.
  public convenience init(_ takers: [SyntheticGEMM]) { self.init(weights: takers.map(\.weights)) }

  private init(weights: [OperandSource]) { state = Mutex(State(takers: weights)) }

  /// How many layers with values of their own were made.
  public var loadCount: Int { state.withLock(\.loadCount) }

  /// How many takers have yet to come.
  public var takerCount: Int { state.withLock(\.takers.count) }

  /// The layer for one of the takers.
  ///
  /// - Parameters:
  ///   - output: what operand B is made of, where it is another layer's output; differs where weights before it do.
  ///   - make: makes the layer of operands A and B, each given where it is there already.
  func take(
    _ weights: OperandSource, _ output: LayerOutput?,
    _ make: (_ a: [Int16]?, _ activations: OperandVectors?) throws(WorkloadError) -> GEMMLayer
  ) throws(WorkloadError) -> GEMMLayer {
    try state.withLock { state throws(WorkloadError) in
      state.leave(weights)
      let known = state.layers.first { $0.weights == weights }
      if let known, known.output == output {
        state.forget()
        return known.layer
      }
      let activations = state.activations.flatMap { $0.output == output ? $0.vectors : nil }
      let layer = try make(known?.layer.a, activations)
      state.loadCount += 1
      state.layers.removeAll { $0.weights == weights }
      state.layers.append(Loaded(weights: weights, output: output, layer: layer))
      state.activations = (output, layer.activations)
      state.forget()
      return layer
    }
  }

  /// Says that a taker will not come.
  public func withdraw(_ taker: TraceLayer) {
    state.withLock { state in
      state.leave(taker.weights)
      state.forget()
    }
  }
}
