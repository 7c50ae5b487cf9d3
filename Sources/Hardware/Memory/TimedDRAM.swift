// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// Off-chip memory at the level of commands (`dram.model: timed`): channels with banks, rows, refresh and a controller
/// each, in a clock domain of their own.
///
/// A line is split into the part's transactions, which go to their channels in order; a request that a channel refuses
/// holds back those behind it on the same link, not those of the other links. A line is delivered when its last
/// transaction has arrived. Writes are posted: they are acknowledged when the last transaction is accepted, and the
/// controller answers later reads from its write buffer. Bytes of a transaction that a write leaves out are masked, at no
/// cost in time (*assumption*).
///
/// While nothing waits, the component sleeps; refreshes and buffered writes of that time are caught up with, clock by
/// clock, at the next request.
public final class TimedDRAM: Component, OffChipMemory {
  /// A line on its way to the buffer.
  struct Transfer: BitwiseCopyable {
    var line = Line()
    var ring = BufferRing.operandA
    var slot: Int32 = 0
    /// Transactions whose data are not announced yet; -1 where the entry is free.
    var missing: Int32 = -1
    /// Clock of the request's arrival.
    var arrival: Int64 = 0
    /// Clock of the last data announced so far.
    var ready: Int64 = 0
    /// Orders lines that are ready in the same clock.
    var sequence: Int64 = 0
    /// The entry of the line that is ready next; -1 where there is none.
    var next: Int32 = -1
  }

  /// Data that a channel announced when it took a read in: the tick after it learns of them.
  struct Announcement: BitwiseCopyable {
    var channel: Int32 = 0
    var entry: Int32 = 0
    var clock: Int64 = 0
  }

  struct Registers: BitwiseCopyable {
    /// Lines that were asked for and not delivered.
    var inFlight: Int32 = 0
    /// Entry of the front read; -1 before its first transaction is accepted.
    var entry: Int32 = -1
    /// Transactions of the front read, write and spill that were accepted.
    var acceptedReads: Int32 = 0
    var acceptedWrites: Int32 = 0
    var acceptedSpills: Int32 = 0
    var nextSequence: Int64 = 0
    /// The entry of the line whose data, all announced, are there first; -1 where there is none.
    var firstReady: Int32 = -1
    /// Number of `announced` that count.
    var announcements: Int32 = 0
    /// In transactions.
    var traffic = DRAMTraffic()
  }

  public let reads: Input<DRAMRead>
  public let writes: Input<DRAMWrite>
  public let spills: Input<DRAMWrite>
  public let lines: Output<DRAMLine>
  public let acknowledgements: Output<DRAMAcknowledgement>
  public let spillAcknowledgements: Output<DRAMAcknowledgement>

  let specification: DRAMSpecification
  /// Of the specification, which is large: read for every line.
  private let mapping: DRAMAddressMapping
  private let transactionBytes: Int64
  private let period: Femtoseconds
  let channels: [DRAMController]
  /// The same, to be called without counting references.
  private let controllers: [Unmanaged<DRAMController>]
  @State var state: Registers
  private let image: MemoryImage
  private let observer: (any DRAMRequestObserver)?
  private let transfers: StateArray<Transfer>
  /// A bit per entry of `transfers` that is free.
  private let freeEntries: StateArray<UInt64>
  private let announced: StateArray<Announcement>
  let latencies: [LatencyHistogram]
  /// Transactions by channel.
  let channelReads: StateArray<Int64>
  let channelWrites: StateArray<Int64>
  let metadataRanks: MetadataRanks

  /// - Parameters:
  ///   - clock: the part's own clock, whose period is the specification's.
  ///   - outstandingLines: lines that may be on their way at once.
  ///   - recordsCommands: whether the channels keep their command timelines.
  ///   - observer: told of every line that was taken in; changes nothing.
  ///   - metadataRanks: the ranks whose metadata the memory holds.
  /// - Precondition: a transaction is not larger than a line.
  public init(
    in clock: ClockDomain, name: String = "DRAM", _ specification: DRAMSpecification, outstandingLines: Int,
    image: MemoryImage, recordsCommands: Bool = false, observer: (any DRAMRequestObserver)? = nil,
    metadataRanks: MetadataRanks = MetadataRanks()
  ) {
    self.metadataRanks = metadataRanks
    precondition(specification.organisation.transactionBytes <= Line.byteCount, "a line is one transaction or several")
    self.specification = specification
    mapping = specification.addressMapping
    transactionBytes = Int64(specification.organisation.transactionBytes)
    period = clock.period
    self.image = image
    self.observer = observer
    reads = Input("reads", of: name, in: clock)
    writes = Input("writes", of: name, in: clock)
    spills = Input("spills", of: name, in: clock)
    lines = Output("lines", of: name, in: clock)
    acknowledgements = Output("acknowledgements", of: name, in: clock)
    spillAcknowledgements = Output("spillAcknowledgements", of: name, in: clock)
    let count = specification.organisation.channels
    channels = (0..<count).map { _ in
      DRAMController(specification, recordsCommands: recordsCommands, of: name, in: clock)
    }
    controllers = channels.map { Unmanaged.passUnretained($0) }
    _state = State(Registers(), of: name, in: clock)
    transfers = StateArray(repeating: Transfer(), count: outstandingLines, of: name, in: clock)
    freeEntries = StateArray(repeating: 0, count: (outstandingLines + 63) / 64, of: name, in: clock)
    for entry in 0..<outstandingLines { freeEntries[entry / 64] |= 1 << UInt64(entry % 64) }
    announced = StateArray(
      repeating: Announcement(),
      count: outstandingLines * (Line.byteCount / specification.organisation.transactionBytes), of: name, in: clock)
    latencies = (0..<count).map { _ in LatencyHistogram(of: name, in: clock) }
    channelReads = StateArray(repeating: 0, count: count, of: name, in: clock)
    channelWrites = StateArray(repeating: 0, count: count, of: name, in: clock)
    clock.simulation.adoptState(image.bytes, of: name, changes: image.changes)
    super.init(name, in: clock)
  }

  public override func tick() -> Activity {
    advanceChannels(through: now)
    let blockedRead = acceptReads()
    let blockedWrite = acceptWrites(from: writes, to: acknowledgements, &state.acceptedWrites)
    let blockedSpill = acceptWrites(from: spills, to: spillAcknowledgements, &state.acceptedSpills)
    keepAnnouncements()
    let blockedLine = deliverLines()
    let isRefused = blockedRead || !writes.isEmpty || !spills.isEmpty
    let next = max(now + 1, isRefused ? nextClock() : nextAnswer())
    if let blocked = blockedLine ?? blockedWrite ?? blockedSpill { return blocked.until(next) }
    return isRefused || state.inFlight > 0 ? .working(until: next) : .idle
  }

  // MARK: Channels

  /// Performs what every channel does up to and in `clock`.
  func advanceChannels(through clock: Int64) {
    for position in 0..<Int(state.announcements) {
      let announcement = announced[position]
      noteData(of: Int(announcement.entry), at: announcement.clock, channel: Int(announcement.channel))
    }
    state.announcements = 0
    for index in 0..<controllers.count {
      controllers[index]._withUnsafeGuaranteedRef { channel in
        while channel.nextInterestingClock <= clock { channel.tick(channel.nextInterestingClock) }
        channel.drainCompletions { completion in
          guard completion.tag >= 0 else { return }
          noteData(of: completion.tag, at: completion.clock, channel: index)
        }
      }
    }
  }

  private func noteData(of entry: Int, at clock: Int64, channel: Int) {
    latencies[channel].record(clock - transfers[entry].arrival)
    transfers[entry].missing -= 1
    transfers[entry].ready = max(transfers[entry].ready, clock)
    guard transfers[entry].missing == 0 else { return }
    insertReady(entry)
  }

  /// Puts a line whose data are all announced in its place among those: by clock, then in order of the requests.
  private func insertReady(_ entry: Int) {
    let transfers = transfers.start
    let key = (transfers[entry].ready, transfers[entry].sequence)
    var (before, after) = (-1, Int(state.firstReady))
    while after >= 0, (transfers[after].ready, transfers[after].sequence) < key {
      before = after
      after = Int(transfers[after].next)
    }
    transfers[entry].next = Int32(after)
    if before < 0 { state.firstReady = Int32(entry) } else { transfers[before].next = Int32(entry) }
  }

  /// The clock in which the first line is there whose data are all announced; `Int64.max` where there is none.
  private var earliestReady: Int64 { state.firstReady < 0 ? .max : transfers[Int(state.firstReady)].ready }

  /// Keeps what the channels announced at the requests of this tick: between two ticks all state is the simulation's.
  private func keepAnnouncements() {
    for index in 0..<controllers.count {
      controllers[index]._withUnsafeGuaranteedRef { channel in
        channel.drainCompletions { completion in
          guard completion.tag >= 0 else { return }
          announced[Int(state.announcements)] = Announcement(
            channel: Int32(index), entry: Int32(completion.tag), clock: completion.clock)
          state.announcements += 1
        }
      }
    }
  }

  /// The first clock in which a channel does something or a line is ready.
  private func nextClock() -> Int64 {
    var next = earliestReady
    for index in 0..<controllers.count {
      next = min(next, controllers[index]._withUnsafeGuaranteedRef { $0.nextInterestingClock })
    }
    return next
  }

  /// The first clock in which a line can be ready: what the channels do before then can be caught up with.
  private func nextAnswer() -> Int64 {
    guard state.announcements == 0 else { return now + 1 }
    var next = earliestReady
    for index in 0..<controllers.count {
      next = min(next, controllers[index]._withUnsafeGuaranteedRef { $0.earliestAnswer })
    }
    return next
  }

  // MARK: Requests

  /// Hands on what the channels take; returns whether a read is left waiting.
  private func acceptReads() -> Bool {
    let perLine = Int32(Int64(Line.byteCount) / transactionBytes)
    while !reads.isEmpty {
      if state.entry < 0 {
        guard let free = takeFreeEntry() else { return true }
        state.entry = Int32(free)
        let request = reads.front
        transfers[free] = Transfer(
          ring: request.ring, slot: request.slot, missing: perLine, arrival: reads.frontArrival / period,
          ready: 0, sequence: state.nextSequence)
        state.nextSequence += 1
        state.inFlight += 1
      }
      let address = UInt64(reads.front.address)
      while state.acceptedReads < perLine {
        let request = mapping.request(
          address: address, offset: UInt64(state.acceptedReads), isWrite: false, tag: Int(state.entry))
        guard accept(request) else { return true }
        state.acceptedReads += 1
      }
      let request = reads.receive()
      observer?.took(address: request.address, isWrite: false, at: now)
      transfers[Int(state.entry)].line = image.line(at: Int(request.address))
      state.traffic.countRead(of: request.ring, Int64(perLine))
      state.entry = -1
      state.acceptedReads = 0
    }
    return false
  }

  /// The first free entry, no longer free; nil where all are taken.
  private func takeFreeEntry() -> Int? {
    for word in 0..<freeEntries.count where freeEntries[word] != 0 {
      let bit = freeEntries[word].trailingZeroBitCount
      freeEntries[word] &= freeEntries[word] - 1
      return word * 64 + bit
    }
    return nil
  }

  /// Hands on what the channels take; returns the link that cannot take an acknowledgement, if that is what lacks.
  private func acceptWrites(
    from requests: Input<DRAMWrite>, to acknowledgements: Output<DRAMAcknowledgement>,
    _ accepted: inout Int32
  ) -> Activity? {
    let bytes = transactionBytes
    while !requests.isEmpty {
      guard acknowledgements.isReady else { return acknowledgements.backpressured }
      let write = requests.front
      let first = write.address / bytes
      let count = Int32((write.address + Int64(write.byteCount) - 1) / bytes - first + 1)
      while accepted < count {
        let request = mapping.request(
          address: UInt64(first * bytes), offset: UInt64(accepted), isWrite: true, tag: -1)
        guard accept(request) else { return nil }
        accepted += 1
      }
      requests.receive()
      observer?.took(address: write.address & ~Int64(Line.byteCount - 1), isWrite: true, at: now)
      image.store(write.line, byteCount: Int(write.byteCount), at: Int(write.address))
      acknowledgements.send(DRAMAcknowledgement(), bytes: 0)
      state.traffic.countWrite(isMetadata: write.isMetadata, Int64(count))
      accepted = 0
    }
    return nil
  }

  private func accept(_ request: DRAMRequest) -> Bool {
    let index = Int(request.place.channel)
    let isAccepted = controllers[index]._withUnsafeGuaranteedRef { channel in
      guard channel.canAccept(request) else { return false }
      channel.accept(request, at: now)
      return true
    }
    guard isAccepted else { return false }
    if request.isWrite { channelWrites[index] += 1 } else { channelReads[index] += 1 }
    return true
  }

  // MARK: Lines

  /// Sends the lines whose data have arrived, oldest data first; returns the link where it has no room for one.
  private func deliverLines() -> Activity? {
    while earliestReady <= now {
      guard lines.isReady else { return lines.backpressured }
      let entry = Int(state.firstReady)
      let transfer = transfers.start + entry
      lines.send(
        DRAMLine(
          ring: transfer.pointee.ring, slot: transfer.pointee.slot, blame: Blame(.dram, component: index),
          line: transfer.pointee.line),
        bytes: Line.byteCount)
      transfer.pointee.missing = -1
      state.firstReady = transfer.pointee.next
      freeEntries[entry / 64] |= 1 << UInt64(entry % 64)
      state.inFlight -= 1
    }
    return nil
  }
}
