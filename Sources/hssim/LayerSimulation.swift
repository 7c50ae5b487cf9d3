// SPDX-License-Identifier: Apache-2.0
import Accelerators
import EnergyArea
import Recording
import Statistics
import Workloads

/// A layer of a run, simulated and priced.
struct SimulatedLayer: Sendable {
  /// Position in the workload.
  let index: Int
  let outcome: LayerOutcome
  let costs: LayerCosts
}

/// Simulates single layers of a run, on any thread.
struct LayerSimulation: Sendable {
  private let workload: Workload
  private let machine: any Machine
  private let options: LayerOptions
  private let pricing: Pricing
  private let against: Comparison?
  private let share: SampleOptions.Share?
  private let seed: UInt64
  private let outputs: ChainedOutputs?

  /// - Throws: what computing the outputs of others throws, where layers that are to be simulated take those.
  init(_ job: SimulationJob) throws {
    workload = job.workload
    machine = job.machine
    let recordsEvents = job.description.recordLevel == .events
    options = LayerOptions(
      recordsSpans: job.description.recordLevel != .summary, recordsMemoryRequests: job.memoryTrace != nil,
      recordsStateHashes: recordsEvents,
      recordedMessages: recordsEvents ? RecordedMessages(job.description.recordedMessages) : nil,
      keptActivations: job.keptActivations, watchdogCycles: job.watchdogCycles, leaps: job.leaps)
    pricing = job.pricing
    against = job.against
    share = job.share
    seed = job.description.seed
    outputs =
      if case .trace(let trace, _) = workload, workload.hasChains {
        try ChainedOutputs(trace, layers: job.pending, seed: seed)
      } else {
        nil
      }
  }

  /// Simulates the layer at `index` of the workload.
  ///
  /// - Parameter shared: its operands, of whose takers this run is one.
  func simulate(_ index: Int, sharing shared: SharedOperands, _ monitor: LayerQueue.Monitor) throws -> SimulatedLayer {
    let layer = try load(index, shared, monitor)
    guard monitor.isWanted else { throw CancellationError() }
    var outcome = try outcome(of: layer, index, monitor)
    outcome.summary.repeatCount = Int64(layer.repeatCount)
    if case .trace(let trace, _) = workload, let outputs, outputs.isWanted(trace.layers[index].index) {
      outputs.enter(LayerOutput(of: layer, z: outcome.z), of: trace.layers[index].index)
    }
    if against == .dense { try addDenseRun(of: layer, to: &outcome, monitor) }
    let costs = try pricing.apply(to: &outcome.summary, &outcome.statistics, of: outcome.inventory)
    if let sampled = outcome.sampledParts {
      outcome.summary.sample = sampled.sample(attojoules: try energies(of: sampled, outcome.inventory))
    }
    return SimulatedLayer(index: index, outcome: outcome, costs: costs)
  }

  /// The layer simulated as a whole, or a share of it where it is large and one is asked for.
  private func outcome(
    of layer: GEMMLayer, _ index: Int, _ monitor: LayerQueue.Monitor
  ) throws -> LayerOutcome {
    guard let share, layer.denseMACs > share.limit else {
      return try machine.simulate(layer, options: options) { monitor.update(cycle: $0, bound: $1) }
    }
    // By its place in the file: a selection of layers draws what the whole trace draws.
    var place = index
    if case .trace(let trace, _) = workload { place = trace.layers[index].index }
    let request = SampleRequest(fraction: share.fraction, seed: seed, layer: place)
    return try machine.simulate(layer, sample: request, options: options) { monitor.update(cycle: $0, bound: $1) }
  }

  /// Energies of the parts of a sampled layer; nil where no prices are known.
  private func energies(of sampled: SampledParts, _ inventory: Inventory) throws -> [Int64]? {
    var energies: [Int64] = []
    for part in sampled.parts {
      var (summary, statistics) = (part.summary, part.statistics)
      _ = try pricing.apply(to: &summary, &statistics, of: inventory)
      guard let energy = summary.energyAttojoules else { return nil }
      energies.append(energy)
    }
    return energies
  }

  private func load(_ index: Int, _ shared: SharedOperands, _ monitor: LayerQueue.Monitor) throws -> GEMMLayer {
    switch workload {
    case .gemm(let product, _): return try product.layer(sharing: shared)
    case .trace(let trace, _):
      let layer = trace.layers[index]
      do {
        let output = try output(takenBy: layer, monitor)
        return try layer.load(seed: seed, taking: output, sharing: shared)
      } catch is CancellationError {
        // Nothing is to be kept for a layer that will not come.
        shared.withdraw(layer)
        throw CancellationError()
      }
    }
  }

  /// - Throws: `CancellationError` where the layer is not wanted any more.
  private func output(takenBy layer: TraceLayer, _ monitor: LayerQueue.Monitor) throws -> LayerOutput? {
    guard monitor.isWanted else { throw CancellationError() }
    guard let source = layer.chainedSource, let outputs else { return nil }
    return try outputs.take(source) { monitor.isWanted }
  }

  /// Enters what the layer takes without its pattern; a layer that runs dense is its own comparison.
  private func addDenseRun(
    of layer: GEMMLayer, to outcome: inout LayerOutcome, _ monitor: LayerQueue.Monitor
  ) throws {
    var dense = outcome
    if layer.declaredPattern != nil || layer.declaredActivationPattern != nil {
      dense = try machine.simulate(layer.withoutPattern, options: options.withoutRecording) { _, _ in monitor.isWanted }
    }
    _ = try pricing.apply(to: &dense.summary, &dense.statistics, of: dense.inventory)
    outcome.summary.denseRunCycles = dense.summary.cycles
    outcome.summary.denseRunAttojoules = dense.summary.energyAttojoules
  }
}
