// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// The on-chip buffer between DRAM and the arrays (GLB): data banks of 64-byte rows, metadata banks of 8-byte rows.
///
/// The memory is divided into rings of lines. The sequencer has lines fetched into a ring and orders ports to stream
/// windows out of it; a row whose line has not arrived yet makes its port wait, so computation starts with the first
/// rows and nobody waits for a whole tile. On a window's last use its lines are freed as they are read.
///
/// A bank serves one row a cycle; rows alternate banks. The ports are served in a fixed order: operand B, operand A,
/// reloaded sums, then fills; among the metadata ports the bitmasks of B, rank 1, rank 0, then fills (assumption: a stall of B stops
/// all arrays at once, a stall of A is hidden by the double-buffered registers).
public final class GlobalBuffer: Component, ActionReporting {
  public let fills: Input<DRAMLine>
  /// Frees lines towards the sequencer.
  public let releases: Output<BufferRelease>
  public let operandB: BufferPort<BufferRow>
  public let operandA: BufferPort<BufferRow>
  public let maskB: BufferPort<MetadataRow>
  public let rank1A: BufferPort<MetadataRow>
  public let rank0A: BufferPort<MetadataRow>
  public let sums: BufferPort<BufferRow>

  let specification: Specification
  let plan: BufferPlan
  let dataRows: StateArray<Line>
  let metadataWords: StateArray<UInt64>
  /// One flag per line of data and metadata: whether it holds what its ring says.
  let dataIsPresent: StateArray<Bool>
  let metadataIsPresent: StateArray<Bool>
  @State var state: Registers

  struct Registers: BitwiseCopyable {
    /// The next free byte slot of the data port, counted as cycle times bytes per cycle.
    var portFree: Int64 = 0
    /// Banks that serve a row in this cycle, a bit each.
    var busyDataBanks: UInt64 = 0
    var busyMetadataBanks: UInt64 = 0
    /// 64-bit words of the metadata line being filled that are written.
    var filledWords: Int32 = 0
    var released = BufferRelease()
    var isContended = false
    var dataReads: Int64 = 0
    var dataWrites: Int64 = 0
    var maskReads: Int64 = 0
    var maskWrites: Int64 = 0
    var rank1Reads: Int64 = 0
    var rank1Writes: Int64 = 0
    var rank0Reads: Int64 = 0
    var rank0Writes: Int64 = 0
  }

  public init(in clock: ClockDomain, name: String = "GLB", _ specification: Specification, plan: BufferPlan) {
    self.specification = specification
    self.plan = plan
    fills = Input("fills", of: name, in: clock)
    releases = Output("releases", of: name, in: clock)
    operandB = BufferPort("operandB", ring: .operandB, of: name, in: clock)
    operandA = BufferPort("operandA", ring: .operandA, of: name, in: clock)
    maskB = BufferPort("maskB", ring: .maskB, of: name, in: clock)
    rank1A = BufferPort("rank1A", ring: .rank1A, of: name, in: clock)
    rank0A = BufferPort("rank0A", ring: .rank0A, of: name, in: clock)
    sums = BufferPort("sums", ring: .sums, of: name, in: clock)
    let dataLines = specification.dataBytes / Line.byteCount
    let metadataLines = specification.metadataBytes / Line.byteCount
    precondition(plan.dataLines <= dataLines, "the data rings fit the data banks")
    precondition(plan.metadataLines <= metadataLines, "the metadata rings fit the metadata banks")
    // Only the part that the rings use is backed by memory: a buffer "out of the way" may be far larger.
    dataRows = StateArray(repeating: Line(), count: plan.dataLines, of: name, in: clock)
    metadataWords = StateArray(repeating: 0, count: plan.metadataLines * 8, of: name, in: clock)
    dataIsPresent = StateArray(repeating: false, count: plan.dataLines, of: name, in: clock)
    metadataIsPresent = StateArray(repeating: false, count: plan.metadataLines, of: name, in: clock)
    _state = State(Registers(), of: name, in: clock)
    super.init(name, in: clock)
  }

  public override func tick() -> Activity {
    state.busyDataBanks = 0
    state.busyMetadataBanks = 0
    state.isContended = false
    let data = readRow(operandB) | readRow(operandA) | readRow(sums)
    let metadata = readWord(maskB) | readWord(rank1A) | readWord(rank0A)
    let activity = data | metadata | fill() | release()
    // A port that lost to another one this cycle must try again in the next.
    return state.isContended ? .worked : activity
  }

  // MARK: Data banks

  private func readRow(_ port: BufferPort<BufferRow>) -> Activity {
    guard port.hasWork() else { return .idle }
    guard port.rows.isReady else { return port.rows.backpressured }
    let line = plan.line(of: port.ring, slot: Int(port.progress.command.firstSlot + port.progress.done))
    guard dataIsPresent[line] else {
      port.progress.waited = .line
      return fills.starved
    }
    guard claimDataBank(of: line) else {
      port.progress.waited = .bank
      return .worked
    }
    let blame =
      port.progress.waited == .line ? Blame(.dram, component: plan.memoryComponent) : Blame(.glb, component: index)
    port.rows.send(BufferRow(line: dataRows[line], blame: blame), bytes: Line.byteCount)
    state.dataReads += 1
    if port.progress.command.isLastUse {
      dataIsPresent[line] = false
      state.released.add(1, to: port.ring)
    }
    port.progress.done += 1
    port.progress.waited = .nothing
    return .worked
  }

  /// Takes the bank of a data line and the port's bandwidth for this cycle, if both are free.
  private func claimDataBank(of line: Int) -> Bool {
    let bank = UInt64(1) << UInt64(line % specification.dataBanks)
    let rate = Int64(specification.portBytesPerCycle)
    guard state.busyDataBanks & bank == 0, state.portFree < (now + 1) * rate else {
      state.isContended = true
      return false
    }
    state.busyDataBanks |= bank
    state.portFree = max(state.portFree, now * rate) + Int64(Line.byteCount)
    return true
  }

  // MARK: Metadata banks

  private func readWord(_ port: BufferPort<MetadataRow>) -> Activity {
    guard port.hasWork() else { return .idle }
    guard port.rows.isReady else { return port.rows.backpressured }
    let done = Int(port.progress.done)
    let line = plan.line(of: port.ring, slot: Int(port.progress.command.firstSlot) + done / 8)
    guard metadataIsPresent[line] else {
      port.progress.waited = .line
      return fills.starved
    }
    let word = line * 8 + done % 8
    guard claimMetadataBank(of: word) else {
      port.progress.waited = .bank
      return .worked
    }
    let blame =
      port.progress.waited == .line
      ? Blame(.dram, component: plan.memoryComponent) : Blame(.metadata, component: index)
    port.rows.send(MetadataRow(bits: metadataWords[word], blame: blame), bytes: 8)
    countMetadata(port.ring, reads: 1)
    port.progress.done += 1
    port.progress.waited = .nothing
    let isLineDone = done % 8 == 7 || port.progress.done == port.progress.command.rowCount
    if port.progress.command.isLastUse && isLineDone {
      metadataIsPresent[line] = false
      state.released.add(1, to: port.ring)
    }
    return .worked
  }

  private func claimMetadataBank(of word: Int) -> Bool {
    let bank = UInt64(1) << UInt64(word % specification.metadataBanks)
    guard state.busyMetadataBanks & bank == 0 else {
      state.isContended = true
      return false
    }
    state.busyMetadataBanks |= bank
    return true
  }

  // MARK: Fills and releases

  private func fill() -> Activity {
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
    precondition(!dataIsPresent[line], "a line is filled only after it was freed")
    guard claimDataBank(of: line) else { return false }
    dataRows[line] = fills.front.line
    dataIsPresent[line] = true
    state.dataWrites += 1
    return true
  }

  /// Writes as many words of the front line as the banks allow; whether the line is complete.
  private func fillWords(_ line: Int, ring: BufferRing) -> Bool {
    precondition(!metadataIsPresent[line], "a line is filled only after it was freed")
    while state.filledWords < 8 {
      let word = line * 8 + Int(state.filledWords)
      guard claimMetadataBank(of: word) else { return false }
      metadataWords[word] = fills.front.line.doubleword(Int(state.filledWords))
      countMetadata(ring, writes: 1)
      state.filledWords += 1
    }
    state.filledWords = 0
    metadataIsPresent[line] = true
    return true
  }

  private func release() -> Activity {
    guard !state.released.isEmpty else { return .idle }
    guard releases.isReady else { return releases.backpressured }
    releases.send(state.released, bytes: 0)
    state.released = BufferRelease()
    return .worked
  }

  private func countMetadata(_ ring: BufferRing, reads: Int64 = 0, writes: Int64 = 0) {
    switch ring {
    case .maskB:
      state.maskReads += reads
      state.maskWrites += writes
    case .rank1A:
      state.rank1Reads += reads
      state.rank1Writes += writes
    case .rank0A:
      state.rank0Reads += reads
      state.rank0Writes += writes
    case .operandA, .operandB, .sums: preconditionFailure("data rings hold no metadata")
    }
  }
}
