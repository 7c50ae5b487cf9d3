// SPDX-License-Identifier: Apache-2.0
import Hardware
import SimulationKernel
import Sparsity
import Statistics
import Workloads

/// The boxes and wires of a machine whose outputs stay.
protocol StreamFigure {
  var memory: any OffChipMemory { get }
  /// The components that report actions, in the figure's order.
  var reporting: [any ActionReporting] { get }
  /// What the machine is built of, box by box.
  var inventory: Inventory { get }
  /// Bytes per cycle at which a component paces what it sends, by its name.
  var pacedWidths: [String: Int64] { get }

  /// The arrays that form Z's products.
  var multipliers: [any ProductTracing] { get }

  func closeLedgers(cycles: Cycle)
  func ledgerEntries(names: [String]) -> [LedgerEntry]
}

/// A layer made ready for a machine whose outputs stay.
protocol StreamLayer {
  var layer: GEMMLayer { get }
  var estimate: StreamMappingEstimate { get }
  var image: MemoryImage { get }
  var outputLayout: OutputLayout { get }
  var requantisation: Requantisation { get }
  var outputWidth: Requantisation.OutputWidth { get }
  var result: ResultMatrix { get }
  /// The pattern of operand A that the machine exploits.
  var patternExecuted: String { get }
  /// The mapping as a loop nest, a line a level.
  var mappingText: String { get }
  /// Columns of the result in the order in which they were compressed.
  var outputOrder: [(block: Int, column: Int)] { get }
}

/// Resets a machine whose outputs stay for a prepared layer, and checks everything that can be checked about its run.
struct StreamRun {
  let design: String
  let lanes: Int
  let clockGHz: Double
  let options: LayerOptions

  /// - Parameters:
  ///   - reference: the exact product.
  ///   - note: adds to the outcome what the design alone knows.
  ///   - figure: makes the boxes and wires in the core's clock.
  func session(
    _ prepared: some StreamLayer, reference: [Int32], adding note: @escaping (inout LayerOutcome) -> Void = { _ in },
    figure makeFigure: (ClockDomain, (any DRAMRequestObserver)?) -> any StreamFigure
  ) throws -> LayerSession {
    let simulation = Simulation(perturbation: options.perturbation, leaps: options.leaps)
    let core = simulation.addClock("core", period: Femtoseconds((1e6 / clockGHz).rounded()))
    let requests = options.recordsMemoryRequests ? MemoryRequestRecorder() : nil
    let figure = makeFigure(core, requests)
    return try LayerSession(
      core, boundCycles: prepared.estimate.boundCycles, result: prepared.result, arrays: figure.multipliers,
      options: options, requests: requests
    ) { records in
      figure.closeLedgers(cycles: records.cycles)
      var outcome = try outcome(
        of: prepared, figure: figure, simulation: simulation, records, reference: reference)
      note(&outcome)
      return outcome
    }
  }

  private func outcome(
    of prepared: some StreamLayer, figure: any StreamFigure, simulation: Simulation, _ records: LayerSession.Records,
    reference: [Int32]
  ) throws -> LayerOutcome {
    var statistics = statistics(of: prepared, figure: figure, simulation: simulation, cycles: records.cycles)
    statistics.spans = records.spans
    statistics.stateHashes = records.stateHashes
    statistics.messages = records.messages
    let z = prepared.result.elements
    let stored = StoredResult(prepared.outputLayout, order: prepared.outputOrder).read(from: prepared.image)
    let check = LayerCheck(
      prepared.layer, z: z, stored: stored, reference: reference, requantisation: prepared.requantisation,
      outputWidth: prepared.outputWidth, statistics: statistics, links: simulation.linkAccounts)
    statistics.resultHash = check.resultHash
    try check.run()
    return LayerOutcome(
      summary: summary(of: prepared, statistics: statistics), statistics: statistics, inventory: figure.inventory,
      z: z, requantisation: prepared.requantisation, memoryRequests: records.memoryRequests)
  }

  private func statistics(
    of prepared: some StreamLayer, figure: any StreamFigure, simulation: Simulation, cycles: Int64
  ) -> LayerStatistics {
    var statistics = LayerStatistics(simulation)
    let widths = figure.pacedWidths
    for index in statistics.links.indices where statistics.links[index].widthBytes == 0 {
      statistics.links[index].widthBytes = widths[statistics.links[index].sender] ?? 0
    }
    statistics.ledger = Ledger(
      lanes: Int64(lanes), cycles: cycles, entries: figure.ledgerEntries(names: simulation.components.map(\.name)))
    statistics.actions = figure.reporting.flatMap(\.actionCounts)
    statistics.dram = figure.memory.channelStatistics()
    // Known before the run is what a mapping must move at least; known now is what it moved.
    let busyCycles = Int64(Double(figure.memory.busyTime()) * clockGHz / 1e6)
    statistics.bounds = prepared.estimate.bounds.map { bound in
      bound.kind == "dram_bandwidth" ? Bound(kind: bound.kind, cycles: busyCycles) : bound
    }
    return statistics
  }

  private func summary(of prepared: some StreamLayer, statistics: LayerStatistics) -> LayerSummary {
    let layer = prepared.layer
    let ledger = statistics.ledger
    let active = [Cause.effectual, .ineffectualBZero, .ineffectualAZero, .paddingShape, .paddingPattern]
    return LayerSummary(
      layer: layer.name, design: design, pattern: (layer.declaredPattern ?? .dense).description,
      patternExecuted: prepared.patternExecuted, m: Int64(layer.m), n: Int64(layer.n), k: Int64(layer.k),
      lanes: ledger.lanes, cycles: ledger.cycles, macsEffectual: ledger.laneCycles(of: .effectual),
      laneCyclesActive: active.reduce(0) { $0 + ledger.laneCycles(of: $1) },
      dramReadBytes: statistics.dram.reduce(0) { $0 + $1.readBytes },
      dramWriteBytes: statistics.dram.reduce(0) { $0 + $1.writeBytes }, clockGHz: clockGHz, verified: true,
      mapping: prepared.mappingText)
  }
}
