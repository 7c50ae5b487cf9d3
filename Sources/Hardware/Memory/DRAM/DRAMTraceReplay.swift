// SPDX-License-Identifier: Apache-2.0

/// One access of a memory trace.
public struct DRAMTraceAccess: Equatable, Sendable {
  /// The first clock at which it may be offered.
  public var clock: Int64
  /// Byte address of its line.
  public var address: UInt64
  public var isWrite: Bool

  public init(clock: Int64, address: UInt64, isWrite: Bool) {
    self.clock = clock
    self.address = address
    self.isWrite = isWrite
  }
}

/// Drives the channels of a DRAM with a memory trace, alone, as a processor with an endless appetite would.
///
/// Each clock the memory ticks once, then up to `injectPerClock` transactions are offered in trace order; the first
/// refusal ends the clock, and none is offered before its clock. A line of several transactions becomes as many
/// requests with rising addresses. The replay ends with the clock in which the last request is acknowledged.
public struct DRAMTraceReplay: Sendable {
  public let specification: DRAMSpecification
  public let injectPerClock: Int
  /// Bytes that one access of the trace stands for.
  public let lineBytes: Int
  /// Whether clocks that change nothing are left out; the results are the same.
  public let skipsIdleClocks: Bool
  public let recordsCommands: Bool
  /// The command timelines of the last run, per channel; empty unless recorded.
  public private(set) var commands: [[DRAMIssuedCommand]] = []
  /// Clock of each transaction's completion in the last run, in trace order.
  public private(set) var doneClocks: [Int64] = []

  /// - Throws: `DRAMSpecificationError` where a line is no whole number of transactions.
  public init(
    _ specification: DRAMSpecification, injectPerClock: Int = 1, lineBytes: Int = 64, skipsIdleClocks: Bool = true,
    recordsCommands: Bool = false
  ) throws(DRAMSpecificationError) {
    let transaction = specification.organisation.transactionBytes
    guard lineBytes > 0, lineBytes % transaction == 0 else {
      throw DRAMSpecificationError(
        field: "line_bytes", value: "\(lineBytes)", allowed: "a positive multiple of \(transaction), the transaction")
    }
    guard injectPerClock > 0 else {
      throw DRAMSpecificationError(field: "inject_per_clock", value: "\(injectPerClock)", allowed: "1 or more")
    }
    self.specification = specification
    self.injectPerClock = injectPerClock
    self.lineBytes = lineBytes
    self.skipsIdleClocks = skipsIdleClocks
    self.recordsCommands = recordsCommands
  }

  /// Replays a trace from reset.
  public mutating func run(_ trace: [DRAMTraceAccess]) -> DRAMReplayStatistics {
    let mapping = specification.addressMapping
    let perLine = lineBytes / specification.organisation.transactionBytes
    let count = trace.count * perLine
    let controllers = (0..<specification.organisation.channels).map { _ in
      DRAMController(specification, recordsCommands: recordsCommands)
    }
    var acceptClocks = [Int64](repeating: 0, count: count)
    var channelOf = [UInt8](repeating: 0, count: count)
    var done = [Int64](repeating: -1, count: count)
    var completed = 0
    var lastDone: Int64 = 0
    var next = 0
    var head = Self.request(0, trace, perLine, mapping)
    var clock: Int64 = 0
    // The departures of the head's channel when it was refused; -1 if it has not been.
    var refusedAt: Int64 = -1

    while completed < count || clock <= lastDone {
      for channel in controllers.indices where !skipsIdleClocks || controllers[channel].nextInterestingClock <= clock {
        controllers[channel].tick(clock)
      }
      var offered = 0
      // Where the driver itself must come back: the next access's clock, or the next clock after a full one.
      var driverClock = Int64.max
      while let request = head {
        guard offered < injectPerClock else {
          driverClock = clock + 1
          break
        }
        guard trace[next / perLine].clock <= clock else {
          driverClock = trace[next / perLine].clock
          break
        }
        let channel = Int(request.place.channel)
        let departures = controllers[channel].departures
        guard departures != refusedAt, controllers[channel].canAccept(request) else {
          refusedAt = departures
          break
        }
        refusedAt = -1
        controllers[channel].accept(request, at: clock)
        acceptClocks[next] = clock
        channelOf[next] = UInt8(channel)
        offered += 1
        next += 1
        head = Self.request(next, trace, perLine, mapping)
      }
      var wake = driverClock
      for channel in controllers.indices {
        controllers[channel].drainCompletions { completion in
          done[completion.tag] = completion.clock
          lastDone = max(lastDone, completion.clock)
          completed += 1
        }
        wake = min(wake, controllers[channel].nextInterestingClock)
      }
      if completed == count { wake = min(wake, lastDone + 1) }
      precondition(wake < .max, "Requests wait and no command will ever be sent.")
      clock = skipsIdleClocks ? wake : clock + 1
    }
    commands = controllers.map(\.commands)
    doneClocks = done
    return summary(trace, perLine, controllers, acceptClocks, channelOf, done)
  }

  private static func request(
    _ index: Int, _ trace: [DRAMTraceAccess], _ perLine: Int, _ mapping: DRAMAddressMapping
  ) -> DRAMRequest? {
    guard index / perLine < trace.count else { return nil }
    let access = trace[index / perLine]
    return mapping.request(
      address: access.address, offset: UInt64(index % perLine), isWrite: access.isWrite, tag: index)
  }

  private func summary(
    _ trace: [DRAMTraceAccess], _ perLine: Int, _ controllers: [DRAMController], _ acceptClocks: [Int64],
    _ channelOf: [UInt8], _ done: [Int64]
  ) -> DRAMReplayStatistics {
    var statistics = DRAMReplayStatistics()
    statistics.requests = Int64(done.count)
    statistics.lastAccept = acceptClocks.last ?? 0
    var latencies = [[Int64]](repeating: [], count: controllers.count)
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for index in done.indices {
      for byte in 0..<8 {
        hash = (hash ^ (UInt64(bitPattern: done[index]) >> UInt64(byte * 8) & 0xff)) &* 0x100_0000_01b3
      }
      guard !trace[index / perLine].isWrite else { continue }
      statistics.lastReadDone = max(statistics.lastReadDone, done[index])
      latencies[Int(channelOf[index])].append(done[index] - acceptClocks[index])
    }
    statistics.doneHash = hash
    statistics.channelLatency = latencies.map { DRAMLatency($0) }
    statistics.latency =
      latencies.count == 1 ? statistics.channelLatency[0] : DRAMLatency(latencies.flatMap { $0 })
    statistics.channels = controllers.map(\.statistics)
    for channel in statistics.channels { statistics.total.add(channel) }
    statistics.gigabytesPerSecond = specification.gigabytesPerSecond(
      bytes: statistics.requests * Int64(specification.organisation.transactionBytes),
      clocks: max(statistics.lastAccept, statistics.lastReadDone))
    return statistics
  }
}
