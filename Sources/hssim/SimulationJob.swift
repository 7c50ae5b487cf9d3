// SPDX-License-Identifier: Apache-2.0
import Accelerators
import EnergyArea
import Recording
import SimulationKernel
import Sparsity
import Workloads

/// A run: its layers loaded, simulated, written in order, let go.
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
  /// What of large layers is simulated; nil simulates all.
  var share: SampleOptions.Share?
  let description: RunDescription
  let database: RunDatabase
  /// Position among the database's runs.
  var run = 0
  let result: ResultFile?
  let memoryTrace: MemoryTrace?
  /// Layers that are simulated at the same time.
  var jobs = 1
  /// Whether steady streams advance in leaps.
  var leaps = true
  /// Cycles without anything retiring after which a layer is given up.
  var watchdogCycles = LayerOptions.defaultWatchdogCycles

  /// Positions in the workload of what is to be simulated.
  ///
  /// The file holds neither Z nor requests: where they are wanted, layers of an earlier attempt are simulated again.
  var pending: [Int] {
    let completed = database.completedLayers(run: run)
    return workload.layerNames.indices.filter { !completed.contains($0) || result != nil || memoryTrace != nil }
  }

  /// What the pending layers take, for an estimate.
  var pendingWork: Double {
    let work = workload.work(on: machine)
    return pending.reduce(0) { $0 + work[$1] }
  }

  /// Simulates what the database does not hold yet.
  ///
  /// - Returns: what is to be said of layers beyond what the database holds in columns.
  /// - Throws: `CancellationError` after a signal; what loading, simulating and checking throw; `RecordingError` where
  ///   the database cannot be written.
  @discardableResult
  func simulate(_ interruption: Interruption, _ progress: inout ProgressLine) throws -> [String] {
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
      // Where a run hangs is found out by replaying it, for which there must be a file.
      let hangs = error is Deadlock || error is Livelock
      if hangs { try database.begin() }
      try database.fail("\(error)")
      if hangs { throw HangingRun(error: error, path: database.path) }
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
    let names = workload.layerNames
    try LayerQueue([self]).simulate(
      jobs: jobs, interruption, &progress,
      take: { simulated, _ in
        let (index, outcome) = (simulated.index, simulated.outcome)
        if let remark = remark(on: outcome, of: names[index]) { remarks.append(remark) }
        try store(simulated)
        let start = requests.last.map { $0.clock + 1 } ?? 0
        for request in outcome.memoryRequests {
          requests.append(
            DRAMTraceLine(clock: start + request.clock, address: request.address, isWrite: request.isWrite))
        }
        if result != nil {
          let shape = [Int(outcome.summary.m), Int(outcome.summary.n)]
          products.append((names[index], .int32(Tensor(shape: shape, elements: outcome.z))))
        }
      }, fail: { error, _ in throw error })
    return products
  }

  /// Writes a layer into the database, unless it holds it.
  func store(_ simulated: SimulatedLayer) throws {
    guard !database.completedLayers(run: run).contains(simulated.index) else { return }
    let outcome = simulated.outcome
    try database.write(
      layer: outcome.summary, statistics: outcome.statistics, costs: simulated.costs, layerIndex: simulated.index,
      run: run)
  }

  private func remark(on outcome: LayerOutcome, of name: String) -> String? {
    guard let removed = outcome.removedActivationNorm, let keptActivations else { return nil }
    let percent = (removed * 10_000).rounded() / 100
    return "\(name): pruning activations to \(keptActivations):8 removed \(percent) % of operand B's squared norm"
  }
}
