// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

@testable import Hardware

/// A global buffer with a source or sink at each of its links.
struct BufferBench {
  /// One read command and when it is given.
  struct Read {
    var first: Int
    var rows: Int
    var isLastUse = false
    var time: Cycle = 0

    var command: BufferReadCommand {
      BufferReadCommand(firstSlot: Int32(first), rowCount: Int32(rows), isLastUse: isLastUse)
    }
  }

  /// One line that memory delivers and when.
  struct Fill {
    var ring: BufferRing
    var slot: Int
    var line: Line
    var time: Cycle = 0
  }

  let bench = Bench()
  let buffer: GlobalBuffer
  let operandB: Sink<BufferRow>
  let operandA: Sink<BufferRow>
  let sums: Sink<BufferRow>
  let maskB: Sink<MetadataRow>
  let rank2A: Sink<MetadataRow>
  let rank1A: Sink<MetadataRow>
  let rank0A: Sink<MetadataRow>
  let releases: Sink<BufferRelease>

  static let memoryIndex = 42

  init(
    dataBanks: Int = 2, metadataBanks: Int = 4, portBytesPerCycle: Int = 1024, latency: Int = 1,
    rowBytes: Int = 64, bankPorts: Int = 1, arbitration: GlobalBuffer.Arbitration = .priority,
    order clients: [GlobalBuffer.Client] = GlobalBuffer.Client.allCases, hasPortPerDirection: Bool = false,
    plan: BufferPlan = BufferPlan(operandA: 16, operandB: 16, rank2A: 4, rank1A: 4, rank0A: 4, maskB: 4, sums: 16),
    fills: [Fill] = [], fillsPerCycle: Int = 1, reads: [BufferRing: [Read]] = [:],
    operandBEvery: Cycle = 1, operandBFrom: Cycle = 0, operandBCapacity: Int = 64
  ) {
    var plan = plan
    plan.memoryComponent = Self.memoryIndex
    let clock = bench.clock
    buffer = GlobalBuffer(
      in: clock,
      GlobalBuffer.Specification(
        dataBytes: 1 << 16, dataBanks: dataBanks, metadataBytes: 1 << 16, metadataBanks: metadataBanks,
        portBytesPerCycle: portBytesPerCycle, latencyCycles: latency, rowBytes: rowBytes, bankPorts: bankPorts,
        arbitration: arbitration, order: clients, hasPortPerDirection: hasPortPerDirection,
        hasBankConflicts: !hasPortPerDirection),
      plan: plan)
    bench.drive(
      buffer.fills, "fills",
      fills.map {
        DRAMLine(ring: $0.ring, slot: Int32($0.slot), blame: Blame(.dram, component: Self.memoryIndex), line: $0.line)
      }, at: fills.map(\.time), capacity: 64, perCycle: fillsPerCycle)
    func order<Row>(_ port: BufferPort<Row>, _ name: String, in bench: Bench) {
      let reads = reads[port.ring] ?? []
      bench.drive(port.commands, name, reads.map(\.command), at: reads.map(\.time), capacity: 16, perCycle: 8)
    }
    order(buffer.operandB, "readsB", in: bench)
    order(buffer.operandA, "readsA", in: bench)
    order(buffer.sums, "readsSums", in: bench)
    let access = Cycle(latency)
    func words(_ ring: BufferRing, _ name: String, in bench: Bench, _ buffer: GlobalBuffer) -> Sink<MetadataRow> {
      guard let port = buffer.metadataPort(of: ring) else {
        preconditionFailure("a buffer has all ports unless told otherwise")
      }
      order(port, "reads\(name)", in: bench)
      return bench.listen(to: port.rows, "words\(name)", latency: access)
    }
    maskB = words(.maskB, "MaskB", in: bench, buffer)
    rank2A = words(.rank2A, "Rank2A", in: bench, buffer)
    rank1A = words(.rank1A, "Rank1A", in: bench, buffer)
    rank0A = words(.rank0A, "Rank0A", in: bench, buffer)
    operandB = bench.listen(
      to: buffer.operandB.rows, "rowsB", from: operandBFrom, every: operandBEvery, latency: access,
      capacity: operandBCapacity)
    operandA = bench.listen(to: buffer.operandA.rows, "rowsA", latency: access)
    sums = bench.listen(to: buffer.sums.rows, "rowsSums", latency: access)
    releases = bench.listen(to: buffer.releases, "releases")
  }

  /// `count` numbered lines for `ring` from slot `first` on, all in cycle `time`.
  static func fills(_ ring: BufferRing, _ count: Int, first: Int = 0, time: Cycle = 0) -> [Fill] {
    (0..<count).map { Fill(ring: ring, slot: first + $0, line: Line(number: first + $0), time: time) }
  }

  func run(through cycle: Cycle = 100_000) throws { try bench.run(through: cycle) }
}

extension Sink where Message == BufferRow {
  /// The bytes of the rows that came.
  var lines: [SIMD64<UInt8>] { messages.map(\.line.bytes) }
}
