// SPDX-License-Identifier: Apache-2.0

/// A field of a DRAM specification that cannot be.
public struct DRAMSpecificationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The field as a configuration spells it, e.g. `timing.nFAW`.
  public var field: String
  public var value: String
  public var allowed: String

  public init(field: String, value: String, allowed: String) {
    self.field = field
    self.value = value
    self.allowed = allowed
  }

  public var description: String { "\(field): \(value) is not allowed; allowed: \(allowed)" }
}

/// The policies of a controller.
public struct DRAMControllerSpecification: Equatable, Sendable {
  /// How requests wait and are chosen.
  public enum Policy: String, CaseIterable, Sendable {
    /// Transaction queues feed one command queue per bank, scanned round robin; writes drain in batches.
    case bankQueues = "dramsim3-like"
    /// One read and one write buffer, scanned by age, with a buffer of requests whose row is being opened.
    case sharedBuffers = "ramulator-like"
  }

  public enum Scheduler: String, CaseIterable, Sendable {
    /// The oldest request of the buffer, and no other.
    case fcfs
    /// The oldest request whose next command is legal now.
    case frfcfs
    /// As `frfcfs`, but a precharge never closes a row that an older request of the buffer still hits.
    case frfcfsRowHit = "frfcfs-rowhit"
  }

  public enum RowPolicy: String, CaseIterable, Sendable {
    /// A row stays open until another one or a refresh needs its bank.
    case open
    /// Every column command precharges its bank.
    case closed
  }

  public enum Refresh: String, CaseIterable, Sendable {
    case none
    /// REFab to all ranks every nREFI.
    case allBank = "all-bank"
    /// REFab to one rank after the other, every nREFI / ranks.
    case staggered = "all-bank-staggered"
    /// REFpb to one bank after the other, every nREFI / banks of a rank.
    case perBank = "per-bank"
  }

  public var policy: Policy
  public var scheduler: Scheduler
  public var rowPolicy: RowPolicy
  public var refresh: Refresh
  /// Entries of the read queue or buffer.
  public var readQueue: Int
  /// Entries of the write buffer.
  public var writeQueue: Int
  /// Writes are preferred from more than this many buffered ones on. The bank queues always start at a full buffer
  /// and also, with this many, when no command waits.
  public var writeHighWatermark: Int
  /// The shared buffers return to reads with fewer than this many buffered writes; the bank queues drain what was
  /// there at the start.
  public var writeLowWatermark: Int
  /// Commands of one bank queue; bank queues only.
  public var bankQueue: Int
  /// Column commands after which a row may be closed although a waiting command hits it; bank queues only.
  public var rowHitLimit: Int

  public init(
    policy: Policy, scheduler: Scheduler = .frfcfs, rowPolicy: RowPolicy = .open, refresh: Refresh = .allBank,
    readQueue: Int = 32, writeQueue: Int = 32, writeHighWatermark: Int, writeLowWatermark: Int = 1,
    bankQueue: Int = 8, rowHitLimit: Int = 4
  ) {
    self.policy = policy
    self.scheduler = scheduler
    self.rowPolicy = rowPolicy
    self.refresh = refresh
    self.readQueue = readQueue
    self.writeQueue = writeQueue
    self.writeHighWatermark = writeHighWatermark
    self.writeLowWatermark = writeLowWatermark
    self.bankQueue = bankQueue
    self.rowHitLimit = rowHitLimit
  }

  /// A count as a configuration knows it.
  public struct Field: Sendable {
    public let name: String
    public let path: WritableKeyPath<DRAMControllerSpecification, Int> & Sendable
    public let unit: String
    /// What it is, in one sentence.
    public let meaning: String
    /// The only policy that has it; nil for all.
    public let onlyPolicy: Policy?

    init(
      _ name: String, _ path: WritableKeyPath<DRAMControllerSpecification, Int> & Sendable, unit: String,
      only policy: Policy? = nil, _ meaning: String
    ) {
      self.name = name
      self.path = path
      self.unit = unit
      self.meaning = meaning
      onlyPolicy = policy
    }

    /// Whether a controller of a policy has it.
    public func applies(to policy: Policy) -> Bool { onlyPolicy == nil || onlyPolicy == policy }
  }

  /// Every count.
  public static let fields: [Field] = [
    Field("read_queue", \.readQueue, unit: "requests", "Entries of the read queue or buffer."),
    Field("write_queue", \.writeQueue, unit: "requests", "Entries of the write buffer."),
    Field(
      "write_high_watermark", \.writeHighWatermark, unit: "requests",
      "Writes are preferred with more than this many buffered (docs/dram.md)."),
    Field(
      "write_low_watermark", \.writeLowWatermark, unit: "requests", only: .sharedBuffers,
      "Reads are preferred again with fewer buffered writes than this; ramulator-like only."),
    Field(
      "bank_queue", \.bankQueue, unit: "commands", only: .bankQueues,
      "Commands of a bank queue; dramsim3-like only."),
    Field(
      "row_hit_limit", \.rowHitLimit, unit: "commands", only: .bankQueues,
      "Column commands after which a row may be closed although a hit waits; dramsim3-like only."),
  ]

  /// Writes that one channel may hold back after it acknowledged them.
  public func bufferedWrites(organisation: DRAMOrganisation) -> Int {
    switch policy {
    case .bankQueues: writeQueue + organisation.banksPerChannel * bankQueue
    case .sharedBuffers: 0
    }
  }

  /// The commands that a controller of this kind ever sends.
  var usedCommands: DRAMCommandSet {
    var used: DRAMCommandSet = [.activate, .precharge]
    used.formUnion(rowPolicy == .open ? [.read, .write] : [.readAuto, .writeAuto])
    switch refresh {
    case .none: break
    case .allBank, .staggered: used.formUnion([.prechargeAll, .refreshAll])
    case .perBank: used.insert(.refreshBank)
    }
    return used
  }

  func validate() throws(DRAMSpecificationError) {
    func require(
      _ field: String, _ value: Int, _ range: ClosedRange<Int>
    ) throws(DRAMSpecificationError) {
      guard range.contains(value) else {
        throw DRAMSpecificationError(
          field: "controller.\(field)", value: "\(value)", allowed: "\(range.lowerBound) to \(range.upperBound)")
      }
    }
    try require("read_queue", readQueue, 1...4096)
    try require("write_queue", writeQueue, 1...4096)
    try require("write_high_watermark", writeHighWatermark, 0...writeQueue - 1)
    switch policy {
    case .bankQueues:
      try require("bank_queue", bankQueue, 1...4096)
      try require("row_hit_limit", rowHitLimit, 1...1_000_000)
      guard scheduler == .frfcfs else {
        throw DRAMSpecificationError(
          field: "controller.scheduler", value: scheduler.rawValue, allowed: "frfcfs with policy \(policy.rawValue)")
      }
    case .sharedBuffers:
      // With 0 the write mode would never end.
      try require("write_low_watermark", writeLowWatermark, 1...writeHighWatermark + 1)
    }
  }
}

/// A DRAM and its controller: everything that a configuration file says.
///
/// Valid by construction: the initialiser throws where a field or a combination makes no sense.
public struct DRAMSpecification: Equatable, Sendable {
  public let name: String
  public let organisation: DRAMOrganisation
  public let timing: DRAMTiming
  public let commandBus: DRAMCommandBus
  public let addressMapping: DRAMAddressMapping
  public let controller: DRAMControllerSpecification

  /// - Throws: `DRAMSpecificationError` with the field, its value and what is allowed.
  public init(
    name: String, organisation: DRAMOrganisation, timing: DRAMTiming, commandBus: DRAMCommandBus = .shared,
    addressMapping: String, controller: DRAMControllerSpecification
  ) throws(DRAMSpecificationError) {
    try organisation.validate()
    try timing.validate()
    try controller.validate()
    if controller.refresh == .perBank {
      guard timing.nRFCpb > 0 else {
        throw DRAMSpecificationError(
          field: "timing.nRFCpb", value: "\(timing.nRFCpb)", allowed: "more than 0 where controller.refresh is per-bank"
        )
      }
      let interval = timing.nREFI / organisation.banksPerRank
      guard interval > max(timing.nRFCpb, timing.nPBR2PBR) else {
        throw DRAMSpecificationError(
          field: "timing.nREFI", value: "\(timing.nREFI)",
          allowed: "more than \(organisation.banksPerRank) x max(nRFCpb, nPBR2PBR), or per-bank refresh never ends")
      }
    }
    self.name = name
    self.organisation = organisation
    self.timing = timing
    self.commandBus = commandBus
    self.addressMapping = try DRAMAddressMapping(addressMapping, organisation: organisation)
    self.controller = controller
  }

  /// Bytes per clock that the data buses of all channels can carry.
  public var peakBytesPerClock: Double {
    Double(organisation.channels * organisation.pseudoChannels * organisation.transactionBytes) / Double(timing.nBL)
  }

  /// Peak bandwidth over all channels.
  public var peakGBPerSecond: Double { peakBytesPerClock / Double(timing.clockPicoseconds) * 1000 }

  /// Gigabytes (1e9) per second of a number of bytes in a number of clocks; 0 for no clocks.
  public func gigabytesPerSecond(bytes: Int64, clocks: Int64) -> Double {
    clocks == 0 ? 0 : Double(bytes) * 1000 / (Double(clocks) * Double(timing.clockPicoseconds))
  }
}
