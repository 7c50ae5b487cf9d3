// SPDX-License-Identifier: Apache-2.0

/// A component of the simulated design, as the statistics know it.
public struct ComponentStatistics: Equatable, Sendable {
  /// Hierarchical name, e.g. `PEArray[2]`.
  public var name: String
  /// The name of its clock domain, e.g. `core`.
  public var clockDomain: String
  /// Femtoseconds of a cycle.
  public var clockPeriod: Int64
  /// Length of its layer in its own clock.
  public var cycles: Int64
  /// Cycles per kind of activity; they sum to `cycles`.
  public var busyCycles: Int64
  public var starvedCycles: Int64
  public var backpressuredCycles: Int64
  public var idleCycles: Int64

  public init(
    name: String, clockDomain: String, clockPeriod: Int64, cycles: Int64, busyCycles: Int64, starvedCycles: Int64,
    backpressuredCycles: Int64, idleCycles: Int64
  ) {
    self.name = name
    self.clockDomain = clockDomain
    self.clockPeriod = clockPeriod
    self.cycles = cycles
    self.busyCycles = busyCycles
    self.starvedCycles = starvedCycles
    self.backpressuredCycles = backpressuredCycles
    self.idleCycles = idleCycles
  }
}

/// A link of the simulated design, as the statistics know it.
public struct LinkStatistics: Equatable, Sendable {
  /// Name, e.g. `GLB.operandB->VFMU.rows`.
  public var name: String
  public var sender: String
  public var receiver: String
  /// Cycles from send to arrival of a message that fits the width.
  public var latencyCycles: Int64
  /// Bytes per cycle; 0 where a message of any size takes one cycle.
  public var widthBytes: Int64
  /// Number of messages that the link holds.
  public var capacity: Int64
  public var messages: Int64
  public var bytesSent: Int64
  public var bytesReceived: Int64
  /// Cycles in which the receiver waited for this link.
  public var starvedCycles: Int64
  /// Cycles in which the sender waited for this link.
  public var backpressuredCycles: Int64

  public init(
    name: String, sender: String, receiver: String, latencyCycles: Int64, widthBytes: Int64, capacity: Int64,
    messages: Int64, bytesSent: Int64, bytesReceived: Int64, starvedCycles: Int64, backpressuredCycles: Int64
  ) {
    self.name = name
    self.sender = sender
    self.receiver = receiver
    self.latencyCycles = latencyCycles
    self.widthBytes = widthBytes
    self.capacity = capacity
    self.messages = messages
    self.bytesSent = bytesSent
    self.bytesReceived = bytesReceived
    self.starvedCycles = starvedCycles
    self.backpressuredCycles = backpressuredCycles
  }
}

/// How often a component did something that costs energy.
public struct ActionCount: Equatable, Sendable {
  public var component: String
  /// The action's name, e.g. `data_read`; a component publishes every action it can do, also those it did not.
  public var action: String
  public var count: Int64
  /// Bits moved or processed by one action.
  public var bits: Int64
  /// Whether the action exists only because sparsity is supported.
  public var isSparsityTax: Bool
  /// The HSS rank that causes a tax; nil where none does.
  public var rank: Int?

  public init(component: String, action: String, count: Int64, bits: Int64, isSparsityTax: Bool, rank: Int? = nil) {
    self.component = component
    self.action = action
    self.count = count
    self.bits = bits
    self.isSparsityTax = isSparsityTax
    self.rank = rank
  }
}

/// A number of cycles that no run of a layer may beat.
public struct Bound: Equatable, Sendable {
  /// What bounds the run: `compute`, `hss_closed_form`, `glb_port`, `noc`, `dram_bandwidth`, `compulsory_traffic`.
  public var kind: String
  public var cycles: Int64

  public init(kind: String, cycles: Int64) {
    self.kind = kind
    self.cycles = cycles
  }
}

/// Traffic and latency of one DRAM channel over a layer, in its own clock.
public struct DRAMStatistics: Equatable, Sendable {
  public var channel: Int = 0
  public var requests: Int64 = 0
  public var reads: Int64 = 0
  public var writes: Int64 = 0
  public var readBytes: Int64 = 0
  public var writeBytes: Int64 = 0
  public var cycles: Int64 = 0
  public var bandwidthGBPerSecond: Double = 0
  public var latencyMean: Double = 0
  public var latencyP50: Int64 = 0
  public var latencyP99: Int64 = 0
  public var latencyMax: Int64 = 0
  /// Row outcomes and commands; nil where the model has no rows (`dram.model: ideal`).
  public var rowHits: Int64?
  public var rowMisses: Int64?
  public var rowConflicts: Int64?
  public var activates: Int64?
  public var precharges: Int64?
  public var refreshes: Int64?

  public init() {}
}

/// Everything that one simulated layer leaves behind, without its values.
public struct LayerStatistics: Equatable, Sendable {
  public var components: [ComponentStatistics] = []
  public var links: [LinkStatistics] = []
  /// Empty unless spans were recorded.
  public var spans = ActivityLog()
  public var ledger = Ledger(lanes: 0, cycles: 0, entries: [])
  /// In order of time; empty unless they were recorded.
  public var stateHashes: [StateHashWindow] = []
  /// Empty unless events were recorded.
  public var messages = MessageLog()
  public var actions: [ActionCount] = []
  public var bounds: [Bound] = []
  public var dram: [DRAMStatistics] = []
  /// Composable hash over all messages: link, send time, ordinal.
  public var eventHash: UInt64 = 0
  /// Hash over the values of Z, exact and requantised.
  public var resultHash: UInt64 = 0

  public init() {}
}

/// What `layer_summary` says of a layer beyond its statistics.
public struct LayerSummary: Equatable, Sendable {
  /// The layer's name in the trace; unique.
  public var layer: String
  public var design: String
  /// The pattern the weights are declared to have.
  public var pattern: String
  /// The pattern the design ran it by.
  public var patternExecuted: String
  /// GEMM shape, unpadded.
  public var m: Int64
  public var n: Int64
  public var k: Int64
  public var lanes: Int64
  public var cycles: Int64
  /// Multiplications with both operands non-zero.
  public var macsEffectual: Int64
  /// Lane-cycles doing a MAC, effectual or not.
  public var laneCyclesActive: Int64
  public var dramReadBytes: Int64
  public var dramWriteBytes: Int64
  /// Cycles of the same layer run dense, where that was really simulated.
  public var denseRunCycles: Int64?
  /// Energy of that run in integer attojoules.
  public var denseRunAttojoules: Int64?
  /// Energy in integer attojoules and whole-chip area in 1e-6 um^2; nil where no table was applied.
  public var energyAttojoules: Int64?
  public var areaMicroSquareMicrons: Int64?
  public var clockGHz: Double
  /// Whether Z equals the reference product in every element, and ledger and bounds hold.
  public var verified: Bool
  /// The mapping as a loop nest, a line a level.
  public var mapping: String
  /// How often the network runs the layer; all other numbers are of one run.
  public var repeatCount: Int64
  /// What the numbers are estimated from; nil where the layer was simulated as a whole, and they are exact.
  public var sample: LayerSample?

  public init(
    layer: String, design: String, pattern: String, patternExecuted: String, m: Int64, n: Int64, k: Int64,
    lanes: Int64, cycles: Int64, macsEffectual: Int64, laneCyclesActive: Int64, dramReadBytes: Int64,
    dramWriteBytes: Int64, denseRunCycles: Int64? = nil, denseRunAttojoules: Int64? = nil,
    energyAttojoules: Int64? = nil,
    areaMicroSquareMicrons: Int64? = nil, clockGHz: Double, verified: Bool, mapping: String,
    repeatCount: Int64 = 1, sample: LayerSample? = nil
  ) {
    self.layer = layer
    self.design = design
    self.pattern = pattern
    self.patternExecuted = patternExecuted
    self.m = m
    self.n = n
    self.k = k
    self.lanes = lanes
    self.cycles = cycles
    self.macsEffectual = macsEffectual
    self.laneCyclesActive = laneCyclesActive
    self.dramReadBytes = dramReadBytes
    self.dramWriteBytes = dramWriteBytes
    self.denseRunCycles = denseRunCycles
    self.denseRunAttojoules = denseRunAttojoules
    self.energyAttojoules = energyAttojoules
    self.areaMicroSquareMicrons = areaMicroSquareMicrons
    self.clockGHz = clockGHz
    self.verified = verified
    self.mapping = mapping
    self.repeatCount = repeatCount
    self.sample = sample
  }
}
