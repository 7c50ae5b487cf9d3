// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// The part of the NoC that carries operand A from the buffer to the arrays' stationary registers.
///
/// A beat is one array row: its kept values, 16 or as many as the registers hold, and beside them the offsets that the
/// metadata decoders delivered for it (a sideband of 56 bits or more, assumption). A rank with G = H has no metadata;
/// the registers know its offsets. What a beat leaves of a buffer row that is less than a beat is carried into the next.
public final class StationaryBus: Component, ActionReporting {
  /// Shape and width of the bus for one layer.
  public struct Specification: Equatable, Sendable {
    public var array: PEArray.Specification
    public var arrays: Int
    public var wordBytes: Int
    public var bytesPerCycle: Int

    public init(array: PEArray.Specification, arrays: Int, wordBytes: Int, bytesPerCycle: Int) {
      self.array = array
      self.arrays = arrays
      self.wordBytes = wordBytes
      self.bytesPerCycle = bytesPerCycle
    }

    var beatWords: Int { array.slotsPerRow }
    var beatBytes: Int { beatWords * wordBytes }
    /// Whether beats of some layer do not fill buffer rows evenly.
    var carries: Bool { array.selection.selectsHeldBlocks }
  }

  private struct Registers: BitwiseCopyable {
    var command = LoadCommand(window: 0, rowCount: 0)
    /// Beats of the command that were sent.
    var done: Int32 = 0
    /// The array that the next beat goes to, and its row there: beats are dealt to the arrays in turn.
    var nextArray: Int32 = 0
    var nextRow: Int32 = 0
    /// Words of the front buffer row that were used, and words of the one before it that are left.
    var usedWords: Int32 = 0
    var carriedWords: Int32 = 0
    /// The next free byte slot of the bus, counted as cycle times width.
    var nextFree: Int64 = 0
    /// When the command was taken.
    var orderedAt: Cycle = 0
    /// Whether an array had no room for the next beat.
    var wasBlocked = false
    /// What the last beat that the bus waited for was waiting for, and the beats that followed it without a gap.
    var lateBlame = Blame(.registers, component: 0)
    var followers: Int32 = 0
    var beats: Int64 = 0
    var carries: Int64 = 0
  }

  public let commands: Input<LoadCommand>
  public let rows: Input<BufferRow>
  /// Offsets of each rank, where the design skips it.
  public let metadata: PerRank<Input<MetadataField>?>
  public let arrays: [Output<StationaryRow>]

  let specification: Specification
  private let padding: PaddingTable
  /// Of `metadata`, what every beat of this layer takes a field of.
  private let used: PerRank<Input<MetadataField>?>
  private let usesMetadata: Bool
  private let carried: StateArray<Int16>
  @State private var state: Registers

  public init(
    in clock: ClockDomain, name: String = "NoC.stationary", _ specification: Specification, padding: PaddingTable
  ) {
    self.specification = specification
    self.padding = padding
    commands = Input("commands", of: name, in: clock)
    rows = Input("rows", of: name, in: clock)
    let array = specification.array
    let metadata = PerRank { rank -> Input<MetadataField>? in
      array.selection.rank(rank) == nil ? nil : Input("rank\(rank)", of: name, in: clock)
    }
    self.metadata = metadata
    let used = PerRank { rank -> Input<MetadataField>? in
      guard rank < array.ranks.count, array.rank(rank).hasMetadata else { return nil }
      precondition(metadata[rank] != nil, "offsets of rank \(rank) have a way to the arrays")
      return metadata[rank]
    }
    self.used = used
    usesMetadata = PerRank<Bool>.ranks.contains { used[$0] != nil }
    arrays = (0..<specification.arrays).map { Output("array\($0)", of: name, in: clock) }
    carried = StateArray(repeating: 0, count: specification.array.mostSlotsPerRow, of: name, in: clock)
    _state = State(Registers(), of: name, in: clock)
    super.init(name, in: clock)
  }

  public override func tick() -> Activity {
    var activity = Activity.idle
    while true {
      if state.done == state.command.rowCount {
        let taken = takeCommand()
        guard taken == .worked else { return activity | taken }
      }
      // Beats cross one behind the other, byte by byte: a wide bus passes several in a cycle.
      let sent = sendRow()
      activity = activity | sent
      guard sent == .worked else { return activity }
    }
  }

  private func takeCommand() -> Activity {
    guard !commands.isEmpty else { return .idle }
    let emptyArrays = firstEmptyArray(rowCount: commands.front.rowCount)..<arrays.count
    for array in emptyArrays where !arrays[array].isReady { return arrays[array].backpressured }
    state.command = commands.receive()
    state.done = 0
    state.nextArray = 0
    state.nextRow = 0
    state.orderedAt = now
    for array in emptyArrays { sendEmptyWindow(to: array) }
    return .worked
  }

  /// Rows of a block are dealt to the arrays in turn, so that all arrays have theirs at about the same time and a
  /// ragged last block is spread over them.
  private func firstEmptyArray(rowCount: Int32) -> Int { min(Int(rowCount), arrays.count) }

  /// Tells an array that has no row in the block that its window is complete.
  private func sendEmptyWindow(to array: Int) {
    arrays[array].send(
      StationaryRow(
        values: SIMD32(), offsets: RankOffsets(), row: -1, isLast: true, shapePadding: 0, patternPadding: 0,
        blame: Blame(.registers, component: index)),
      bytes: 0)
  }

  private func sendRow() -> Activity {
    guard !rows.isEmpty else { return rows.starved }
    if usesMetadata {
      for rank in PerRank<Int>.descending {
        if let fields = used[rank], fields.isEmpty { return fields.starved }
      }
    }
    let last = lastInput()
    let width = Int64(specification.bytesPerCycle)
    let bytes = Int64(specification.beatBytes)
    let end = max(state.nextFree, last.arrival * width) + bytes
    guard end <= (now + 1) * width else {
      // The next cycle is the usual case, and needs no division.
      return .working(until: end <= (now + 2) * width ? now + 1 : (end - 1) / width)
    }
    let array = Int(state.nextArray)
    guard arrays[array].isReady else {
      state.wasBlocked = true
      return arrays[array].backpressured
    }
    let blame = blame(of: last)
    arrays[array].send(bytes: specification.beatBytes) { writeNextRow(to: $0, blame: blame) }
    // A beat that an array kept on the bus occupied it for that cycle.
    state.nextFree = end <= now * width ? (now + 1) * width : end
    state.wasBlocked = false
    return .worked
  }

  /// When the last of the beat's inputs arrived, and that input's blame.
  @inline(__always)
  private func lastInput() -> (arrival: Cycle, blame: Blame) {
    var last = (arrival: rows.frontArrivalCycle, blame: rows.front.blame)
    func consider(_ arrival: Cycle, _ blame: Blame) { if arrival > last.arrival { last = (arrival, blame) } }
    if usesMetadata {
      for rank in PerRank<Int>.descending {
        if let fields = used[rank] { consider(fields.frontArrivalCycle, fields.front.blame) }
      }
    }
    if state.done == 0 { consider(state.orderedAt, Blame(.registers, component: index)) }
    return last
  }

  /// Why a beat crosses no earlier: an input that the bus was free for, registers that were not free yet, or the bus.
  ///
  /// A beat that the bus waited for holds back those behind it, and each array's first beat after the gap must say so: the
  /// array sees one beat in as many as there are arrays.
  private func blame(of last: (arrival: Cycle, blame: Blame)) -> Blame {
    let (arrival, free) = (last.arrival * Int64(specification.bytesPerCycle), state.nextFree)
    if state.wasBlocked || arrival > free {
      state.lateBlame = state.wasBlocked ? Blame(.registers, component: index) : last.blame
      state.followers = 0
      return state.lateBlame
    }
    state.followers += 1
    if Int(state.followers) < arrays.count { return state.lateBlame }
    return arrival == free ? last.blame : Blame(.noc, component: index)
  }

  /// Assembles a beat from the front buffer row and the front metadata fields, and takes what it used up.
  @inline(__always)
  private func writeNextRow(to beat: UnsafeMutablePointer<StationaryRow>, blame: Blame) {
    let number = Int(state.done)
    var offsets = RankOffsets()
    if usesMetadata {
      for rank in PerRank<Int>.ranks {
        if let fields = used[rank] { offsets[rank] = fields.receive().bits }
      }
    }
    let slots = padding.slots(window: Int(state.command.window), row: number)
    beat.pointee = StationaryRow(
      values: SIMD32(), offsets: offsets, row: Int8(state.nextRow),
      isLast: number + arrays.count >= Int(state.command.rowCount), shapePadding: slots.shape,
      patternPadding: slots.pattern, blame: blame)
    // The values lie at the beginning of a beat.
    writeValues(to: UnsafeMutableRawPointer(beat).assumingMemoryBound(to: Int16.self))
    state.nextArray += 1
    if Int(state.nextArray) == arrays.count {
      state.nextArray = 0
      state.nextRow += 1
    }
  }

  /// Writes the next beat's values, from what was carried and the front buffer row.
  private func writeValues(to slots: UnsafeMutablePointer<Int16>) {
    let line = rows.frontAddress.pointer(to: \.line).unsafelyUnwrapped
    let (before, used) = (Int(state.carriedWords), Int(state.usedWords))
    let (beatWords, wordBytes) = (specification.beatWords, specification.wordBytes)
    if before > 0 { slots.update(from: carried.start, count: before) }
    line.pointee.copyWords(used..<used + beatWords - before, wordBytes: wordBytes, to: slots + before)
    state.done += 1
    state.beats += 1
    state.carriedWords = 0
    state.usedWords += Int32(beatWords - before)
    let left = Line.byteCount / wordBytes - Int(state.usedWords)
    if state.done == state.command.rowCount {
      // The next window begins with a row of its own.
      rows.drop()
      state.usedWords = 0
    } else if left < beatWords {
      for word in 0..<left {
        carried[word] = line.pointee.word(Int(state.usedWords) + word, wordBytes: wordBytes)
      }
      state.carriedWords = Int32(left)
      if left > 0 { state.carries += 1 }
      rows.drop()
      state.usedWords = 0
    }
  }

  public var actionCounts: [ActionCount] {
    func count(_ action: String, _ count: Int64, bits: Int, rank: Int? = nil) -> ActionCount {
      ActionCount(
        component: name, action: action, count: count, bits: Int64(bits), isSparsityTax: rank != nil, rank: rank)
    }
    var counts = [count("transfer_row", state.beats, bits: specification.beatBytes * 8)]
    let array = specification.array
    if specification.carries {
      let bits = array.mostSlotsPerRow * array.wordBits
      counts.append(count("align_row", array.slotsPerRow > array.lanesPerRow ? state.beats : 0, bits: bits, rank: 1))
      counts.append(count("carry_row", state.carries, bits: bits, rank: 1))
    }
    for rank in array.selection.ranks.map(\.number) {
      // Every beat has a field of every rank that stores offsets in this layer.
      counts.append(
        count(
          "transfer_offsets_rank\(rank)", used[rank] == nil ? 0 : state.beats, bits: array.fieldBits(ofRank: rank),
          rank: rank))
    }
    return counts
  }
}
