// SPDX-License-Identifier: Apache-2.0

import Hardware
import Sparsity
import Testing

@Suite struct DRAMControllerPropertyTests {
  /// Runs a trace and checks what must hold of every run.
  private func run(
    _ specification: DRAMSpecification, _ trace: [DRAMTraceAccess], skip: Bool, inject: Int
  ) throws -> (DRAMReplayStatistics, [[DRAMIssuedCommand]], [Int64]) {
    var replay = try DRAMTraceReplay(
      specification, injectPerClock: inject, skipsIdleClocks: skip, recordsCommands: true)
    let statistics = replay.run(trace)
    let end = replay.doneClocks.max() ?? 0
    #expect(violations(replay.commands, specification, end: end) == [])
    let total = statistics.total
    #expect(total.reads + total.writes == statistics.requests)
    #expect(replay.doneClocks.allSatisfy { $0 >= 0 })
    let readCommands = total.count(.read) + total.count(.readAutoPrecharge)
    #expect(readCommands + total.forwardedReads + total.mergedReads == total.reads)
    let writeCommands = total.count(.write) + total.count(.writeAutoPrecharge)
    #expect(writeCommands + total.mergedWrites <= total.writes)
    if specification.controller.policy == .sharedBuffers {
      #expect(writeCommands + total.mergedWrites == total.writes)
    }
    #expect(total.rowHits + total.rowMisses + total.rowConflicts == readCommands + writeCommands)
    #expect(statistics.gigabytesPerSecond <= specification.peakGBPerSecond)
    #expect(total.commands.reduce(0, +) == Int64(replay.commands.joined().count))
    return (statistics, replay.commands, replay.doneClocks)
  }

  @Test(arguments: DRAMTestMachine.allCases)
  func `leaving out idle clocks changes nothing, and every timeline is legal`(machine: DRAMTestMachine) throws {
    for (seed, policy) in DRAMTestPolicy.all(perBankRefresh: machine.timing.nRFCpb > 0).enumerated() {
      let specification = try machine.specification(policy.controller)
      let trace = mixedTrace(count: 120, seed: UInt64(seed))
      let inject = 1 + seed % 3
      let all = try run(specification, trace, skip: false, inject: inject)
      let skipping = try run(specification, trace, skip: true, inject: inject)
      #expect(all.0 == skipping.0, "\(policy.testDescription), \(inject) a clock")
      #expect(all.1 == skipping.1, "\(policy.testDescription), \(inject) a clock")
      #expect(all.2 == skipping.2, "\(policy.testDescription), \(inject) a clock")
    }
  }

  @Test(arguments: DRAMTestMachine.allCases)
  func `a snapshot goes on as its original does`(machine: DRAMTestMachine) throws {
    for policy in DRAMControllerSpecification.Policy.allCases {
      let specification = try machine.specification(
        DRAMControllerSpecification(policy: policy, writeHighWatermark: 5, writeLowWatermark: 2))
      let mapping = specification.addressMapping
      let controller = DRAMController(specification, recordsCommands: true)
      let trace = mixedTrace(count: 400, seed: 11)
      var copy: DRAMController?
      for clock in 0..<3000 as Range<Int64> {
        if clock == 700 { copy = controller.snapshot() }
        for one in [controller, copy].compactMap({ $0 }) {
          one.tick(clock)
          guard clock % 9 == 0 else { continue }
          let access = trace[Int(clock / 9) % trace.count]
          let request = mapping.request(address: access.address, isWrite: access.isWrite, tag: Int(clock))
          if one.canAccept(request) { one.accept(request, at: clock) }
        }
      }
      let other = try #require(copy)
      #expect(controller.commands.count > 100)
      #expect(controller.commands == other.commands)
      #expect(controller.statistics == other.statistics)
    }
  }

  @Test(arguments: DRAMTestMachine.allCases)
  func `refresh is never late by more than what is under way, however many requests wait`(
    machine: DRAMTestMachine
  ) throws {
    for policy in DRAMTestPolicy.all(perBankRefresh: machine.timing.nRFCpb > 0)
    where policy.controller.refresh != .none {
      let specification = try machine.specification(policy.controller)
      // Row hits without end in every bank: the worst that a scheduler which prefers hits can meet.
      let trace = (0..<500).map { index in
        DRAMTraceAccess(clock: 0, address: UInt64(index % 8) * 64, isWrite: index % 16 == 0)
      }
      var replay = try DRAMTraceReplay(specification, recordsCommands: true)
      let statistics = replay.run(trace)
      let end = max(statistics.lastAccept, statistics.lastReadDone)
      #expect(violations(replay.commands, specification, end: end, postponable: 1) == [], "\(policy.testDescription)")
    }
  }

  @Test(arguments: DRAMControllerSpecification.Policy.allCases)
  func `a write that waits for a read of its line never stops everything`(
    policy: DRAMControllerSpecification.Policy
  ) throws {
    // Reads and writes of eight lines of one bank fill the write buffer with writes that reads hold back.
    var random = SplitMix64(seed: 3)
    let trace = (0..<1500).map { _ in
      DRAMTraceAccess(
        clock: 0, address: random.next(below: 8) * 64 + random.next(below: 3) * 262_144,
        isWrite: random.next(below: 2) == 0)
    }
    let specification = try DRAMTestMachine.ddr4.specification(
      DRAMControllerSpecification(
        policy: policy, readQueue: 4, writeQueue: 4, writeHighWatermark: 2, writeLowWatermark: 1, bankQueue: 1))
    let result = try run(specification, trace, skip: true, inject: 2)
    #expect(result.0.requests == 1500)
  }

  @Test func `an address that is asked for twice is answered once by the banks`() throws {
    let specification = try DRAMTestMachine.ddr4.specification()
    var replay = try DRAMTraceReplay(specification, recordsCommands: true)
    let read = DRAMTraceAccess(clock: 0, address: 0, isWrite: false)
    let statistics = replay.run([read, read, read])
    #expect(statistics.total.mergedReads == 2)
    #expect(replay.commands[0].filter { $0.command == .read }.count == 1)
    #expect(Set(replay.doneClocks).count == 1)
  }

  @Test func `a read of a buffered write is forwarded`() throws {
    for policy in DRAMControllerSpecification.Policy.allCases {
      let specification = try DRAMTestMachine.ddr4.specification(
        DRAMControllerSpecification(policy: policy, writeHighWatermark: 5, writeLowWatermark: 2))
      var replay = try DRAMTraceReplay(specification, injectPerClock: 2, recordsCommands: true)
      let statistics = replay.run([
        DRAMTraceAccess(clock: 50, address: 64, isWrite: true),
        DRAMTraceAccess(clock: 50, address: 64, isWrite: false),
      ])
      #expect(statistics.total.forwardedReads == 1)
      // One clock of the policy, whose clocks the bank queues count from the one after the acceptance.
      #expect(replay.doneClocks[1] == (policy == .bankQueues ? 52 : 51))
      #expect(!replay.commands[0].contains { $0.command == .read })
    }
  }
}
