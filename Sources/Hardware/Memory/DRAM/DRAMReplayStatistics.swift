// SPDX-License-Identifier: Apache-2.0

/// What a replay of a memory trace measured, in driver clocks.
public struct DRAMReplayStatistics: Equatable, Sendable {
  /// Transactions; a line of several counts several times.
  public var requests: Int64 = 0
  /// Clock of the last accepted request.
  public var lastAccept: Int64 = 0
  /// Clock of the last read completion; 0 without reads.
  public var lastReadDone: Int64 = 0
  /// Gigabytes (1e9) per second over max(lastAccept, lastReadDone) clocks.
  public var gigabytesPerSecond: Double = 0
  /// Clocks from the acceptance of a read to its data.
  public var latency = DRAMLatency()
  /// Counters of all channels together.
  public var total = DRAMControllerStatistics()
  /// Counters per channel.
  public var channels: [DRAMControllerStatistics] = []
  /// Latencies of the reads of each channel.
  public var channelLatency: [DRAMLatency] = []
  /// FNV-1a, 64 bits, over the completion clocks in trace order, 8 bytes each, least significant first.
  public var doneHash: UInt64 = 0

  public init() {}
}

/// The distribution of read latencies, in clocks; all 0 without reads.
public struct DRAMLatency: Equatable, Sendable {
  public var reads: Int64 = 0
  public var mean: Double = 0
  /// The least latency that half of the reads do not exceed.
  public var p50: Int64 = 0
  /// The least latency that 99 % of the reads do not exceed.
  public var p99: Int64 = 0
  public var maximum: Int64 = 0

  public init() {}

  public init(_ latencies: [Int64]) {
    guard !latencies.isEmpty else { return }
    let sorted = latencies.sorted()
    reads = Int64(sorted.count)
    mean = Double(sorted.reduce(0, +)) / Double(sorted.count)
    p50 = sorted[sorted.count / 2]
    p99 = sorted[sorted.count * 99 / 100]
    maximum = sorted[sorted.count - 1]
  }
}
