// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// The variable fetch management unit: it turns the buffer's fixed-width rows into windows of variable size.
///
/// A step needs 2·H1·H0 words of one column, 16 to 64; where operand B is compressed, as many words as its bitmask has
/// ones. The unit concatenates rows, shifts out exactly what the step needs, and takes no row while enough is
/// buffered, so that a buffer read is skipped (HighLight, section on the VFMU). A decompressor behind the shifter
/// restores B's zeros.
///
/// Designs that need less have less of it: windows of whole units, and, where operand B leaves out blocks, the offsets
/// of those it keeps, which leave with their window.
///
/// Assumption: one window a cycle, and room for `bufferRows` rows besides those in flight.
public final class VFMU: Component, ActionReporting {
  /// Size of the unit and form of its input.
  public struct Specification: Equatable, Sendable {
    /// Rows of 64 bytes that the buffer holds.
    public var bufferRows: Int
    /// Bytes of a word, 1 or 2.
    public var wordBytes: Int
    /// Whether operand B arrives with its zeros left out.
    public var isCompressed: Bool
    public var shifter: Shifter
    /// The wires of operand B's block offsets, where the design has them.
    public var offsets: OffsetWires?

    public init(
      bufferRows: Int, wordBytes: Int, isCompressed: Bool, shifter: Shifter = .variable, offsets: OffsetWires? = nil
    ) {
      self.offsets = offsets
      self.shifter = shifter
      self.bufferRows = bufferRows
      self.wordBytes = wordBytes
      self.isCompressed = isCompressed
    }
  }

  /// What the design can take out of the buffer, whatever the layer.
  public enum Shifter: Equatable, Sendable {
    /// Any number of words from any word on, with a decompressor behind it: HighLight's unit.
    case variable
    /// Whole dense windows, up to so many words together: a plain row buffer. It cannot restore zeros. Windows begin
    /// and end at multiples of `stepWords` words.
    case fixed(widestWords: Int, stepWords: Int = 16)

    /// Whether operand B may arrive with its zeros left out.
    public var restoresZeros: Bool { self == .variable }
  }

  struct Registers: BitwiseCopyable {
    var command = StreamCommand(
      firstColumn: 0, columnCount: 0, rowBlock: 0, windowWords: 0, paddingWords: 0, flags: [])
    /// Columns of the command that were shifted out.
    var done: Int32 = 0
    /// Position of the oldest word in the buffer, and number of words.
    var head: Int32 = 0
    var count: Int32 = 0
    /// Words at the end of the block's last row that belong to nobody.
    var padding: Int32 = 0
    var waited = Wait.nothing
    var rowBlame = Blame(.glb, component: 0)
    var shifts: Int64 = 0
    var shiftedWords: Int64 = 0
    var bufferedRows: Int64 = 0
    var restores: Int64 = 0
    var passedOffsets: Int64 = 0
    /// Dense windows of 16 words that windows reached into, and windows that are no whole number of them.
    var units: Int64 = 0
    var alignments: Int64 = 0
  }

  enum Wait: UInt8, BitwiseCopyable {
    /// `room`: behind the VFMU.
    case nothing, row, mask, room
  }

  public let commands: Input<StreamCommand>
  public let rows: Input<BufferRow>
  /// Bitmasks of operand B, where the unit restores zeros.
  public let masks: Input<MetadataField>?
  /// Offsets of operand B's blocks, where the design has them.
  public let offsets: Input<MetadataField>?
  public let windows: Output<OperandWindow>
  /// `Component.index` of the network behind it, to blame.
  public var networkIndex = 0

  let specification: Specification
  let wordsPerRow: Int32
  let buffer: StateArray<Int16>
  @State var state: Registers

  public init(in clock: ClockDomain, name: String = "VFMU", _ specification: Specification) {
    precondition(specification.wordBytes == 1 || specification.wordBytes == 2, "a word has 1 or 2 bytes")
    self.specification = specification
    wordsPerRow = Int32(Line.byteCount / specification.wordBytes)
    commands = Input("commands", of: name, in: clock)
    rows = Input("rows", of: name, in: clock)
    masks = specification.shifter.restoresZeros ? Input("masks", of: name, in: clock) : nil
    offsets = specification.offsets != nil ? Input("offsets", of: name, in: clock) : nil
    precondition(masks != nil || !specification.isCompressed, "a fixed window holds whole operands")
    windows = Output("windows", of: name, in: clock)
    buffer = StateArray(repeating: 0, count: specification.bufferRows * Int(wordsPerRow), of: name, in: clock)
    _state = State(Registers(), of: name, in: clock)
    super.init(name, in: clock)
  }

  public override func tick() -> Activity {
    guard now >= aheadUntil else { return bufferRowWhileAhead() }
    return shiftOutWindow() | bufferRow()
  }

  private func shiftOutWindow() -> Activity {
    while state.done == state.command.columnCount {
      guard !commands.isEmpty else { return .idle }
      state.command = commands.receive()
      state.done = 0
      state.padding = state.command.paddingWords
    }
    var mask = UInt64.max
    if specification.isCompressed, let masks {
      guard !masks.isEmpty else {
        state.waited = .mask
        return masks.starved
      }
      mask = masks.front.bits
    }
    if let offsets, specification.offsets?.isUsed == true, offsets.isEmpty {
      state.waited = .mask
      return offsets.starved
    }
    let need = specification.isCompressed ? Int32(mask.nonzeroBitCount) : state.command.windowWords
    guard state.count >= need else {
      state.waited = .row
      return rows.starved
    }
    guard windows.isReady else {
      if state.waited == .nothing { state.waited = .room }
      return windows.backpressured
    }
    send(mask: mask, need: need)
    return .worked
  }

  private func send(mask: UInt64, need: Int32) {
    let size = Int(state.command.windowWords)
    var window = OperandWindow(
      words: InlineArray(repeating: 0), column: state.command.firstColumn + state.done,
      rowBlock: state.command.rowBlock, flags: state.command.flags, blame: currentBlame())
    if state.done == 0 { window.flags.insert(.firstColumn) }
    if specification.isCompressed {
      restoreZeros(mask: mask, into: &window.words)
      masks?.receive()
      state.restores += 1
    } else {
      copyWords(size, into: &window.words)
    }
    if let offsets, specification.offsets?.isUsed == true {
      window.blockOffsets = offsets.receive().bits
      state.passedOffsets += 1
    }
    state.units += Int64((need + 15) / 16)
    if need % 16 != 0 { state.alignments += 1 }
    state.head = advanced(state.head, by: need)
    state.count -= need
    state.done += 1
    state.shifts += 1
    state.shiftedWords += Int64(need)
    state.waited = .nothing
    if state.done == state.command.columnCount {
      window.flags.insert(.lastColumn)
      state.head = advanced(state.head, by: state.padding)
      state.count -= state.padding
      precondition(state.count >= 0, "the rows of a block hold all its words")
    }
    windows.send(window, bytes: size * specification.wordBytes)
  }

  private func currentBlame() -> Blame {
    switch state.waited {
    case .nothing: Blame(.vfmu, component: index)
    case .room: Blame(.noc, component: networkIndex)
    case .row: state.rowBlame
    case .mask: (masks ?? offsets)?.front.blame ?? Blame(.metadata, component: index)
    }
  }

  private func copyWords(_ size: Int, into words: inout InlineArray<64, Int16>) {
    let head = Int(state.head)
    let first = min(size, buffer.count - head)
    let oldest = buffer.elements(head..<head + first)
    for position in 0..<first { words[position] = oldest[position] }
    guard first < size else { return }
    let rest = buffer.elements(0..<size - first)
    for position in 0..<size - first { words[first + position] = rest[position] }
  }

  /// The decompressor: word i of the stored words goes to the position of the mask's i-th one.
  private func restoreZeros(mask: UInt64, into words: inout InlineArray<64, Int16>) {
    var remaining = mask
    var position = Int(state.head)
    while remaining != 0 {
      words[remaining.trailingZeroBitCount] = buffer[position]
      remaining &= remaining - 1
      position += 1
      if position == buffer.count { position = 0 }
    }
  }

  private func bufferRow() -> Activity {
    guard !rows.isEmpty, Int(state.count + wordsPerRow) <= buffer.count else { return .idle }
    takeRow()
    return .worked
  }

  func takeRow() {
    let row = rows.front
    // Rows are as wide as the buffer's parts, and padding is dropped by whole rows: a row never wraps.
    let tail = Int(advanced(state.head, by: state.count))
    let slots = buffer.elements(tail..<tail + Int(wordsPerRow))
    if specification.wordBytes == 1 {
      withUnsafeBytes(of: row.line.bytes) { raw in
        for word in 0..<slots.count { slots[word] = Int16(Int8(bitPattern: raw[word])) }
      }
    } else {
      for word in 0..<slots.count { slots[word] = row.line.word(word, wordBytes: 2) }
    }
    state.rowBlame = row.blame
    rows.receive()
    state.count += wordsPerRow
    state.bufferedRows += 1
  }

  /// Words in the buffer, and words that it holds at most.
  var bufferedWords: Int { Int(state.count) }
  var capacityWords: Int { buffer.count }

  func advanced(_ position: Int32, by words: Int32) -> Int32 {
    let sum = position + words
    return Int(sum) >= buffer.count ? sum - Int32(buffer.count) : sum
  }

  public var actionCounts: [ActionCount] {
    let rowBits = Int64(Line.byteCount * 8)
    let wordBits = Int64(specification.wordBytes * 8)
    func count(_ action: String, _ count: Int64, bits: Int64, isTax: Bool) -> ActionCount {
      ActionCount(component: name, action: action, count: count, bits: bits, isSparsityTax: isTax)
    }
    if case .fixed(let widestWords, let stepWords) = specification.shifter {
      var counts = [
        count("buffer_row", state.bufferedRows, bits: rowBits, isTax: false),
        count("shift_window", state.units, bits: 16 * wordBits, isTax: false),
        count("read_word", state.shiftedWords, bits: wordBits, isTax: false),
      ]
      if stepWords < 16 {
        counts.append(count("align_window", state.alignments, bits: Int64(widestWords) * wordBits, isTax: true))
      }
      if let wires = specification.offsets {
        counts.append(
          ActionCount(
            component: name, action: "pass_offsets", count: state.passedOffsets, bits: Int64(wires.bits),
            isSparsityTax: true, rank: 1))
      }
      return counts
    }
    return [
      count("buffer_row", state.bufferedRows, bits: rowBits, isTax: true),
      count("shift_window", state.shifts, bits: Int64(OperandWindow.wordLimit) * wordBits, isTax: true),
      count("read_word", state.shiftedWords, bits: wordBits, isTax: true),
      count("restore_zeros", state.restores, bits: Int64(OperandWindow.wordLimit) * wordBits, isTax: true),
    ]
  }
}
