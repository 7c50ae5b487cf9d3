// SPDX-License-Identifier: Apache-2.0
import Hardware
import SimulationKernel
import Sparsity
import Statistics
import Workloads

/// A machine that simulates layers, one at a time, each from reset.
public protocol Machine: Sendable {
  /// The design: its name and all its parameters.
  var values: ParameterValues { get }
  var memory: MemoryModel { get }
  /// MACs of the machine.
  var lanes: Int { get }
  /// The patterns of operand A that the machine exploits, as a phrase.
  var supportedPatterns: String { get }
  /// Bits that a price table's macros are priced at, by macro, where that differs from the part's own width.
  var pricedBits: [String: Int] { get }

  /// Whether the machine can prune activations as they come: `LayerOptions.keptActivations` means something to it.
  var prunesActivations: Bool { get }

  /// How `layer` would be mapped as a whole; nothing is laid out or run.
  ///
  /// - Throws: as `session` does, but for `ReferenceProductError`.
  func outline(of layer: GEMMLayer) throws -> LayerOutline

  /// Prepares `layer` and resets the machine; nothing has run yet.
  ///
  /// - Throws: `PatternViolation` or `ReferenceProductError` where the operands are not what they claim, or
  ///   `MappingError`.
  func session(_ layer: GEMMLayer, options: LayerOptions) throws -> LayerSession

  /// The pattern that A is pruned to, or runs as, where a layer declares `pattern`: the sparsest supported one that
  /// contains it.
  func executedPattern(for declared: Pattern) -> Pattern

  /// What weights are pruned to for this machine where others have `declared`: the pattern itself where it runs at its
  /// own density, else the sparsest that the machine exploits and that keeps no less.
  func pruning(for declared: Pattern) -> WeightPruning
}

extension Machine {
  public var prunesActivations: Bool { false }

  /// Simulates `layer` and checks everything that can be checked about the run.
  ///
  /// - Parameter progress: called now and then with the cycle and the mapping's bound; false abandons the run.
  /// - Throws: `LayerFailure` where a check failed, what `session` throws, `Deadlock`, `Livelock`, or `CancellationError` if
  ///   `progress` said so.
  public func simulate(
    _ layer: GEMMLayer, options: LayerOptions, progress: (_ cycle: Int64, _ bound: Int64) -> Bool
  ) throws -> LayerOutcome {
    let session = try session(layer, options: options)
    let slice = Cycle(65_536)
    var limit = slice
    while try session.run(through: limit) == .reachedLimit {
      limit += slice
      guard progress(session.core.cycle, session.boundCycles) else { throw CancellationError() }
    }
    return try session.finish()
  }

  /// Simulates `layer`, telling nobody how far it is.
  public func simulate(_ layer: GEMMLayer, options: LayerOptions = LayerOptions()) throws -> LayerOutcome {
    try simulate(layer, options: options) { _, _ in true }
  }
}

/// How a layer is simulated; nothing but `keptActivations`, `walk` and `isolated` changes a result.
public struct LayerOptions: Sendable {
  /// Whether every component's activity is kept as spans.
  public var recordsSpans: Bool
  /// Whether the requests that a timed memory takes in are kept.
  public var recordsMemoryRequests: Bool
  /// Whether every component's state is hashed at the end of each window of cycles.
  public var recordsStateHashes: Bool
  /// The messages that are kept; nil keeps none.
  public var recordedMessages: RecordedMessages?
  /// Activations that a machine with dynamic pruning keeps of each block of 8; nil prunes none. It changes operand B, and
  /// so the product.
  public var keptActivations: Int?
  /// How Z's blocks are walked, where the layer is a part of another and is to run as that does; nil maps it by itself.
  public var walk: TileWalk?
  /// Cycles without an array's step or a stored result after which a run is given up as a livelock.
  public var watchdogCycles: Int64
  /// Whether steady streams advance several cycles in one go; off, every component ticks in every cycle.
  public var leaps: Bool
  /// Disturbances for tests.
  public var perturbation: Simulation.Perturbation
  /// The part that runs alone, with other parameters; nil runs the whole machine.
  public var isolated: IsolatedPart?

  public init(
    recordsSpans: Bool = false, recordsMemoryRequests: Bool = false, recordsStateHashes: Bool = false,
    recordedMessages: RecordedMessages? = nil, keptActivations: Int? = nil, walk: TileWalk? = nil,
    watchdogCycles: Int64 = LayerOptions.defaultWatchdogCycles, leaps: Bool = true,
    perturbation: Simulation.Perturbation = Simulation.Perturbation()
  ) {
    self.recordsSpans = recordsSpans
    self.recordsMemoryRequests = recordsMemoryRequests
    self.recordsStateHashes = recordsStateHashes
    self.recordedMessages = recordedMessages
    self.keptActivations = keptActivations
    self.walk = walk
    self.watchdogCycles = watchdogCycles
    self.leaps = leaps
    self.perturbation = perturbation
  }

  /// The same run, of which nothing is recorded.
  public var withoutRecording: LayerOptions {
    var options = self
    options.recordsSpans = false
    options.recordsMemoryRequests = false
    options.recordsStateHashes = false
    options.recordedMessages = nil
    return options
  }

  /// Components that run alone, made with other parameters, on the layer as the machine prepared it.
  public struct IsolatedPart: Sendable {
    public var components: Set<String>
    public var values: ParameterValues
    /// The part that `dram.part` names.
    public var memoryPart: DRAMSpecification?

    public init(components: Set<String>, values: ParameterValues, memoryPart: DRAMSpecification?) {
      self.components = components
      self.values = values
      self.memoryPart = memoryPart
    }
  }

  /// More than the slowest memory needs to fill the largest buffer.
  public static let defaultWatchdogCycles: Int64 = 1 << 22
}

/// What simulating a layer yields.
public struct LayerOutcome: Sendable {
  public var summary: LayerSummary
  public var statistics: LayerStatistics
  /// What the machine was built of, for a price table.
  public var inventory: Inventory
  /// Z, exact, row-major [M, N].
  public var z: [Int32]
  /// The scale that the result was requantised with, given or chosen.
  public var requantisation: Requantisation
  /// The lines that a timed memory was asked for, in its clock, where they were recorded.
  public var memoryRequests: [DRAMTraceLine] = []
  /// Share of operand B's squared norm that pruning removed, where it was pruned.
  public var removedActivationNorm: Double?
  /// The parts that were simulated, where the layer was not as a whole: `z` is empty then, and activity in time unknown.
  public var sampledParts: SampledParts?
}

extension HardwareRule {
  /// What weights are pruned to for hardware of this rule where others have `declared`.
  func pruning(for declared: Pattern) -> WeightPruning {
    if executedPattern(for: declared).density == declared.density {
      return declared.density < .one ? .pattern(declared) : .dense
    }
    let near = degrees.filter { $0.density >= declared.density }.min { $0.density < $1.density }
    guard let near, near.density < .one else { return .dense }
    return .pattern(near.pattern)
  }
}
