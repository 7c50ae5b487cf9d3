// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

extension TimedDRAM {
  public func channelStatistics() -> [DRAMStatistics] {
    let clocks = clock.cycle + 1
    advanceChannels(through: clock.cycle)
    let bytes = Int64(specification.organisation.transactionBytes)
    return channels.enumerated().map { index, channel in
      var statistics = DRAMStatistics()
      statistics.channel = index
      statistics.reads = channelReads[index]
      statistics.writes = channelWrites[index]
      statistics.requests = statistics.reads + statistics.writes
      statistics.readBytes = statistics.reads * bytes
      statistics.writeBytes = statistics.writes * bytes
      statistics.cycles = clocks
      statistics.bandwidthGBPerSecond = specification.gigabytesPerSecond(
        bytes: statistics.readBytes + statistics.writeBytes, clocks: clocks)
      statistics.latencyMean = latencies[index].mean
      statistics.latencyP50 = latencies[index].percentile(50)
      statistics.latencyP99 = latencies[index].percentile(99)
      statistics.latencyMax = latencies[index].maximum
      let counts = channel.statistics
      statistics.rowHits = counts.rowHits
      statistics.rowMisses = counts.rowMisses
      statistics.rowConflicts = counts.rowConflicts
      statistics.activates = counts.activates
      statistics.precharges = counts.precharges
      statistics.refreshes = counts.refreshes
      return statistics
    }
  }

  public func busyTime() -> Femtoseconds {
    advanceChannels(through: clock.cycle)
    let busiest =
      channels.map { channel in
        [DRAMCommand.read, .readAutoPrecharge, .write, .writeAutoPrecharge].reduce(Int64(0)) {
          $0 + channel.statistics.count($1)
        }
      }.max() ?? 0
    // A burst that was sent for in the last clocks may end after the run.
    let bursts = max(0, busiest / Int64(specification.organisation.pseudoChannels) - 1)
    let lateClocks = Int64(max(specification.timing.nCL, specification.timing.nCWL))
    return max(0, bursts * Int64(specification.timing.nBL) - lateClocks) * clock.period
  }

  public var actionCounts: [ActionCount] {
    state.traffic.actionCounts(
      component: name, bytes: specification.organisation.transactionBytes, ranks: metadataRanks)
  }
}
