// SPDX-License-Identifier: Apache-2.0
import Hardware
import SimulationKernel
import Statistics
import Workloads

/// A layer on a machine between reset and its end: it runs to any cycle, is saved and goes back.
///
///     let session = try machine.session(layer, options: LayerOptions(recordsSpans: true))
///     _ = try session.run(through: 1000)
///     let checkpoint = session.checkpoint()
///     let outcome = try session.finish()
///     session.restore(checkpoint)   // at cycle 1000 again
///
/// Not for concurrent use.
public final class LayerSession {
  public let simulation: Simulation
  /// The clock that cycles count.
  public let core: ClockDomain
  /// Cycles that the layer takes at least, by the mapping's bounds.
  public let boundCycles: Int64
  /// Z as far as it is known.
  public let result: ResultMatrix
  /// The arrays that form Z's products.
  public let arrays: [any ProductTracing]

  private let spans: SpanRecorder?
  private let requests: MemoryRequestRecorder?
  private let hashes: StateHashRecorder?
  private var messages: MessageRecorder?
  private var watchdog: Watchdog
  private var nextLook: Cycle
  /// Links by which memory takes results.
  private let resultLinks: [Int]
  /// The last cycle of which all edges were processed.
  private var reached: Cycle = -1
  private let conclude: (Records) throws -> LayerOutcome

  /// What observers kept of a run, for its outcome.
  struct Records {
    var spans = ActivityLog()
    var memoryRequests: [DRAMTraceLine] = []
    var stateHashes: [StateHashWindow] = []
    var messages = MessageLog()
    var cycles: Cycle
  }

  /// Takes over a simulation whose boxes are wired, and starts it.
  ///
  /// - Parameters:
  ///   - requests: what the memory tells of its requests, where that is wanted.
  ///   - conclude: closes the ledgers of a finished run, and checks and sums it up.
  init(
    _ core: ClockDomain, boundCycles: Int64, result: ResultMatrix, arrays: [any ProductTracing], options: LayerOptions,
    requests: MemoryRequestRecorder?, conclude: @escaping (Records) throws -> LayerOutcome
  ) throws {
    simulation = core.simulation
    self.core = core
    self.boundCycles = boundCycles
    self.result = result
    self.arrays = arrays
    self.requests = requests
    self.conclude = conclude
    spans = options.recordsSpans ? SpanRecorder(components: core.simulation.components.count) : nil
    hashes = options.recordsStateHashes ? StateHashRecorder() : nil
    watchdog = Watchdog(limit: options.watchdogCycles)
    nextLook = watchdog.nextLook(after: -1)
    let memory = core.simulation.linkAccounts
    resultLinks = memory.indices.filter { memory[$0].receiver == "DRAM" && memory[$0].name.hasSuffix(".writes") }
    simulation.activityObserver = spans
    if let isolated = options.isolated { simulation.isolate(isolated.components) }
    try simulation.start()
    messages = try options.recordedMessages.map { try MessageRecorder($0, in: simulation) }
  }

  /// Runs all edges up to and in `cycle` of the core's clock, or to the end.
  ///
  /// - Throws: `Deadlock`, or `Livelock` where nothing retired for long.
  public func run(through cycle: Cycle) throws -> Simulation.Outcome {
    while reached < cycle {
      let stop = min(
        cycle, hashes?.windowEnd ?? .max, messages?.boundary(after: reached) ?? .max, nextLook)
      let isWatched = messages?.covers(reached + 1) ?? false
      let outcome = isWatched ? try runWatched(through: stop) : try simulation.run(through: stop * core.period)
      if outcome == .finished {
        hashes?.close(simulation, isLast: true)
        return .finished
      }
      if hashes?.windowEnd == stop { hashes?.close(simulation) }
      reached = stop
      if reached == nextLook {
        nextLook = watchdog.nextLook(after: reached)
        try watchdog.look(simulation, retired: retired, at: reached)
      }
    }
    return .reachedLimit
  }

  /// What has retired: operands that arrays took, and lines of results that memory took.
  private var retired: Int64 {
    arrays.reduce(0) { $0 + $1.takenSteps }
      + resultLinks.reduce(0) { $0 + simulation.traffic(onLink: $1).received }
  }

  /// Runs edge by edge, so that what moves on the links can be taken down.
  private func runWatched(through cycle: Cycle) throws -> Simulation.Outcome {
    messages?.begin(simulation)
    let limit = cycle * core.period
    while let edge = simulation.isStopped ? nil : simulation.nextEdge() {
      guard edge <= limit else { return .reachedLimit }
      let outcome = try simulation.run(through: edge)
      // An edge between two of the core's belongs to the later.
      let position = (edge + core.period - 1) / core.period
      messages?.note(simulation, in: position, period: core.period)
      if outcome == .finished { return .finished }
      guard simulation.nextEdge().map({ $0 > position * core.period }) ?? true else { continue }
      if messages?.stops(behind: position) ?? false { break }
    }
    return try simulation.run(through: limit)
  }

  /// Sums up and checks a run that has ended; `restore` undoes it.
  ///
  /// - Throws: `LayerFailure` where a check failed.
  public func finish() throws -> LayerOutcome {
    simulation.closeAccounts()
    return try conclude(
      Records(
        spans: spans?.spans ?? ActivityLog(), memoryRequests: requests?.lines ?? [], stateHashes: hashes?.windows ?? [],
        messages: messages?.recorded ?? MessageLog(), cycles: core.cycle + 1))
  }

  /// The whole state, and how much the observers had been told.
  public struct Checkpoint {
    public let snapshot: Snapshot
    fileprivate let spans: ActivityLog.Mark?
    fileprivate let requestCount: Int
    fileprivate let hashes: StateHashRecorder.Mark
    fileprivate let messages: MessageRecorder?
    fileprivate let reached: Cycle
    fileprivate let watchdog: Watchdog
    fileprivate let nextLook: Cycle
  }

  /// - Parameter earlier: a checkpoint of this session to share memory with.
  public func checkpoint(sharing earlier: Checkpoint? = nil) -> Checkpoint {
    Checkpoint(
      snapshot: simulation.snapshot(sharing: earlier?.snapshot), spans: spans?.spans.mark,
      requestCount: requests?.lines.count ?? 0, hashes: hashes?.mark ?? StateHashRecorder.Mark(),
      messages: messages, reached: reached, watchdog: watchdog, nextLook: nextLook)
  }

  /// Goes back to `checkpoint`; what was recorded since is forgotten.
  ///
  /// - Precondition: the checkpoint is of this session, and of the past.
  public func restore(_ checkpoint: Checkpoint) {
    simulation.restore(checkpoint.snapshot)
    if let mark = checkpoint.spans { spans?.rewind(to: mark) }
    requests?.rewind(to: checkpoint.requestCount)
    hashes?.rewind(to: checkpoint.hashes)
    messages = checkpoint.messages
    reached = checkpoint.reached
    watchdog = checkpoint.watchdog
    nextLook = checkpoint.nextLook
  }
}
