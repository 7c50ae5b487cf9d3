// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Testing

@testable import Hardware

struct IdealDRAMTests {
  private let bench = Bench()

  private func memory(read: Int, write: Int? = nil, latency: Int, lines: Int = 64) -> IdealDRAM {
    IdealDRAM(
      in: bench.clock,
      IdealDRAM.Specification(
        readBytesPerCycle: read, writeBytesPerCycle: write ?? read, isShared: write == nil, latencyCycles: latency),
      image: MemoryImage(numberedLines: lines))
  }

  private func reads(_ count: Int) -> [DRAMRead] {
    (0..<count).map { DRAMRead(address: Int64($0 * 64), ring: .operandB, slot: Int32($0)) }
  }

  private func writes(_ count: Int) -> [DRAMWrite] {
    (0..<count).map {
      DRAMWrite(address: Int64($0 * 64), byteCount: 64, isMetadata: false, line: Line(number: 100 + $0))
    }
  }

  /// A request sent in cycle 0 arrives in 1. At 32 B/cycle its line occupies the channel in cycles 1 and 2, and arrives
  /// 10 cycles after the last byte, in 12; the next follow every other cycle.
  @Test(arguments: [(32, 12, 2), (64, 11, 1), (16, 14, 4), (1, 74, 64)])
  func `a stream of reads has the latency once and the bandwidth ever after`(
    bytesPerCycle: Int, first: Int64, interval: Int64
  ) throws {
    let memory = memory(read: bytesPerCycle, latency: 10)
    bench.drive(memory.reads, "reads", reads(8), capacity: 64, perCycle: 8)
    bench.drive(memory.writes, "writes", [])
    let lines = bench.listen(to: memory.lines, "lines", latency: 10)
    _ = bench.listen(to: memory.acknowledgements, "acknowledgements")
    bench.leaveSpillsIdle(of: memory)
    try bench.run()
    #expect(lines.times == (0..<8).map { first + $0 * interval })
    #expect(lines.messages.map(\.slot) == Array(0..<8))
    for (index, message) in lines.messages.enumerated() { #expect(message.line.bytes == Line(number: index).bytes) }
  }

  @Test(arguments: [(128, 4), (256, 2), (96, 6)])
  func `a channel wider than a line delivers several a cycle`(bytesPerCycle: Int, cycles: Int64) throws {
    for isShared in [true, false] {
      let bench = Bench()
      let memory = IdealDRAM(
        in: bench.clock,
        IdealDRAM.Specification(
          readBytesPerCycle: bytesPerCycle, writeBytesPerCycle: bytesPerCycle, isShared: isShared, latencyCycles: 1),
        image: MemoryImage(numberedLines: 64))
      bench.drive(memory.reads, "reads", reads(8), capacity: 64, perCycle: 8)
      bench.drive(memory.writes, "writes", [])
      let lines = bench.listen(to: memory.lines, "lines")
      _ = bench.listen(to: memory.acknowledgements, "acknowledgements")
      bench.leaveSpillsIdle(of: memory)
      try bench.run()
      // The first arrives in cycle 1, so the last leaves in cycle `cycles` and arrives one later.
      #expect(lines.times.last == cycles + 1, "shared: \(isShared)")
    }
  }

  @Test func `reads and writes share a channel in order of arrival, reads first`() throws {
    let memory = memory(read: 64, latency: 1)
    bench.drive(memory.reads, "reads", reads(3), at: [0, 0, 0], perCycle: 3)
    bench.drive(memory.writes, "writes", writes(3), at: [0, 0, 5], perCycle: 3)
    let lines = bench.listen(to: memory.lines, "lines")
    let acknowledgements = bench.listen(to: memory.acknowledgements, "acknowledgements")
    bench.leaveSpillsIdle(of: memory)
    try bench.run()
    #expect(lines.times == [2, 3, 4])
    #expect(acknowledgements.times == [5, 6, 7])
  }

  @Test func `a read waits for the writes that came before it`() throws {
    let memory = memory(read: 64, latency: 1)
    bench.drive(memory.reads, "reads", reads(3), at: [0, 1, 1], perCycle: 3)
    bench.drive(memory.writes, "writes", writes(2), perCycle: 2)
    let lines = bench.listen(to: memory.lines, "lines")
    let acknowledgements = bench.listen(to: memory.acknowledgements, "acknowledgements")
    bench.leaveSpillsIdle(of: memory)
    try bench.run()
    #expect(lines.times == [2, 5, 6])
    #expect(acknowledgements.times == [3, 4])
  }

  @Test func `results and spilled sums are written oldest first, each acknowledged to its sender`() throws {
    let memory = memory(read: 64, latency: 1)
    bench.drive(memory.reads, "reads", [])
    bench.drive(memory.writes, "writes", writes(3), at: [0, 3, 3], perCycle: 3)
    bench.drive(memory.spills, "spills", writes(3), at: [0, 0, 4], perCycle: 3)
    _ = bench.listen(to: memory.lines, "lines")
    let acknowledgements = bench.listen(to: memory.acknowledgements, "acknowledgements")
    let spills = bench.listen(to: memory.spillAcknowledgements, "spillAcknowledgements")
    try bench.run()
    #expect(acknowledgements.times == [2, 5, 6])
    #expect(spills.times == [3, 4, 7])
  }

  @Test func `separate directions do not slow each other`() throws {
    let memory = memory(read: 64, write: 32, latency: 1)
    bench.drive(memory.reads, "reads", reads(4), perCycle: 4)
    bench.drive(memory.writes, "writes", writes(4), perCycle: 4)
    let lines = bench.listen(to: memory.lines, "lines")
    let acknowledgements = bench.listen(to: memory.acknowledgements, "acknowledgements")
    bench.leaveSpillsIdle(of: memory)
    try bench.run()
    #expect(lines.times == [2, 3, 4, 5])
    #expect(acknowledgements.times == [3, 5, 7, 9])
  }

  @Test func `a write is read back, and only its bytes are written`() throws {
    let image = MemoryImage(numberedLines: 4)
    let memory = IdealDRAM(
      in: bench.clock,
      IdealDRAM.Specification(readBytesPerCycle: 64, writeBytesPerCycle: 64, isShared: true, latencyCycles: 1),
      image: image)
    let write = DRAMWrite(address: 64, byteCount: 10, isMetadata: true, line: Line(number: 9))
    bench.drive(memory.writes, "writes", [write])
    bench.drive(memory.reads, "reads", [DRAMRead(address: 64, ring: .maskB, slot: 0)], at: [8])
    let lines = bench.listen(to: memory.lines, "lines")
    _ = bench.listen(to: memory.acknowledgements, "acknowledgements")
    bench.leaveSpillsIdle(of: memory)
    try bench.run()
    let read = try #require(lines.messages.first?.line.bytes)
    for index in 0..<64 {
      #expect(read[index] == (index < 10 ? Line(number: 9) : Line(number: 1)).bytes[index])
    }
    #expect(memory.actionCounts.map(\.count) == [0, 0, 0, 0, 1, 1])
    let traffic = memory.channelStatistics()[0]
    #expect(traffic.readBytes == 64 && traffic.writeBytes == 64)
  }

  @Test func `a request after a pause finds the channel free, and gains nothing by the pause`() throws {
    let memory = memory(read: 32, latency: 1)
    bench.drive(memory.reads, "reads", reads(3), at: [0, 50, 50], perCycle: 2)
    bench.drive(memory.writes, "writes", [])
    let lines = bench.listen(to: memory.lines, "lines")
    _ = bench.listen(to: memory.acknowledgements, "acknowledgements")
    bench.leaveSpillsIdle(of: memory)
    try bench.run()
    #expect(lines.times == [3, 53, 55])
  }

  @Test func `latencies are counted from a request's arrival to its line's`() throws {
    let memory = memory(read: 32, latency: 10)
    bench.drive(memory.reads, "reads", reads(4), perCycle: 4)
    bench.drive(memory.writes, "writes", [])
    _ = bench.listen(to: memory.lines, "lines", latency: 10)
    _ = bench.listen(to: memory.acknowledgements, "acknowledgements")
    bench.leaveSpillsIdle(of: memory)
    try bench.run()
    // Lines arrive in 12, 14, 16 and 18, all requests in 1.
    let statistics = memory.channelStatistics()[0]
    #expect(statistics.latencyMean == 14)
    #expect(statistics.latencyP50 == 13)
    #expect(statistics.latencyP99 == 17)
    #expect(statistics.latencyMax == 17)
  }
}
