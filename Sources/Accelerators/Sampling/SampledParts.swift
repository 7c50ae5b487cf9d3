// SPDX-License-Identifier: Apache-2.0
import Sparsity
import Statistics
import Workloads

/// Which share of a layer is simulated, and by which draw.
public struct SampleRequest: Sendable {
  /// The share of the layer's units that is wanted: more than 0 and less than 1.
  public let fraction: Double
  /// Seed of the choice.
  public let seed: UInt64
  /// The layer's position in its workload: every layer has a draw of its own.
  public let layer: Int

  public init(fraction: Double, seed: UInt64, layer: Int) {
    self.fraction = fraction
    self.seed = seed
    self.layer = layer
  }

  /// Apart from the streams of the layer's operands, which are numbered from 0.
  var random: SplitMix64 { SplitMix64(seed: seed, stream: UInt64(bitPattern: Int64(layer)), 2) }
}

/// The parts of a layer that were simulated in its place, each as a layer by itself, and what makes the layer's counts of theirs.
public struct SampledParts: Sendable {
  /// A part, for a price table.
  public struct Part: Sendable {
    public var summary: LayerSummary
    public var statistics: LayerStatistics
    let first: Int
  }

  /// The first units, then of each segment the part with it and the part without.
  public let parts: [Part]
  /// Share of Z's elements that were simulated, each counted once.
  public let fraction: Double
  let estimate: SampleEstimate
  /// Cycles by which the estimate was raised to what memory takes.
  var raisedCycles: Int64 = 0

  /// The sample, as the database keeps it.
  ///
  /// - Parameter attojoules: energies of the parts; nil where no table was applied.
  public func sample(attojoules: [Int64]?) -> LayerSample {
    let cycles = parts.map(\.summary.cycles)
    return LayerSample(
      fraction: fraction,
      parts: parts.indices.map { index in
        let (part, weight) = (parts[index], estimate.weights[index])
        return LayerSample.Part(
          first: Int64(part.first), rows: part.summary.m, columns: part.summary.n, weight: weight,
          cycles: part.summary.cycles, attojoules: attojoules?[index], eventHash: part.statistics.eventHash,
          resultHash: part.statistics.resultHash)
      },
      cycles: estimate.uncertainty(cycles.map(Double.init), resolution: 1, raised: raisedCycles),
      attojoules: attojoules.map { estimate.uncertainty($0.map(Double.init), resolution: 0) })
  }
}

extension Machine {
  /// Simulates a share of `layer` and estimates the rest; as a whole where parts would not be less work.
  ///
  /// Every part is a layer by itself, from reset, walked as the whole would be, checked like any other. Spans, state hashes,
  /// messages and requests are recorded of layers that are simulated as a whole only.
  ///
  /// - Throws: as `simulate` of a whole layer.
  public func simulate(
    _ layer: GEMMLayer, sample: SampleRequest, options: LayerOptions, progress: (_ cycle: Int64, _ bound: Int64) -> Bool
  ) throws -> LayerOutcome {
    let outline = try outline(of: layer)
    let units = outline.walk.units
    var random = sample.random
    let plan = SamplePlan(
      extents: units.extents, settling: outline.walk.settlingUnits, fraction: sample.fraction, random: &random)
    guard let plan else {
      return try simulate(layer, options: options, progress: progress)
    }
    let starts = units.extents.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
    func extent(_ units: Range<Int>) -> Int { starts[units.upperBound] - starts[units.lowerBound] }
    let bound = outline.bounds.map(\.cycles).max() ?? 0
    let work = plan.parts.map(extent)
    let allWork = work.reduce(0, +)
    var doneWork = 0
    var outcomes: [LayerOutcome] = []
    for (part, ownWork) in zip(plan.parts, work) {
      let chosen = starts[part.lowerBound]..<starts[part.upperBound]
      let piece =
        units.dimension == .rows
        ? layer.part(rows: chosen, columns: 0..<layer.n) : layer.part(rows: 0..<layer.m, columns: chosen)
      var partOptions = options.withoutRecording
      partOptions.walk = outline.walk.part(part)
      // The whole's progress is its bound times the share of the work that is done.
      var outcome = try simulate(piece, options: partOptions) { cycle, partBound in
        let share = min(1, Double(cycle) / Double(max(1, partBound)))
        let done = (Double(doneWork) + share * Double(ownWork)) / Double(allWork)
        return progress(Int64(done * Double(bound)), bound)
      }
      outcome.z = []
      outcomes.append(outcome)
      doneWork += ownWork
    }
    let strata = plan.segments.map {
      SampleEstimate.Stratum(extent: extent($0.stratum), segment: extent($0.units))
    }
    let seen = plan.seen.reduce(0) { $0 + units.extents[$1] }
    let parts = SampledParts(
      parts: zip(plan.parts, outcomes).map { part, outcome in
        SampledParts.Part(
          summary: outcome.summary, statistics: outcome.statistics, first: starts[part.lowerBound])
      },
      fraction: Double(seen) / Double(starts[units.extents.count]), estimate: SampleEstimate(strata: strata))
    return whole(layer, outline, parts, like: outcomes[0])
  }

  private func whole(
    _ layer: GEMMLayer, _ outline: LayerOutline, _ sample: SampledParts, like base: LayerOutcome
  ) -> LayerOutcome {
    let (statistics, raised) = sample.estimate.statistics(sample.parts.map(\.statistics), bounds: outline.bounds)
    var sample = sample
    sample.raisedCycles = raised
    var outcome = base
    outcome.statistics = statistics
    outcome.sampledParts = sample
    outcome.summary.m = Int64(layer.m)
    outcome.summary.n = Int64(layer.n)
    outcome.summary.cycles = statistics.ledger.cycles
    outcome.summary.macsEffectual = statistics.ledger.laneCycles(of: .effectual)
    let active = [Cause.effectual, .ineffectualBZero, .ineffectualAZero, .paddingShape, .paddingPattern]
    outcome.summary.laneCyclesActive = active.reduce(0) { $0 + statistics.ledger.laneCycles(of: $1) }
    outcome.summary.dramReadBytes = statistics.dram.reduce(0) { $0 + $1.readBytes }
    outcome.summary.dramWriteBytes = statistics.dram.reduce(0) { $0 + $1.writeBytes }
    outcome.summary.mapping = outline.mappingText
    return outcome
  }
}
