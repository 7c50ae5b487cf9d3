// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Workloads

/// The layers that one or several runs of a workload have yet to simulate: layer by layer, each in all runs before the next.
///
/// So what runs have in common of a layer, its operands and the product that their results are checked against, is made once, and
/// let go with the layer. Results are taken in this order, however many are simulated at the same time.
struct LayerQueue {
  /// A layer of a run.
  private struct Piece {
    /// Position in the workload.
    let layer: Int
    /// Position in `runs`.
    let run: Int
  }

  /// What became of a piece.
  fileprivate enum Outcome {
    case simulated(SimulatedLayer)
    /// By an error that says nothing of the other runs.
    case failed(any Error)
    /// Left out, because its run had failed.
    case skipped
  }

  /// What a layer's simulation is told, and tells.
  struct Monitor: Sendable {
    fileprivate let pipeline: OrderedPipeline<Outcome>.Monitor
    /// Whether the run failed at an earlier layer.
    fileprivate let runHasFailed: @Sendable () -> Bool

    /// Whether the layer is still wanted.
    var isWanted: Bool { pipeline.isWanted && !runHasFailed() }

    /// Notes how far the layer is; false if it is not wanted any more.
    func update(cycle: Int64, bound: Int64) -> Bool {
      pipeline.update(cycle: cycle, bound: bound) && !runHasFailed()
    }
  }

  private let runs: [SimulationJob]
  /// Whether an error ends no more than the run that it occurs in.
  private let endsOneRun: @Sendable (any Error) -> Bool

  /// - Parameters:
  ///   - runs: runs of one workload; their weights may be pruned to different patterns.
  ///   - endsOneRun: whether an error ends no more than the run that it occurs in; others are thrown.
  init(_ runs: [SimulationJob], endsOneRun: @escaping @Sendable (any Error) -> Bool = { _ in false }) {
    self.runs = runs
    self.endsOneRun = endsOneRun
  }

  /// What the layers will take, for an estimate.
  var work: Double { runs.reduce(0) { $0 + $1.pendingWork } }

  /// Simulates all layers.
  ///
  /// - Parameters:
  ///   - jobs: layers that are simulated at the same time.
  ///   - take: takes a layer of a run, in order.
  ///   - fail: takes the error that ended a run; nothing of the run comes after it.
  /// - Throws: `CancellationError` after a signal; what loading, simulating and checking throw, where it ends all runs; what `take`
  ///   and `fail` throw.
  func simulate(
    jobs: Int, _ interruption: Interruption, _ progress: inout ProgressLine,
    take: (SimulatedLayer, _ run: Int) throws -> Void, fail: (any Error, _ run: Int) throws -> Void
  ) throws {
    defer { progress.clear() }
    let simulations = try simulations(fail)
    let pieces = pieces(of: simulations)
    let pipeline = pipeline(pieces, simulations, jobs: jobs, interruption)
    defer { pipeline.finish() }
    let (names, works) = (runs[0].workload.layerNames, runs.map { $0.workload.work(on: $0.machine) })
    func show(_ running: [OrderedPipeline<Outcome>.Status]) {
      let layers = running.map { status in
        let piece = pieces[status.piece]
        let name = names[piece.layer] + (runs.count > 1 ? " on \(runs[piece.run].machine.values.name)" : "")
        return ProgressLine.Layer(
          index: piece.layer, name: name, work: works[piece.run][piece.layer], cycle: status.cycle, bound: status.bound)
      }
      progress.update(layers, of: names.count)
    }
    var hasFailed = simulations.map { $0 == nil }
    var taken = 0
    while let outcome = try pipeline.next(show) {
      let piece = pieces[taken]
      taken += 1
      progress.finish(work: works[piece.run][piece.layer])
      guard !hasFailed[piece.run] else { continue }
      switch outcome {
      case .simulated(let layer): try take(layer, piece.run)
      case .failed(let error):
        hasFailed[piece.run] = true
        try fail(error, piece.run)
      case .skipped: preconditionFailure("a layer is left out behind the one that failed")
      }
    }
  }

  /// What simulates the layers of each run; nil for a run that fails before its first.
  private func simulations(_ fail: (any Error, _ run: Int) throws -> Void) throws -> [LayerSimulation?] {
    var simulations: [LayerSimulation?] = []
    for (index, run) in runs.enumerated() {
      do {
        simulations.append(try LayerSimulation(run))
      } catch let error where endsOneRun(error) {
        simulations.append(nil)
        try fail(error, index)
      }
    }
    return simulations
  }

  /// What is to be simulated, in order.
  private func pieces(of simulations: [LayerSimulation?]) -> [Piece] {
    let pending = runs.map { Set($0.pending) }
    return runs[0].workload.layerNames.indices.flatMap { layer in
      runs.indices.filter { simulations[$0] != nil && pending[$0].contains(layer) }.map { Piece(layer: layer, run: $0) }
    }
  }

  private func pipeline(
    _ pieces: [Piece], _ simulations: [LayerSimulation?], jobs: Int, _ interruption: Interruption
  ) -> OrderedPipeline<Outcome> {
    let operands = sharedOperands(pieces)
    let failures = FailedRuns()
    return OrderedPipeline(
      count: pieces.count, jobs: jobs, isCancelled: { interruption.signal != nil },
      work: { [endsOneRun] index, monitor in
        let piece = pieces[index]
        guard let simulation = simulations[piece.run] else { preconditionFailure("pieces are of runs that have begun") }
        let runHasFailed = { @Sendable in failures.contains(piece.run, before: index) }
        do {
          let own = Monitor(pipeline: monitor, runHasFailed: runHasFailed)
          return .simulated(try simulation.simulate(piece.layer, sharing: operands[piece.layer], own))
        } catch let error {
          if runHasFailed() { return .skipped }
          guard endsOneRun(error) else { throw error }
          failures.note(piece.run, at: index)
          return .failed(error)
        }
      })
  }

  /// What the runs share of each layer of the workload.
  private func sharedOperands(_ pieces: [Piece]) -> [SharedOperands] {
    let takers = Dictionary(grouping: pieces, by: \.layer)
    return Workload.sharedOperands(of: runs.map(\.workload)) { layer in (takers[layer] ?? []).map(\.run) }
  }
}

/// Runs that failed, and where.
private final class FailedRuns: Sendable {
  private let pieces = Mutex<[Int: Int]>([:])

  func note(_ run: Int, at piece: Int) { pieces.withLock { $0[run] = min(piece, $0[run] ?? piece) } }

  func contains(_ run: Int, before piece: Int) -> Bool { pieces.withLock { ($0[run] ?? .max) < piece } }
}
