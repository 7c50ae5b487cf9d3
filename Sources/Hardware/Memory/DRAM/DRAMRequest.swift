// SPDX-License-Identifier: Apache-2.0

/// One transaction for one channel: a burst that is read or written.
public struct DRAMRequest: Equatable, Sendable {
  /// Byte address divided by the transaction's bytes; requests with the same number are to the same data.
  public var transaction: UInt64
  public var place: DRAMAddress
  public var isWrite: Bool
  /// What the owner knows the request by; comes back with the completion.
  public var tag: Int

  public init(transaction: UInt64, place: DRAMAddress, isWrite: Bool, tag: Int) {
    self.transaction = transaction
    self.place = place
    self.isWrite = isWrite
    self.tag = tag
  }
}

extension DRAMAddressMapping {
  /// The request for the transaction that holds a byte, or for the one `offset` transactions after it.
  public func request(address: UInt64, offset: UInt64 = 0, isWrite: Bool, tag: Int) -> DRAMRequest {
    let transaction = address >> transactionShift &+ offset
    return DRAMRequest(
      transaction: transaction, place: decode(transaction: transaction), isWrite: isWrite, tag: tag)
  }
}

/// The end of a request, announced as soon as its clock is certain, which may be before that clock.
public struct DRAMCompletion: Equatable, Sendable {
  public var tag: Int
  /// A read: when its data have arrived. A write: when the controller acknowledges it (writes are posted).
  public var clock: Int64
  public var isWrite: Bool

  public init(tag: Int, clock: Int64, isWrite: Bool) {
    self.tag = tag
    self.clock = clock
    self.isWrite = isWrite
  }
}

/// What a controller counted since clock 0.
public struct DRAMControllerStatistics: Equatable, Sendable {
  public var reads: Int64 = 0
  public var writes: Int64 = 0
  /// Reads answered from a buffered write.
  public var forwardedReads: Int64 = 0
  /// Reads answered by an earlier read of the same data that was still waiting.
  public var mergedReads: Int64 = 0
  /// Writes absorbed by an earlier write of the same data that was still waiting.
  public var mergedWrites: Int64 = 0
  /// Where the row was already open for the request; by the rule of the policy (docs/dram.md).
  public var rowHits: Int64 = 0
  /// Where the bank was closed.
  public var rowMisses: Int64 = 0
  /// Where another row was open.
  public var rowConflicts: Int64 = 0
  /// Commands sent, by `DRAMCommand.rawValue`.
  public var commands = Array(repeating: Int64(0), count: DRAMCommand.allCases.count)

  public init() {}

  public func count(_ command: DRAMCommand) -> Int64 { commands[Int(command.rawValue)] }

  public var activates: Int64 { count(.activate) }
  /// PRE and PREab, each counted once.
  public var precharges: Int64 { count(.precharge) + count(.prechargeAll) }
  /// REFab and REFpb.
  public var refreshes: Int64 { count(.refreshAll) + count(.refreshBank) }

  /// Adds another channel's counts.
  public mutating func add(_ other: DRAMControllerStatistics) {
    reads += other.reads
    writes += other.writes
    forwardedReads += other.forwardedReads
    mergedReads += other.mergedReads
    mergedWrites += other.mergedWrites
    rowHits += other.rowHits
    rowMisses += other.rowMisses
    rowConflicts += other.rowConflicts
    for index in commands.indices { commands[index] += other.commands[index] }
  }
}

/// A request as it waits in a queue.
struct QueuedRequest: BitwiseCopyable {
  var transaction: UInt64
  /// Clock of its acceptance.
  var arrival: Int64
  /// Orders requests of the same arrival; set by the pool that it enters.
  var sequence: Int64 = 0
  var tag: Int
  /// Within the channel.
  var bank: Int32
  var row: Int32
  var column: Int32
  var isWrite: Bool
  /// Whether it has been counted as hit, miss or conflict.
  var isCounted = false

  init(_ request: DRAMRequest, bank: Int, arrival: Int64) {
    transaction = request.transaction
    self.arrival = arrival
    tag = request.tag
    self.bank = Int32(bank)
    row = request.place.row
    column = request.place.column
    isWrite = request.isWrite
  }

  /// What fills an unused place.
  static var unused: QueuedRequest {
    QueuedRequest(
      DRAMRequest(transaction: .max, place: DRAMAddress(), isWrite: false, tag: -1), bank: -1, arrival: .max)
  }

  /// Whether it arrived earlier, or entered the pool earlier in the same clock.
  @inline(__always)
  func isOlder(than other: QueuedRequest) -> Bool {
    arrival != other.arrival ? arrival < other.arrival : sequence < other.sequence
  }
}
