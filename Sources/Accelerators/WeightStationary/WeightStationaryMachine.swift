// SPDX-License-Identifier: Apache-2.0
import Hardware
import SimulationKernel
import Sparsity
import Statistics
import Workloads

/// A machine of the weight-stationary family.
public struct WeightStationaryMachine: Machine {
  public let specification: WeightStationarySpecification
  /// The mapping of every layer, where the user pinned one.
  public let mapping: LoopMapping?

  public init(_ specification: WeightStationarySpecification, mapping: LoopMapping? = nil) {
    self.specification = specification
    self.mapping = mapping
  }

  public var values: ParameterValues { specification.values }
  public var memory: MemoryModel { specification.memory }
  public var lanes: Int { specification.lanes }
  public var pricedBits: [String: Int] { specification.pricedBits }

  public var supportedPatterns: String {
    specification.design.supportedPatterns
  }

  public func pruning(for declared: Pattern) -> WeightPruning { specification.design.rule.pruning(for: declared) }

  public func executedPattern(for declared: Pattern) -> Pattern {
    specification.design.executedPattern(for: declared)
  }

  public func outline(of layer: GEMMLayer) throws -> LayerOutline {
    try MappedLayer(layer, on: specification, pinned: mapping).outline(of: layer, on: specification)
  }

  public func session(_ layer: GEMMLayer, options: LayerOptions) throws -> LayerSession {
    let reference = try layer.referenceProduct()
    let prepared = try PreparedLayer(
      layer, reference: reference, on: specification, pinned: mapping, walk: options.walk)
    let simulation = Simulation(perturbation: options.perturbation, leaps: options.leaps)
    let core = simulation.addClock("core", period: Femtoseconds((1e6 / specification.clockGHz).rounded()))
    let requests = options.recordsMemoryRequests ? MemoryRequestRecorder() : nil
    let made =
      options.isolated.map { WeightStationarySpecification($0.values, part: $0.memoryPart) } ?? specification
    let figure = WeightStationaryFigure(in: core, made, prepared, observer: requests)
    return try LayerSession(
      core, boundCycles: prepared.mapping.estimate.boundCycles, result: prepared.result, arrays: figure.arrays,
      options: options, requests: requests
    ) { [self] records in
      for array in figure.arrays { array.closeLedger(cycles: records.cycles) }
      return try outcome(of: prepared, figure: figure, simulation: simulation, records, reference: reference)
    }
  }

  private func outcome(
    of prepared: PreparedLayer, figure: WeightStationaryFigure, simulation: Simulation,
    _ records: LayerSession.Records, reference: [Int32]
  ) throws -> LayerOutcome {
    var statistics = LayerStatistics(simulation)
    let widths = figure.pacedWidths(specification.network)
    for index in statistics.links.indices where statistics.links[index].widthBytes == 0 {
      statistics.links[index].widthBytes = widths[statistics.links[index].sender] ?? 0
    }
    let names = simulation.components.map(\.name)
    statistics.spans = records.spans
    statistics.stateHashes = records.stateHashes
    statistics.messages = records.messages
    statistics.ledger = Ledger(
      lanes: Int64(specification.lanes), cycles: records.cycles,
      entries: figure.arrays.flatMap {
        $0.ledgerEntries(names: names, narrow: specification.narrowWays(wordBytes: prepared.wordBytes))
      })
    statistics.actions = figure.reporting.flatMap(\.actionCounts)
    statistics.dram = figure.memory.channelStatistics()
    // Known before the run is what a mapping must move at least; known now is what it moved.
    let busyCycles = Int64(Double(figure.memory.busyTime()) * specification.clockGHz / 1e6)
    statistics.bounds = prepared.mapping.estimate.bounds.map { bound in
      bound.kind == "dram_bandwidth" ? Bound(kind: bound.kind, cycles: busyCycles) : bound
    }
    let z = prepared.result.elements
    let check = LayerCheck(prepared, z: z, reference: reference, statistics: statistics, links: simulation.linkAccounts)
    statistics.resultHash = check.resultHash
    try check.run()
    return LayerOutcome(
      summary: summary(of: prepared, statistics: statistics), statistics: statistics, inventory: figure.inventory,
      z: z, requantisation: prepared.requantisation, memoryRequests: records.memoryRequests)
  }

  private func summary(
    of prepared: PreparedLayer, statistics: LayerStatistics
  ) -> LayerSummary {
    let layer = prepared.layer
    let ledger = statistics.ledger
    let active = [Cause.effectual, .ineffectualBZero, .ineffectualAZero, .paddingShape, .paddingPattern]
    return LayerSummary(
      layer: layer.name, design: specification.values.name,
      pattern: (layer.declaredPattern ?? .dense).description, patternExecuted: prepared.executed.description,
      m: Int64(layer.m), n: Int64(layer.n), k: Int64(layer.k), lanes: ledger.lanes, cycles: ledger.cycles,
      macsEffectual: ledger.laneCycles(of: .effectual),
      laneCyclesActive: active.reduce(0) { $0 + ledger.laneCycles(of: $1) },
      dramReadBytes: statistics.dram.reduce(0) { $0 + $1.readBytes },
      dramWriteBytes: statistics.dram.reduce(0) { $0 + $1.writeBytes }, clockGHz: specification.clockGHz,
      verified: true,
      mapping: LoopNestText(
        prepared.mapping, positions: prepared.windowPositions, operandB: prepared.executedB,
        specification: specification
      ).description)
  }
}
