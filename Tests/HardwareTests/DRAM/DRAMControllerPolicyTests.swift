// SPDX-License-Identifier: Apache-2.0

import Hardware
import Testing

@Suite struct DRAMControllerPolicyTests {
  private func timeline(
    _ controller: DRAMControllerSpecification, machine: DRAMTestMachine = .ddr4, nRTP: Int? = nil,
    _ trace: [DRAMTraceAccess]
  ) throws -> [String] {
    let specification = try machine.specification(controller, nRTP: nRTP)
    var replay = try DRAMTraceReplay(specification, injectPerClock: 4, recordsCommands: true)
    _ = replay.run(trace)
    #expect(violations(replay.commands, specification, end: replay.doneClocks.max() ?? 0) == [])
    return replay.commands[0].map(\.description)
  }

  private func read(_ clock: Int64, _ address: UInt64) -> DRAMTraceAccess {
    DRAMTraceAccess(clock: clock, address: address, isWrite: false)
  }

  private func shared(
    _ scheduler: DRAMControllerSpecification.Scheduler,
    rowPolicy: DRAMControllerSpecification.RowPolicy = .open,
    refresh: DRAMControllerSpecification.Refresh = .none
  ) -> DRAMControllerSpecification {
    DRAMControllerSpecification(
      policy: .sharedBuffers, scheduler: scheduler, rowPolicy: rowPolicy, refresh: refresh, writeHighWatermark: 25,
      writeLowWatermark: 7)
  }

  /// Bank 0 of group 0 starts at 0, its next row at 128 KiB; bank 0 of group 1 at 8 KiB.
  private let nextRow: UInt64 = 128 << 10

  @Test func `first ready lets a row hit overtake, first come does not`() throws {
    let trace = [read(10, 0), read(10, nextRow), read(10, 64)]
    #expect(
      try timeline(shared(.frfcfs), trace) == [
        "11 ACT 0 0 0 0 0", "27 RD 0 0 0 0 0", "33 RD 0 0 0 0 1", "50 PRE 0 0 0 1 0", "67 ACT 0 0 0 1 0",
        "83 RD 0 0 0 1 0",
      ])
    #expect(
      try timeline(shared(.fcfs), trace) == [
        "11 ACT 0 0 0 0 0", "27 RD 0 0 0 0 0", "50 PRE 0 0 0 1 0", "67 ACT 0 0 0 1 0", "83 RD 0 0 0 1 0",
        "106 PRE 0 0 0 0 1", "123 ACT 0 0 0 0 1", "139 RD 0 0 0 0 1",
      ])
  }

  @Test func `a precharge may pre-empt an older row hit, unless the scheduler protects it`() throws {
    // Hits follow each other by nCCDL 6; a precharge may follow a read by 3, once nRAS has passed.
    let trace = (0..<6).map { read(10, UInt64($0) * 64) } + [read(11, nextRow)]
    let plain = try timeline(shared(.frfcfs), nRTP: 3, trace)
    let protecting = try timeline(shared(.frfcfsRowHit), nRTP: 3, trace)
    #expect(plain.filter { $0.contains("ACT") }.count == 3)
    #expect(protecting.filter { $0.contains("ACT") }.count == 2)
  }

  @Test(arguments: [DRAMControllerSpecification.Policy.sharedBuffers, .bankQueues])
  func `the closed page closes every row by its column command`(
    policy: DRAMControllerSpecification.Policy
  ) throws {
    var controller = shared(.frfcfs, rowPolicy: .closed)
    controller.policy = policy
    let lines = try timeline(controller, [read(10, 0), read(10, 64)])
    let start = policy == .bankQueues ? 12 : 11
    #expect(
      lines == [
        "\(start) ACT 0 0 0 0 0", "\(start + 16) RDA 0 0 0 0 0", "\(start + 56) ACT 0 0 0 0 1",
        "\(start + 72) RDA 0 0 0 0 1",
      ])
  }

  @Test func `writes wait for the watermark while reads come, and drain to the lower one`() throws {
    var trace = (0..<26).map { DRAMTraceAccess(clock: 0, address: UInt64($0) * 64, isWrite: true) }
    // Reads of another bank keep the read buffer from being empty.
    trace = (0..<32).map { read(0, (8 << 10) + UInt64($0) * 64) } + trace
    let kinds = try timeline(shared(.frfcfs), trace).map { $0.split(separator: " ")[1] }
    let columns = kinds.filter { $0 == "RD" || $0 == "WR" }
    let firstWrite = try #require(columns.firstIndex(of: "WR"))
    #expect(firstWrite > 0)
    // 26 buffered writes go down to 6 before the next read.
    #expect(columns[firstWrite...].prefix { $0 == "WR" }.count == 20)
  }

  @Test func `bank queues drain a whole batch of writes when the buffer is full`() throws {
    let controller = DRAMControllerSpecification(
      policy: .bankQueues, refresh: .none, readQueue: 32, writeQueue: 8, writeHighWatermark: 4, bankQueue: 8)
    let trace = (0..<8).map { DRAMTraceAccess(clock: 0, address: UInt64($0) * 64, isWrite: true) }
    let lines = try timeline(controller, trace + [read(400, 0)])
    #expect(lines.filter { $0.contains("WR") }.count == 8)
    let few = try timeline(controller, Array(trace.prefix(4)) + [read(400, 1 << 12)])
    #expect(!few.contains { $0.contains("WR") }, "4 buffered writes are not more than the watermark")
  }

  @Test func `a row that has served enough is closed although a hit waits`() throws {
    func activates(limit: Int) throws -> Int {
      let controller = DRAMControllerSpecification(
        policy: .bankQueues, refresh: .none, writeHighWatermark: 8, bankQueue: 16, rowHitLimit: limit)
      let trace = [read(0, nextRow), read(0, 0)] + (1..<12).map { read(0, nextRow + UInt64($0) * 64) }
      return try timeline(controller, nRTP: 3, trace).filter { $0.contains("ACT") }.count
    }
    #expect(try activates(limit: 4) == 3)
    #expect(try activates(limit: 100) == 2)
  }

  @Test func `a per-bank refresh stops one bank only`() throws {
    let controller = DRAMControllerSpecification(
      policy: .bankQueues, refresh: .perBank, writeHighWatermark: 8)
    // The first refresh falls due at 6246 / 8 = 780 and takes bank 0; bank 1 starts at 2 KiB.
    let lines = try timeline(
      controller, machine: .lpddr4, [read(700, 0), read(700, 2048), read(830, 64), read(830, 2048 + 64)])
    #expect(
      lines == [
        "702 ACT 0 0 0 0 0", "718 ACT 0 0 1 0 0", "731 RD 0 0 0 0 0", "739 RD 0 0 0 0 1", "747 RD 0 0 1 0 0",
        "755 RD 0 0 1 0 1", "780 PRE 0 0 0 -1 -1", "809 REFpb 0 0 0 -1 -1", "834 RD 0 0 1 0 2", "842 RD 0 0 1 0 3",
        "1031 ACT 0 0 0 0 2", "1060 RD 0 0 0 0 2", "1068 RD 0 0 0 0 3",
      ])
  }

  @Test func `row and column commands share a clock on two buses and never on one`() throws {
    for machine in [DRAMTestMachine.hbm2, .ddr4] {
      for policy in DRAMControllerSpecification.Policy.allCases {
        let specification = try machine.specification(
          DRAMControllerSpecification(policy: policy, writeHighWatermark: 5, writeLowWatermark: 2))
        var replay = try DRAMTraceReplay(specification, injectPerClock: 2, recordsCommands: true)
        _ = replay.run((0..<400).map { read(0, UInt64($0 * 37 % 101) * 4096) })
        let clocks = replay.commands[0].map(\.clock)
        let shared = zip(clocks, clocks.dropFirst()).count { $0 == $1 }
        #expect(machine == .hbm2 ? shared > 0 : shared == 0)
      }
    }
  }
}
