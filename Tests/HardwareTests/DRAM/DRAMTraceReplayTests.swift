// SPDX-License-Identifier: Apache-2.0

import Hardware
import Testing

@Suite struct DRAMTraceReplayTests {
  /// Replays a trace, and checks what was sent against the standard.
  private func run(
    _ trace: [DRAMTraceAccess], on specification: DRAMSpecification, injectPerClock: Int
  ) throws -> (statistics: DRAMReplayStatistics, doneClocks: [Int64]) {
    var replay = try DRAMTraceReplay(specification, injectPerClock: injectPerClock, recordsCommands: true)
    let statistics = replay.run(trace)
    #expect(replay.commands.contains { !$0.isEmpty })
    #expect(violations(replay.commands, specification, end: replay.doneClocks.max() ?? 0) == [])
    return (statistics, replay.doneClocks)
  }

  @Test func `a line of several transactions becomes as many requests`() throws {
    let specification = try DRAMTestMachine.hbm2.specification()
    let trace = [DRAMTraceAccess(clock: 7, address: 0, isWrite: false)]
    let (statistics, doneClocks) = try run(trace, on: specification, injectPerClock: 2)
    #expect(statistics.requests == 2)
    #expect(statistics.lastAccept == 7)
    #expect(statistics.total.reads == 2)
    #expect(doneClocks.count == 2)
  }

  @Test func `no more are offered a clock than injected, and none before its clock`() throws {
    let specification = try DRAMTestMachine.ddr4.specification()
    let trace = (0..<5).map { DRAMTraceAccess(clock: 20, address: UInt64($0) * 64, isWrite: false) }
    for (inject, last) in [(1, Int64(24)), (2, 22), (5, 20)] {
      #expect(try run(trace, on: specification, injectPerClock: inject).statistics.lastAccept == last)
    }
  }

  @Test func `an empty trace takes no time`() throws {
    var replay = try DRAMTraceReplay(DRAMTestMachine.ddr4.specification())
    let statistics = replay.run([])
    #expect(statistics.requests == 0)
    #expect(statistics.gigabytesPerSecond == 0)
    #expect(statistics.latency == DRAMLatency())
  }

  @Test func `a line must be a whole number of transactions`() throws {
    let specification = try DRAMTestMachine.ddr4.specification()
    #expect(throws: DRAMSpecificationError.self) { try DRAMTraceReplay(specification, lineBytes: 32) }
    #expect(throws: DRAMSpecificationError.self) { try DRAMTraceReplay(specification, lineBytes: 0) }
    #expect(throws: DRAMSpecificationError.self) { try DRAMTraceReplay(specification, injectPerClock: 0) }
  }

  @Test func `the latency distribution is of the sorted reads`() {
    let latency = DRAMLatency([5, 1, 9, 3])
    #expect(latency.mean == 4.5)
    #expect((latency.p50, latency.p99, latency.maximum) == (5, 9, 9))
    #expect(latency.reads == 4)
  }

  @Test(arguments: DRAMTestMachine.allCases)
  func `an idle memory answers a read in nRCD, nCL and nBL after the clocks of its queues`(
    machine: DRAMTestMachine
  ) throws {
    let timing = machine.timing
    let core = timing.activateClocks + timing.nRCDRD - timing.columnClocks + Int(timing.readLatency)
    for (policy, queues) in [(DRAMControllerSpecification.Policy.bankQueues, 2), (.sharedBuffers, 1)] {
      let specification = try machine.specification(
        DRAMControllerSpecification(policy: policy, writeHighWatermark: 5, writeLowWatermark: 2))
      let trace = [DRAMTraceAccess(clock: 100, address: 0, isWrite: false)]
      let (statistics, doneClocks) = try run(trace, on: specification, injectPerClock: 4)
      #expect(doneClocks[0] == 100 + Int64(queues + core))
      #expect(statistics.latency.mean.rounded() >= Double(queues + core))
    }
  }
}
