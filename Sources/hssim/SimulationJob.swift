// SPDX-License-Identifier: Apache-2.0
import Accelerators
import EnergyArea
import Recording
import Sparsity
import Workloads

/// The layers of a run, one after the other: loaded, simulated, written, let go.
struct SimulationJob {
  /// Where Z goes, besides the database.
  struct ResultFile {
    let path: String
    let isReplacing: Bool
  }

  /// Where the requests to memory go.
  struct MemoryTrace {
    let path: String
    let format: DRAMTraceFormat
    let isReplacing: Bool
  }

  let workload: Workload
  let machine: any Machine
  /// Activations kept of each block of 8, where they are pruned.
  var keptActivations: Int?
  let pricing: Pricing
  let against: Comparison?
  let description: RunDescription
  let database: RunDatabase
  /// Position among the database's runs.
  var run = 0
  let result: ResultFile?
  let memoryTrace: MemoryTrace?

  /// Simulates what the database does not hold yet.
  ///
  /// - Returns: what is to be said of layers beyond what the database holds in columns.
  /// - Throws: `CancellationError` after a signal; what loading, simulating and checking throw; `RecordingError` where
  ///   the database cannot be written.
  @discardableResult
  func simulate(_ interruption: Interruption) throws -> [String] {
    var progress = ProgressLine(layers: description.layers)
    defer { progress.clear() }
    var requests: [DRAMTraceLine] = []
    var remarks: [String] = []
    let products = try simulateLayers(interruption, &progress, &requests, &remarks)
    if let memoryTrace {
      try TextFile.write(
        DRAMTraceFile(lines: requests).text(memoryTrace.format), to: memoryTrace.path,
        replacing: memoryTrace.isReplacing)
    }
    if let result { try TensorFile.write(products, to: result.path, replacing: result.isReplacing) }
    return remarks
  }

  /// Runs `body` and finishes the database.
  ///
  /// - Throws: `Interrupted` after a signal, the database staying at its last finished layer, to be resumed; what
  ///   `body` throws, the runs being marked as failed; `RecordingError` where the database cannot be written.
  static func conclude(
    _ database: RunDatabase, layers: [Int], _ interruption: Interruption, _ body: () throws -> Void
  ) throws {
    do {
      try body()
      try database.finish()
    } catch is CancellationError {
      let finished = layers.indices.reduce(0) { $0 + database.completedLayers(run: $1).count }
      try database.close()
      throw Interrupted(
        signal: interruption.signal ?? 0, finishedLayers: finished, layers: layers.reduce(0, +), path: database.path)
    } catch let error as RecordingError {
      throw error
    } catch let error as WorkloadError where error.kind != .content {
      // The surroundings are at fault, not the run: it may go on later.
      try database.close()
      throw error
    } catch {
      try database.fail("\(error)")
      throw error
    }
  }

  /// - Parameter requests: takes in what memory was asked for, where that is wanted; each layer's clocks go on from the
  ///   last request of the layer before.
  /// - Returns: Z of every layer where a result file is wanted, else nothing.
  private func simulateLayers(
    _ interruption: Interruption, _ progress: inout ProgressLine, _ requests: inout [DRAMTraceLine],
    _ remarks: inout [String]
  ) throws -> [(name: String, tensor: WritableTensor)] {
    var products: [(name: String, tensor: WritableTensor)] = []
    let completed = database.completedLayers(run: run)
    for (index, name) in workload.layerNames.enumerated() {
      // The file holds neither Z nor requests: a layer of an earlier attempt is simulated again for them.
      let isWritten = completed.contains(index)
      guard !isWritten || result != nil || memoryTrace != nil else { continue }
      guard interruption.signal == nil else { throw CancellationError() }
      progress.begin(layer: index, name: name)
      let layer = try workload.layer(index, seed: description.seed)
      var outcome = try machine.simulate(
        layer,
        options: LayerOptions(
          recordsSpans: description.recordLevel != .summary, recordsMemoryRequests: memoryTrace != nil,
          keptActivations: keptActivations)
      ) { cycle, bound in
        progress.update(cycle: cycle, bound: bound)
        return interruption.signal == nil
      }
      if let removed = outcome.removedActivationNorm, let keptActivations {
        let percent = (removed * 10_000).rounded() / 100
        remarks.append(
          "\(name): pruning activations to \(keptActivations):8 removed \(percent) % of operand B's squared norm")
      }
      if !isWritten {
        if against == .dense { try addDenseRun(of: layer, to: &outcome, interruption) }
        let costs = try pricing.apply(to: &outcome.summary, &outcome.statistics, of: outcome.inventory)
        try database.write(
          layer: outcome.summary, statistics: outcome.statistics, costs: costs, layerIndex: index, run: run)
      }
      let start = requests.last.map { $0.clock + 1 } ?? 0
      for request in outcome.memoryRequests {
        requests.append(
          DRAMTraceLine(clock: start + request.clock, address: request.address, isWrite: request.isWrite))
      }
      if result != nil {
        products.append((name, .int32(Tensor(shape: [layer.m, layer.n], elements: outcome.z))))
      }
    }
    return products
  }

  /// Enters what the layer takes without its pattern; a layer that runs dense is its own comparison.
  private func addDenseRun(
    of layer: GEMMLayer, to outcome: inout LayerOutcome, _ interruption: Interruption
  ) throws {
    var dense = outcome
    if layer.declaredPattern != nil || layer.declaredActivationPattern != nil {
      let options = LayerOptions(keptActivations: keptActivations)
      dense = try machine.simulate(layer.withoutPattern, options: options) { _, _ in interruption.signal == nil }
    }
    _ = try pricing.apply(to: &dense.summary, &dense.statistics, of: dense.inventory)
    outcome.summary.denseRunCycles = dense.summary.cycles
    outcome.summary.denseRunAttojoules = dense.summary.energyAttojoules
  }
}
