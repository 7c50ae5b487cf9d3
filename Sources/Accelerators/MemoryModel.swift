// SPDX-License-Identifier: Apache-2.0
import Hardware
import SimulationKernel

/// How a design's off-chip memory is modelled, and with what.
public enum MemoryModel: Sendable, Equatable {
  /// A bandwidth and a latency.
  case ideal(IdealDRAM.Specification)
  /// A part, command by command.
  case timed(DRAMSpecification, interface: TimedInterface)

  /// What lies between the chip's clock and a part's controller.
  public struct TimedInterface: Sendable, Equatable {
    /// Core cycles from a request's sending to its arrival at the controller.
    public var requestCycles: Int
    /// Lines that may be on their way at once.
    public var outstandingLines: Int
  }

  /// The values of the `dram` section; `part` is what `dram.part` names, where the model is timed.
  init(_ values: ParameterValues, part: DRAMSpecification?) {
    guard values.text("dram.model") == "ideal" else {
      guard let part else { preconditionFailure("a timed memory comes with its part") }
      self = .timed(
        part,
        interface: TimedInterface(
          requestCycles: values.integer("dram.request_cycles"),
          outstandingLines: values.integer("dram.outstanding_lines")))
      return
    }
    let shared = values.integer("dram.bytes_per_cycle")
    let read = values.optionalInteger("dram.read_bytes_per_cycle")
    let write = values.optionalInteger("dram.write_bytes_per_cycle")
    self = .ideal(
      IdealDRAM.Specification(
        readBytesPerCycle: read ?? shared, writeBytesPerCycle: write ?? shared,
        isShared: read == nil && write == nil, latencyCycles: values.integer("dram.latency_cycles")))
  }

  /// Adds the memory to a simulation; a timed one brings its own clock.
  ///
  /// - Parameter observer: told of what a timed memory takes in.
  func makeMemory(
    in core: ClockDomain, image: MemoryImage, observer: (any DRAMRequestObserver)? = nil,
    metadataRanks: MetadataRanks = MetadataRanks()
  ) -> any OffChipMemory {
    switch self {
    case .ideal(let specification): IdealDRAM(in: core, specification, image: image, metadataRanks: metadataRanks)
    case .timed(let part, let interface):
      TimedDRAM(
        in: core.simulation.addClock("dram", period: Femtoseconds(part.timing.clockPicoseconds) * 1000), part,
        outstandingLines: interface.outstandingLines, image: image, observer: observer, metadataRanks: metadataRanks)
    }
  }

  /// Whether writes are posted: some may still wait in front of the part when a run ends.
  var isTimed: Bool {
    if case .timed = self { true } else { false }
  }

  /// Cycles of the core clock from a request's sending to its arrival.
  var requestLatency: Cycle {
    switch self {
    case .ideal: 1
    case .timed(_, let interface): Cycle(interface.requestCycles)
    }
  }

  /// Cycles of the memory's clock from a line's or acknowledgement's sending to its arrival.
  var answerLatency: Cycle {
    switch self {
    case .ideal(let specification): Cycle(specification.latencyCycles)
    case .timed: 1
    }
  }

  /// Lines and acknowledgements that are on their way back at full rate.
  func answersInFlight(writes: Bool) -> Int {
    switch self {
    case .ideal(let ideal):
      (ideal.latencyCycles + 1) * max(1, (writes ? ideal.writeBytesPerCycle : ideal.readBytesPerCycle) / Line.byteCount)
    case .timed(_, let interface): interface.outstandingLines
    }
  }

  /// Bytes in core cycles that no transfer can beat.
  func rate(clockGHz: Double) -> MemoryRate {
    switch self {
    case .ideal(let ideal):
      MemoryRate(
        readBytesPerCycle: Double(ideal.readBytesPerCycle), writeBytesPerCycle: Double(ideal.writeBytesPerCycle),
        isShared: ideal.isShared)
    case .timed(let part, _):
      MemoryRate(
        readBytesPerCycle: part.peakGBPerSecond / clockGHz, writeBytesPerCycle: part.peakGBPerSecond / clockGHz,
        isShared: true)
    }
  }
}

/// The most that a memory can move, in bytes per core cycle.
struct MemoryRate {
  let readBytesPerCycle: Double
  let writeBytesPerCycle: Double
  /// Whether reads and writes share one bus.
  let isShared: Bool

  /// The least cycles that so many lines take; whole lines cross whole cycles, so a part of a cycle counts.
  func cycles(readLines: Int, writtenLines: Int) -> Int64 {
    func cycles(_ lines: Int, _ rate: Double) -> Int64 {
      // A billionth less than the quotient, so that its rounding never adds a cycle.
      let quotient = Double(lines) * Double(Line.byteCount) / rate
      return Int64((quotient - quotient * 1e-9).rounded(.up))
    }
    guard isShared else {
      return max(cycles(readLines, readBytesPerCycle), cycles(writtenLines, writeBytesPerCycle))
    }
    return cycles(readLines + writtenLines, readBytesPerCycle)
  }
}
