// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// The on-chip buffer between DRAM and the arrays (GLB): data banks of 64-byte rows, metadata banks of 8-byte rows.
///
/// The memory is divided into rings of lines. The sequencer has lines fetched into a ring and orders ports to stream
/// windows out of it; a row whose line has not arrived yet makes its port wait, so computation starts with the first
/// rows and nobody waits for a whole tile. On a window's last use its lines are freed as they are read.
///
/// A bank serves as many rows a cycle as it has ports; rows alternate banks. Who is served first is the specification's
/// choice. The default order is operand B, operand A, reloaded sums, then fills, the same in the metadata banks (bitmasks of
/// B, the ranks of A from the highest down, fills); assumption: a stall of B stops all arrays at once, a stall of A is hidden by the
/// double-buffered registers.
public final class GlobalBuffer: Component, ActionReporting {
  public let fills: Input<DRAMLine>
  /// Frees lines towards the sequencer.
  public let releases: Output<BufferRelease>
  public let operandB: BufferPort<BufferRow>
  public let operandA: BufferPort<BufferRow>
  /// Ports of metadata, where the design has such a ring.
  public let maskB: BufferPort<MetadataRow>?
  public let metadataA: PerRank<BufferPort<MetadataRow>?>
  public let sums: BufferPort<BufferRow>

  let specification: Specification
  let plan: BufferPlan
  /// The rank that operand B's metadata is of; nil for bitmasks, which are of none.
  let operandBRank: Int?
  let dataRows: NotedArray<Line>
  let metadataWords: StateArray<UInt64>
  /// Per line of data and metadata: 0 until it holds what its ring says, then 1 and the cycles for which the buffer kept
  /// it waiting at the door.
  let dataPresence: StateArray<UInt8>
  let metadataPresence: StateArray<UInt8>
  let rowsPerLine: Int32
  let hasDefaultOrder: Bool
  /// Whether a port's ring has lines in this layer: else the port is never told to read.
  private let usesMaskB: Bool
  private let usesMetadataA: PerRank<Bool>
  private let usesSums: Bool
  /// Not state: nobody looks while the buffer is ahead.
  let leaptRows: UnsafeMutablePointer<LeaptRows>
  @State var state: Registers

  struct Registers: BitwiseCopyable {
    /// The next free byte slot of the data port, counted as cycle times bytes per cycle.
    var portFree: Int64 = 0
    /// The same of the port for writes, where each direction has its own.
    var writePortFree: Int64 = 0
    /// Banks that serve a row in this cycle, and those that serve two, a bit each.
    var dataBanks = BankUse()
    var metadataBanks = BankUse()
    /// The client that begins, in the specification's order.
    var turn: Int32 = 0
    /// Rows of the data line being filled that are written.
    var filledRows: Int32 = 0
    /// 64-bit words of the metadata line being filled that are written.
    var filledWords: Int32 = 0
    var released = BufferRelease()
    var isContended = false
    var dataReads: Int64 = 0
    var dataWrites: Int64 = 0
    var metadata = MetadataAccesses()
  }

  struct BankUse: BitwiseCopyable {
    var once: UInt64 = 0
    var twice: UInt64 = 0

    /// Takes a port of a bank, if one is free.
    @inline(__always)
    mutating func claim(_ bank: Int, ports: Int) -> Bool {
      let bit = UInt64(1) << UInt64(bank)
      if once & bit == 0 {
        once |= bit
        return true
      }
      guard ports == 2, twice & bit == 0 else { return false }
      twice |= bit
      return true
    }
  }

  /// - Parameters:
  ///   - rings: the rings that the design has; ports of others do not exist.
  ///   - operandBRank: the rank that causes operand B's metadata; nil for bitmasks.
  public init(
    in clock: ClockDomain, name: String = "GLB", _ specification: Specification, plan: BufferPlan,
    rings: Set<BufferRing> = Set(BufferRing.allCases), operandBRank: Int? = nil
  ) {
    self.operandBRank = operandBRank
    func port(_ portName: String, _ ring: BufferRing) -> BufferPort<MetadataRow>? {
      rings.contains(ring) ? BufferPort(portName, ring: ring, of: name, in: clock) : nil
    }
    self.specification = specification
    self.plan = plan
    rowsPerLine = specification.rowsPerLine
    leaptRows = .allocate(capacity: 1)
    leaptRows.initialize(to: LeaptRows())
    hasDefaultOrder = specification.arbitration == .priority && specification.order == Client.allCases
    fills = Input("fills", of: name, in: clock)
    releases = Output("releases", of: name, in: clock)
    operandB = BufferPort("operandB", ring: .operandB, of: name, in: clock)
    operandA = BufferPort("operandA", ring: .operandA, of: name, in: clock)
    maskB = port("maskB", .maskB)
    metadataA = PerRank { port("rank\($0)A", .metadataA(ofRank: $0)) }
    sums = BufferPort("sums", ring: .sums, of: name, in: clock)
    usesMaskB = plan.maskB.count > 0
    usesMetadataA = PerRank { plan.region(of: .metadataA(ofRank: $0)).count > 0 }
    usesSums = plan.sums.count > 0
    let dataLines = specification.dataBytes / Line.byteCount
    let metadataLines = specification.metadataBytes / Line.byteCount
    precondition(plan.dataLines <= dataLines, "the data rings fit the data banks")
    precondition(plan.metadataLines <= metadataLines, "the metadata rings fit the metadata banks")
    // Only the part that the rings use is backed by memory: a buffer "out of the way" may be far larger.
    dataRows = NotedArray(repeating: Line(), count: plan.dataLines, of: name, in: clock)
    metadataWords = StateArray(repeating: 0, count: plan.metadataLines * 8, of: name, in: clock)
    dataPresence = StateArray(repeating: 0, count: plan.dataLines, of: name, in: clock)
    metadataPresence = StateArray(repeating: 0, count: plan.metadataLines, of: name, in: clock)
    _state = State(Registers(), of: name, in: clock)
    super.init(name, in: clock)
  }

  deinit { leaptRows.deallocate() }

  /// The port of a ring of metadata; nil where the design has no such ring.
  public func metadataPort(of ring: BufferRing) -> BufferPort<MetadataRow>? {
    if let rank = ring.rankOfA { return metadataA[rank] }
    return ring == .maskB ? maskB : nil
  }

  public override func tick() -> Activity {
    state.dataBanks = BankUse()
    state.metadataBanks = BankUse()
    state.isContended = false
    let isAhead = now < leaptRows.pointee.until
    if isAhead { claimLeaptRow() }
    // While ahead, operand B is served already.
    let served =
      hasDefaultOrder
      ? (isAhead ? .idle : serveB()) | serveA() | serveSums() | fill()
      : serveInOrder()
    let activity = served | release()
    // A port that lost to another one this cycle must try again in the next.
    let outcome = state.isContended ? .worked : activity
    return isAhead ? whileAhead(outcome) : outcome
  }

  // MARK: Arbitration

  private func serve(_ client: Client) -> Activity {
    switch client {
    case .operandB: serveB()
    case .operandA: serveA()
    case .sums: serveSums()
    case .fill: fill()
    }
  }

  // Metadata is little and holds up all of its rows, so it goes first where they share a port.

  @inline(__always)
  private func serveB() -> Activity { (usesMaskB ? readWords(maskB) : .idle) | readRow(operandB) }

  @inline(__always)
  private func serveA() -> Activity {
    readMetadataA(2) | readMetadataA(1) | readMetadataA(0) | readRow(operandA)
  }

  @inline(__always)
  private func readMetadataA(_ rank: Int) -> Activity { usesMetadataA[rank] ? readWords(metadataA[rank]) : .idle }

  @inline(__always)
  private func serveSums() -> Activity { usesSums ? readRow(sums) : .idle }

  private func serveInOrder() -> Activity {
    let order = specification.order
    let first = specification.arbitration == .roundRobin ? Int(state.turn) : 0
    var activity = Activity.idle
    var isGranted = false
    for offset in 0..<order.count {
      let place = (first + offset) % order.count
      let used = served
      activity = activity | serve(order[place])
      if !isGranted, used != served {
        isGranted = true
        state.turn = Int32((place + 1) % order.count)
      }
    }
    return activity
  }

  /// Accesses so far: whether a client was served shows in it.
  private var served: Int64 { state.dataReads + state.dataWrites + state.metadata.total }

  // MARK: Data banks

  @inline(__always)
  private func readRow(_ port: BufferPort<BufferRow>) -> Activity { port.hasWork() ? readNextRow(port) : .idle }

  private func readNextRow(_ port: BufferPort<BufferRow>) -> Activity {
    guard port.rows.isReady else { return port.rows.backpressured }
    let line = plan.line(of: port.ring, slot: Int(port.progress.command.firstSlot + port.progress.done))
    guard dataPresence[line] != 0 else {
      port.noteMissingLine(at: now)
      return fills.starved
    }
    let rows = claimRows(of: line, after: port.progress.readRows, isWrite: false)
    state.dataReads += Int64(rows)
    port.progress.readRows += rows
    guard port.progress.readRows == rowsPerLine else {
      port.progress.waited = .bank
      return .worked
    }
    port.progress.readRows = 0
    let blame =
      port.progress.waited == .line && !wasKeptHere(dataPresence[line], since: port.progress.waitedSince)
      ? Blame(.dram, component: plan.memoryComponent) : Blame(.glb, component: index)
    port.rows.send(BufferRow(line: dataRows[line], blame: blame), bytes: Line.byteCount)
    if port.progress.command.isLastUse {
      dataPresence[line] = 0
      state.released.add(1, to: port.ring)
    }
    port.progress.done += 1
    port.progress.waited = .nothing
    return .worked
  }

  /// Takes banks, and the port's bandwidth for this cycle, for as many rows of a data line as are free.
  ///
  /// - Parameter done: rows of the line that were served before.
  /// - Returns: rows served in this cycle.
  func claimRows(of line: Int, after done: Int32, isWrite: Bool) -> Int32 {
    var next = done
    while next < rowsPerLine {
      let row = line * Int(rowsPerLine) + Int(next)
      guard hasBandwidth(isWrite: isWrite),
        !specification.hasBankConflicts
          || state.dataBanks.claim(
            Specification.bank(of: row, among: specification.dataBanks), ports: specification.bankPorts)
      else {
        state.isContended = true
        break
      }
      take(specification.rowBytes, isWrite: isWrite)
      next += 1
    }
    return next - done
  }

  /// Whether the port that carries this direction has a byte left in this cycle, or `ahead` bytes later.
  private func hasBandwidth(isWrite: Bool, ahead: Int = 0) -> Bool {
    let free = isWrite && specification.hasPortPerDirection ? state.writePortFree : state.portFree
    return free < (now + 1) * Int64(specification.portBytesPerCycle) + Int64(ahead)
  }

  /// Takes `bytes` of the port's bandwidth, from this cycle on.
  private func take(_ bytes: Int, isWrite: Bool) {
    let start = now * Int64(specification.portBytesPerCycle)
    if isWrite && specification.hasPortPerDirection {
      state.writePortFree = max(state.writePortFree, start) + Int64(bytes)
    } else {
      state.portFree = max(state.portFree, start) + Int64(bytes)
    }
  }

  /// Whether a line that came late was kept at the buffer's own door for most of the time that its reader waited.
  private func wasKeptHere(_ presence: UInt8, since start: Cycle) -> Bool { 2 * (Int64(presence) - 1) > now - start }

  // MARK: Metadata banks

  @inline(__always)
  private func readWords(_ port: BufferPort<MetadataRow>?) -> Activity {
    guard let port, port.hasWork() else { return .idle }
    let activity = readNextWord(port)
    for _ in 1..<specification.metadataPortWords where activity == .worked && port.hasWork() { _ = readNextWord(port) }
    return activity
  }

  private func readNextWord(_ port: BufferPort<MetadataRow>) -> Activity {
    guard port.rows.isReady else { return port.rows.backpressured }
    let done = Int(port.progress.done)
    let line = plan.line(of: port.ring, slot: Int(port.progress.command.firstSlot) + done / 8)
    guard metadataPresence[line] != 0 else {
      port.noteMissingLine(at: now)
      return fills.starved
    }
    let word = line * 8 + done % 8
    guard claimMetadataBank(of: word, isWrite: false) else {
      port.progress.waited = .bank
      return .worked
    }
    let blame =
      port.progress.waited == .line && !wasKeptHere(metadataPresence[line], since: port.progress.waitedSince)
      ? Blame(.dram, component: plan.memoryComponent) : Blame(.metadata, component: index)
    port.rows.send(MetadataRow(bits: metadataWords[word], blame: blame), bytes: 8)
    state.metadata[port.ring].reads += 1
    port.progress.done += 1
    port.progress.waited = .nothing
    let isLineDone = done % 8 == 7 || port.progress.done == port.progress.command.rowCount
    if port.progress.command.isLastUse && isLineDone {
      metadataPresence[line] = 0
      state.released.add(1, to: port.ring)
    }
    return .worked
  }

  private func claimMetadataBank(of word: Int, isWrite: Bool) -> Bool {
    // A port for each direction carries metadata too; a word slips in between the bytes of a row that is on its way.
    guard !specification.hasPortPerDirection || hasBandwidth(isWrite: isWrite, ahead: Line.byteCount),
      !specification.hasBankConflicts
        || state.metadataBanks.claim(
          Specification.bank(of: word, among: specification.metadataBanks), ports: specification.bankPorts)
    else {
      state.isContended = true
      return false
    }
    if specification.hasPortPerDirection { take(8, isWrite: isWrite) }
    return true
  }

  // MARK: Fills and releases

  @inline(__always)
  private func fill() -> Activity { fills.isEmpty ? .idle : takeFills() }

  private func takeFills() -> Activity {
    var activity = Activity.idle
    while !fills.isEmpty {
      let ring = fills.front.ring
      let line = plan.line(of: ring, slot: Int(fills.front.slot))
      guard ring.isData ? fillRow(line) : fillWords(line, ring: ring) else { return .worked }
      fills.receive()
      activity = .worked
    }
    return activity
  }

  private func fillRow(_ line: Int) -> Bool {
    precondition(dataPresence[line] == 0, "a line is filled only after it was freed")
    let rows = claimRows(of: line, after: state.filledRows, isWrite: true)
    state.dataWrites += Int64(rows)
    state.filledRows += rows
    guard state.filledRows == rowsPerLine else { return false }
    state.filledRows = 0
    dataRows.store(fills.front.line, at: line)
    dataPresence[line] = presenceOfFront
    return true
  }

  /// The presence of the front fill's line: 1, and the whole cycles since it arrived.
  private var presenceOfFront: UInt8 {
    let kept = now - fills.frontArrivalCycle
    return UInt8(1 + min(kept, 254))
  }

  /// Writes as many words of the front line as the banks allow; whether the line is complete.
  private func fillWords(_ line: Int, ring: BufferRing) -> Bool {
    precondition(metadataPresence[line] == 0, "a line is filled only after it was freed")
    while state.filledWords < 8 {
      let word = line * 8 + Int(state.filledWords)
      guard claimMetadataBank(of: word, isWrite: true) else { return false }
      metadataWords[word] = fills.front.line.doubleword(Int(state.filledWords))
      state.metadata[ring].writes += 1
      state.filledWords += 1
    }
    state.filledWords = 0
    metadataPresence[line] = presenceOfFront
    return true
  }

  @inline(__always)
  private func release() -> Activity {
    guard !state.released.isEmpty else { return .idle }
    guard releases.isReady else { return releases.backpressured }
    releases.send(state.released, bytes: 0)
    state.released = BufferRelease()
    return .worked
  }
}
