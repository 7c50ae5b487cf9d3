// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Sparsity
import Testing

@testable import Hardware

/// The memory as a component against its channels driven alone by a trace, and what is read against what was written.
struct TimedDRAMTests {
  private static func specification(_ machine: DRAMTestMachine) throws -> DRAMSpecification {
    try machine.specification(DRAMControllerSpecification(policy: .bankQueues, writeHighWatermark: 4))
  }

  private static func read(line: Int, slot: Int) -> DRAMRead {
    DRAMRead(address: Int64(line * 64), ring: .operandB, slot: Int32(slot))
  }

  private static func expectLegal(_ memory: TimedDRAM, _ specification: DRAMSpecification) {
    for channel in memory.channels {
      var checker = CommandTimelineChecker(specification)
      for command in channel.commands { checker.check(command) }
      checker.finish(at: channel.commands.last?.clock ?? 0)
      #expect(checker.violations.prefix(3) == [])
    }
  }

  /// Bursts and pauses of up to some refresh intervals, through which the component sleeps.
  @Test(arguments: DRAMTestMachine.allCases, UInt64(0)..<4)
  func `lines arrive in the clock in which the same trace alone has its data`(
    machine: DRAMTestMachine, seed: UInt64
  ) throws {
    let specification = try Self.specification(machine)
    var random = SplitMix64(seed: seed)
    var time: Cycle = 0
    let accesses = (0..<150).map { _ in
      time += [0, 0, 0, 1, 7, 90, 9000][random.uniform(below: 7)]
      return (line: random.uniform(below: [8, 512, 4096][random.uniform(below: 3)]), time: time)
    }
    let bench = Bench()
    let memory = TimedDRAM(
      in: bench.clock, specification, outstandingLines: 256, image: MemoryImage(numberedLines: 4096),
      recordsCommands: true)
    bench.drive(
      memory.reads, "reads", accesses.enumerated().map { Self.read(line: $1.line, slot: $0) },
      at: accesses.map(\.time), capacity: 256, perCycle: 256)
    bench.drive(memory.writes, "writes", [])
    let lines = bench.listen(to: memory.lines, "lines", capacity: 256)
    _ = bench.listen(to: memory.acknowledgements, "acknowledgements")
    bench.leaveSpillsIdle(of: memory)
    try bench.run(through: 1_000_000)

    var replay = try DRAMTraceReplay(specification, injectPerClock: 1000)
    // Sent at a clock, a request arrives one later.
    _ = replay.run(
      accesses.map { DRAMTraceAccess(clock: $0.time + 1, address: UInt64($0.line * 64), isWrite: false) })
    let perLine = replay.doneClocks.count / accesses.count
    for (message, arrival) in zip(lines.messages, lines.times) {
      let index = Int(message.slot)
      let done = replay.doneClocks[index * perLine..<(index + 1) * perLine].max()
      #expect(arrival == (done ?? 0) + 1, "line \(index)")
      #expect(message.line.bytes == Line(number: accesses[index].line).bytes)
    }
    #expect(lines.messages.count == accesses.count)
    Self.expectLegal(memory, specification)
    let statistics = memory.channelStatistics()
    #expect(statistics.reduce(0) { $0 + $1.readBytes } == Int64(accesses.count * 64))
    #expect(memory.busyTime() <= (bench.clock.cycle + 1) * bench.clock.period)
  }

  @Test(arguments: DRAMTestMachine.allCases)
  func `a read after an acknowledged write has what was written, wherever the write still waits`(
    machine: DRAMTestMachine
  ) throws {
    let specification = try Self.specification(machine)
    let bench = Bench()
    let memory = TimedDRAM(
      in: bench.clock, specification, outstandingLines: 16, image: MemoryImage(numberedLines: 64),
      recordsCommands: true)
    let writes = (0..<40).map {
      DRAMWrite(
        address: Int64($0 * 64 + $0 % 4 * 16), byteCount: 16, isMetadata: $0 % 2 == 0, line: Line(number: 500 + $0))
    }
    bench.drive(memory.writes, "writes", writes, at: (0..<40).map { Cycle($0 * 10) })
    // Each write is acknowledged long before the read that is sent 300 clocks later.
    bench.drive(
      memory.reads, "reads", (0..<40).map { Self.read(line: $0, slot: $0) }, at: (0..<40).map { Cycle($0 * 10 + 600) })
    let lines = bench.listen(to: memory.lines, "lines")
    let acknowledgements = bench.listen(to: memory.acknowledgements, "acknowledgements")
    bench.leaveSpillsIdle(of: memory)
    try bench.run()
    for (index, time) in acknowledgements.times.enumerated() { #expect(time < Cycle(index * 10 + 600)) }
    #expect(acknowledgements.messages.count == 40 && lines.messages.count == 40)
    for message in lines.messages {
      let number = Int(message.slot)
      var expected = Line(number: number)
      let written = Line(number: 500 + number)
      for byte in 0..<16 { expected.bytes[number % 4 * 16 + byte] = written.bytes[byte] }
      #expect(message.line.bytes == expected.bytes, "line \(number)")
    }
    Self.expectLegal(memory, specification)
    // A write of 16 bytes is one transaction, whatever its size.
    #expect(memory.channelStatistics().reduce(0) { $0 + $1.writes } == 40)
  }

  @Test func `a receiver that takes no line holds nothing back but lines`() throws {
    let specification = try Self.specification(.lpddr4)
    let bench = Bench()
    let memory = TimedDRAM(
      in: bench.clock, specification, outstandingLines: 4, image: MemoryImage(numberedLines: 64))
    bench.drive(memory.reads, "reads", (0..<20).map { Self.read(line: $0, slot: $0) })
    bench.drive(
      memory.writes, "writes",
      (0..<20).map { DRAMWrite(address: Int64($0 * 64), byteCount: 64, isMetadata: false, line: Line()) })
    let lines = bench.listen(to: memory.lines, "lines", from: 50_000, capacity: 1)
    let acknowledgements = bench.listen(to: memory.acknowledgements, "acknowledgements")
    bench.leaveSpillsIdle(of: memory)
    try bench.run()
    #expect(lines.messages.count == 20)
    #expect(acknowledgements.messages.count == 20)
    #expect((acknowledgements.times.last ?? .max) < 50_000)
  }
}
