// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// Off-chip memory as a bandwidth and a latency: no banks, no rows, no refresh (`dram.model: ideal`).
///
/// Requests are served in order of arrival; of those that arrived at the same edge reads first, then results, then
/// spilled sums. A line occupies the
/// channel for its 64 bytes and is delivered `latencyCycles` after its last byte.
public final class IdealDRAM: Component, OffChipMemory {
  /// Bandwidth and latency, in the clock that drives the component.
  public struct Specification: Codable, Equatable, Sendable {
    /// Bytes per cycle of reads; of reads and writes together where they share the channel.
    public var readBytesPerCycle: Int
    public var writeBytesPerCycle: Int
    /// Whether reads and writes share one channel of `readBytesPerCycle`.
    public var isShared: Bool
    /// Cycles from a line's last byte to its arrival.
    public var latencyCycles: Int

    public init(readBytesPerCycle: Int, writeBytesPerCycle: Int, isShared: Bool, latencyCycles: Int) {
      self.readBytesPerCycle = readBytesPerCycle
      self.writeBytesPerCycle = writeBytesPerCycle
      self.isShared = isShared
      self.latencyCycles = latencyCycles
    }
  }

  private struct Registers: BitwiseCopyable {
    /// The next free byte slot of the read (or shared) and write channels, counted as cycle times bytes per cycle.
    var readFree: Int64 = 0
    var writeFree: Int64 = 0
    var traffic = DRAMTraffic()
  }

  public let reads: Input<DRAMRead>
  /// Results, and spilled sums.
  public let writes: Input<DRAMWrite>
  public let spills: Input<DRAMWrite>
  public let lines: Output<DRAMLine>
  public let acknowledgements: Output<DRAMAcknowledgement>
  public let spillAcknowledgements: Output<DRAMAcknowledgement>

  let metadataRanks: MetadataRanks
  private let specification: Specification
  private let image: MemoryImage
  @State private var state: Registers
  private let latencies: LatencyHistogram

  /// - Parameter metadataRanks: the ranks whose metadata the memory holds.
  public init(
    in clock: ClockDomain, name: String = "DRAM", _ specification: Specification, image: MemoryImage,
    metadataRanks: MetadataRanks = MetadataRanks()
  ) {
    self.metadataRanks = metadataRanks
    self.specification = specification
    self.image = image
    reads = Input("reads", of: name, in: clock)
    writes = Input("writes", of: name, in: clock)
    spills = Input("spills", of: name, in: clock)
    lines = Output("lines", of: name, in: clock)
    acknowledgements = Output("acknowledgements", of: name, in: clock)
    spillAcknowledgements = Output("spillAcknowledgements", of: name, in: clock)
    _state = State(Registers(), of: name, in: clock)
    latencies = LatencyHistogram(of: name, in: clock)
    clock.simulation.adoptState(image.bytes, of: name, changes: image.changes)
    super.init(name, in: clock)
  }

  public override func tick() -> Activity {
    if specification.isShared { return transferInOrder(readsToo: true) }
    return transferReads() | transferInOrder(readsToo: false)
  }

  /// Serves the reads of a channel of their own, as many as it carries in a cycle.
  private func transferReads() -> Activity {
    var activity = Activity.idle
    while !reads.isEmpty {
      let step = transferRead()
      guard step == .worked else { return activity == .worked ? .worked : step }
      activity = .worked
    }
    return activity
  }

  /// Serves the requests that share a channel, oldest first.
  private func transferInOrder(readsToo: Bool) -> Activity {
    var activity = Activity.idle
    while true {
      let read = readsToo && !reads.isEmpty ? reads.frontArrival : .max
      let write = writes.isEmpty ? .max : writes.frontArrival
      let spill = spills.isEmpty ? .max : spills.frontArrival
      let oldest = min(read, write, spill)
      guard oldest < .max else { return activity }
      let step =
        oldest == read
        ? transferRead()
        : oldest == write
          ? transferWrite(from: writes, to: acknowledgements) : transferWrite(from: spills, to: spillAcknowledgements)
      guard step == .worked else { return activity == .worked ? .worked : step }
      activity = .worked
    }
  }

  private func transferRead() -> Activity {
    guard !reads.isEmpty else { return .idle }
    let end = transferEnd(
      free: state.readFree, arrival: reads.frontArrival, bytesPerCycle: specification.readBytesPerCycle)
    guard end.cycle <= now else { return .working(until: end.cycle) }
    guard lines.isReady else { return lines.backpressured }
    latencies.record(now - reads.frontArrival / clock.period + Cycle(specification.latencyCycles))
    let request = reads.receive()
    state.readFree = end.byte
    lines.send(
      DRAMLine(
        ring: request.ring, slot: request.slot, blame: Blame(.dram, component: index),
        line: image.line(at: Int(request.address))),
      bytes: Line.byteCount)
    state.traffic.countRead(of: request.ring)
    return .worked
  }

  private func transferWrite(
    from requests: Input<DRAMWrite>, to acknowledgements: Output<DRAMAcknowledgement>
  ) -> Activity {
    let bytesPerCycle = specification.isShared ? specification.readBytesPerCycle : specification.writeBytesPerCycle
    let end = transferEnd(
      free: specification.isShared ? state.readFree : state.writeFree, arrival: requests.frontArrival,
      bytesPerCycle: bytesPerCycle)
    guard end.cycle <= now else { return .working(until: end.cycle) }
    guard acknowledgements.isReady else { return acknowledgements.backpressured }
    let request = requests.receive()
    if specification.isShared { state.readFree = end.byte } else { state.writeFree = end.byte }
    image.store(request.line, byteCount: Int(request.byteCount), at: Int(request.address))
    acknowledgements.send(DRAMAcknowledgement(), bytes: 0)
    state.traffic.countWrite(isMetadata: request.isMetadata)
    return .worked
  }

  /// When the last byte of a line moves that arrived at `arrival`: its byte slot's end, and its cycle.
  private func transferEnd(
    free: Int64, arrival: Femtoseconds, bytesPerCycle: Int
  ) -> (byte: Int64, cycle: Cycle) {
    let rate = Int64(bytesPerCycle)
    let byte = max(free, arrival / clock.period * rate) + Int64(Line.byteCount)
    return (byte, (byte - 1) / rate)
  }

  public func channelStatistics() -> [DRAMStatistics] {
    var statistics = DRAMStatistics()
    statistics.reads = state.traffic.reads
    statistics.writes = state.traffic.writes
    statistics.requests = statistics.reads + statistics.writes
    statistics.readBytes = statistics.reads * Int64(Line.byteCount)
    statistics.writeBytes = statistics.writes * Int64(Line.byteCount)
    statistics.cycles = clock.cycle + 1
    // Bytes per femtosecond, times 1e15 a second, over 1e9.
    statistics.bandwidthGBPerSecond =
      Double(statistics.readBytes + statistics.writeBytes) * 1e6 / (Double(statistics.cycles) * Double(clock.period))
    statistics.latencyMean = latencies.mean
    statistics.latencyP50 = latencies.percentile(50)
    statistics.latencyP99 = latencies.percentile(99)
    statistics.latencyMax = latencies.maximum
    return [statistics]
  }

  public func busyTime() -> Femtoseconds {
    // A line takes its bytes' share of a cycle, and the last one may end with the run.
    let perLine = Int64(Line.byteCount) * clock.period
    let reads = state.traffic.reads * perLine / Int64(specification.readBytesPerCycle)
    let writes =
      state.traffic.writes * perLine
      / Int64(specification.isShared ? specification.readBytesPerCycle : specification.writeBytesPerCycle)
    return specification.isShared ? reads + writes : max(reads, writes)
  }

  public var actionCounts: [ActionCount] {
    state.traffic.actionCounts(component: name, bytes: Line.byteCount, ranks: metadataRanks)
  }
}
