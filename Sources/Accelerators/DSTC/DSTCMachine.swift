// SPDX-License-Identifier: Apache-2.0
import Hardware
import SimulationKernel
import Sparsity
import Statistics
import Workloads

/// A DSTC machine. It skips every zero of both operands, whatever pattern is declared.
public struct DSTCMachine: Machine {
  public let specification: DSTCSpecification
  /// The mapping of every layer, where the user pinned one.
  public let mapping: LoopMapping?

  public init(_ specification: DSTCSpecification, mapping: LoopMapping? = nil) {
    self.specification = specification
    self.mapping = mapping
  }

  public var values: ParameterValues { specification.values }
  public var memory: MemoryModel { specification.memory }
  public var lanes: Int { specification.lanes }
  public var pricedBits: [String: Int] { specification.pricedBits }
  public var supportedPatterns: String { "any, by its zeros" }

  /// Every pattern runs as it is.
  public func executedPattern(for declared: Pattern) -> Pattern { declared }

  /// Zeros may be anywhere: as many as the pattern has.
  public func pruning(for declared: Pattern) -> WeightPruning {
    declared.density < .one ? .unstructured(density: declared.density.value) : .dense
  }

  public func simulate(
    _ layer: GEMMLayer, options: LayerOptions, progress: (_ cycle: Int64, _ bound: Int64) -> Bool
  ) throws -> LayerOutcome {
    let reference = try ReferenceProduct.multiply(
      Tensor(shape: [layer.m, layer.k], elements: layer.a),
      bColumns: Tensor(shape: [layer.n, layer.k], elements: layer.bTransposed)
    ).elements
    let prepared = try DSTCLayer(layer, reference: reference, on: specification, pinned: mapping)
    let simulation = Simulation(perturbation: options.perturbation)
    let core = simulation.addClock("core", period: Femtoseconds((1e6 / specification.clockGHz).rounded()))
    let requests = options.recordsMemoryRequests ? MemoryRequestRecorder() : nil
    let figure = DSTC(in: core, specification, prepared, observer: requests)
    let spans = options.recordsSpans ? SpanRecorder() : nil
    simulation.activityObserver = spans
    try simulation.start()
    let slice = Cycle(65_536)
    while try simulation.run(through: (core.cycle + slice) * core.period) == .reachedLimit {
      guard progress(core.cycle, prepared.mapping.estimate.boundCycles) else { throw CancellationError() }
    }
    simulation.closeAccounts()
    let cycles = core.cycle + 1
    for array in figure.arrays { array.closeLedger(cycles: cycles) }
    var statistics = statistics(of: prepared, figure: figure, simulation: simulation, cycles: cycles)
    statistics.spans = spans?.spans ?? []
    let z = prepared.result.elements
    let check = LayerCheck(
      layer, z: z, stored: prepared.storedResult(specification), reference: reference,
      requantisation: prepared.requantisation, outputWidth: prepared.outputWidth, statistics: statistics,
      links: simulation.linkAccounts)
    statistics.resultHash = check.resultHash
    try check.run()
    return LayerOutcome(
      summary: summary(of: prepared, statistics: statistics), statistics: statistics, inventory: figure.inventory,
      z: z, requantisation: prepared.requantisation, memoryRequests: requests?.lines ?? [])
  }

  private func statistics(
    of prepared: DSTCLayer, figure: DSTC, simulation: Simulation, cycles: Int64
  ) -> LayerStatistics {
    var statistics = LayerStatistics(simulation)
    let buses: Set<String> = [figure.networkA.name, figure.networkB.name]
    for index in statistics.links.indices where buses.contains(statistics.links[index].sender) {
      statistics.links[index].widthBytes = Int64(specification.values.integer("noc.bytes_per_cycle"))
    }
    let names = simulation.components.map(\.name)
    statistics.ledger = Ledger(
      lanes: Int64(specification.lanes), cycles: cycles,
      entries: figure.arrays.flatMap { $0.ledgerEntries(names: names) })
    statistics.actions = figure.reporting.flatMap(\.actionCounts)
    statistics.dram = figure.memory.channelStatistics()
    // Known before the run is what a mapping must move at least; known now is what it moved.
    let busyCycles = Int64(Double(figure.memory.busyTime()) * specification.clockGHz / 1e6)
    statistics.bounds = prepared.mapping.estimate.bounds.map { bound in
      bound.kind == "dram_bandwidth" ? Bound(kind: bound.kind, cycles: busyCycles) : bound
    }
    return statistics
  }

  private func summary(of prepared: DSTCLayer, statistics: LayerStatistics) -> LayerSummary {
    let layer = prepared.layer
    let ledger = statistics.ledger
    let active = [Cause.effectual, .paddingShape, .paddingPattern]
    return LayerSummary(
      layer: layer.name, design: specification.values.name,
      pattern: (layer.declaredPattern ?? .dense).description, patternExecuted: "C(unstructured)",
      m: Int64(layer.m), n: Int64(layer.n), k: Int64(layer.k), lanes: ledger.lanes, cycles: ledger.cycles,
      macsEffectual: ledger.laneCycles(of: .effectual),
      laneCyclesActive: active.reduce(0) { $0 + ledger.laneCycles(of: $1) },
      dramReadBytes: statistics.dram.reduce(0) { $0 + $1.readBytes },
      dramWriteBytes: statistics.dram.reduce(0) { $0 + $1.writeBytes }, clockGHz: specification.clockGHz,
      verified: true, mapping: prepared.mapping.loopNestText(specification))
  }
}
