// SPDX-License-Identifier: Apache-2.0

import Hardware
import Testing

/// Each test holds one entry of the DRAM part of docs/deviations.md: if the model changes there, so must the page.
@Suite struct DRAMDeviationTests {
  private func controller(
    _ policy: DRAMControllerSpecification.Policy, refresh: DRAMControllerSpecification.Refresh = .none
  ) -> DRAMControllerSpecification {
    DRAMControllerSpecification(policy: policy, refresh: refresh, writeHighWatermark: 8, writeLowWatermark: 2)
  }

  private func replay(
    _ specification: DRAMSpecification, inject: Int = 4, _ trace: [DRAMTraceAccess]
  ) throws -> (DRAMTraceReplay, DRAMReplayStatistics) {
    var replay = try DRAMTraceReplay(specification, injectPerClock: inject, recordsCommands: true)
    let statistics = replay.run(trace)
    #expect(violations(replay.commands, specification, end: 0) == [])
    return (replay, statistics)
  }

  @Test func `a bank that precharges by itself is ready after nRTP and nRP, without the burst`() {
    let timing = DRAMTestMachine.ddr4.timing
    let constraint = DRAMConstraint.table(timing: timing, bus: .shared).first {
      $0.name == "nRTP+nRP" && $0.level == .bank
    }
    #expect(constraint?.distance == timing.nRTP + timing.nRP)
  }

  @Test func `all-bank refresh refreshes every rank, one after the other`() throws {
    let specification = try DRAMTestMachine.ddr4TwoRanks.specification(controller(.bankQueues, refresh: .allBank))
    let (replay, _) = try replay(specification, [DRAMTraceAccess(clock: 2500, address: 0, isWrite: false)])
    let refreshes = replay.commands[0].filter { $0.command == .refreshAll }
    #expect(refreshes.map(\.rank) == [0, 1])
    #expect(refreshes.map(\.clock) == [2340, 2341])
  }

  @Test func `a write whose row is being opened no longer answers reads in the shared buffers`() throws {
    let trace = [
      DRAMTraceAccess(clock: 50, address: 0, isWrite: true), DRAMTraceAccess(clock: 60, address: 0, isWrite: false),
    ]
    let shared = try replay(DRAMTestMachine.ddr4.specification(controller(.sharedBuffers)), trace)
    #expect(shared.1.total.forwardedReads == 0)
    let banked = try replay(DRAMTestMachine.ddr4.specification(controller(.bankQueues)), trace)
    #expect(banked.1.total.forwardedReads == 1)
  }

  @Test func `a forwarded read waits for the reads before it in the shared buffers`() throws {
    // The first read is in flight when the second is forwarded from a write that the mode holds back.
    let trace = [
      DRAMTraceAccess(clock: 10, address: 0, isWrite: false), DRAMTraceAccess(clock: 28, address: 64, isWrite: false),
      DRAMTraceAccess(clock: 28, address: 8192, isWrite: true),
      DRAMTraceAccess(clock: 28, address: 8192, isWrite: false),
    ]
    let shared = try replay(DRAMTestMachine.ddr4.specification(controller(.sharedBuffers)), trace).0.doneClocks
    #expect(shared[3] == shared[0], "done \(shared)")
    let banked = try replay(DRAMTestMachine.ddr4.specification(controller(.bankQueues)), trace).0.doneClocks
    #expect(banked[3] == 30)
  }

  @Test func `writes of two ranks follow each other without an idle clock`() throws {
    let specification = try DRAMTestMachine.ddr4TwoRanks.specification(controller(.sharedBuffers))
    let trace = (0..<8).map {
      DRAMTraceAccess(clock: 0, address: UInt64($0 % 4) * 64 + UInt64($0 / 4) * (128 << 10), isWrite: true)
    }
    let (replay, _) = try replay(specification, trace)
    let writes = replay.commands[0].filter { $0.command == .write }
    #expect(Set(writes.map(\.rank)) == [0, 1])
    #expect(zip(writes, writes.dropFirst()).contains { $0.rank != $1.rank && $1.clock - $0.clock == 4 })
  }

  @Test func `the bank queues count the first column command of a row as its miss or conflict`() throws {
    let specification = try DRAMTestMachine.ddr4.specification(controller(.bankQueues))
    let nextRow: UInt64 = 128 << 10
    let trace = [0, 64, nextRow, nextRow + 64].map { DRAMTraceAccess(clock: 0, address: $0, isWrite: false) }
    let total = try replay(specification, trace).1.total
    #expect((total.rowHits, total.rowMisses, total.rowConflicts) == (2, 1, 1))
  }
}
