// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// Feeds one operand's density-bound blocks into the edge of the array: it collects a block's values, as many for every
/// row or column as the density bound says, and its bitmasks, from the buffer.
///
/// The number of words of a block is fixed, so nothing is searched and nothing varies. An operand whose bound is 8 of 8 has
/// no bitmasks.
///
/// Assumption: a block a cycle, and room for `bufferRows` rows besides those in flight.
public final class BlockFeeder: Component, ActionReporting {
  /// Size of the feeder and form of its input.
  public struct Specification: Equatable, Sendable {
    /// Rows or columns of Z in a tile, a multiple of 8.
    public var tileSize: Int
    /// Values stored of each block of 8.
    public var bound: Int
    /// Rows of 64 bytes that the feeder buffers.
    public var bufferRows: Int
    /// Bytes of a word, 1 or 2.
    public var wordBytes: Int
    /// K.
    public var length: Int
    /// Bytes a cycle that enter the array.
    public var bytesPerCycle: Int

    public init(tileSize: Int, bound: Int, bufferRows: Int, wordBytes: Int, length: Int, bytesPerCycle: Int) {
      precondition(
        tileSize % 8 == 0 && tileSize <= DensityBoundBlock.extentLimit, "a tile has 8 to 64 rows or columns, by eights")
      precondition((1...DensityBoundBlock.size).contains(bound), "a block keeps 1 to 8 values")
      precondition(
        bufferRows * Line.byteCount >= tileSize * bound * wordBytes + Line.byteCount,
        "the feeder holds a block and a row")
      self.tileSize = tileSize
      self.bound = bound
      self.bufferRows = bufferRows
      self.wordBytes = wordBytes
      self.length = length
      self.bytesPerCycle = bytesPerCycle
    }

    /// Whether the operand has bitmasks.
    public var hasMasks: Bool { bound < DensityBoundBlock.size }
    /// Bitmasks that come as one field.
    static let masksPerField = 8
    /// Fields of a block's bitmasks.
    var fields: Int { hasMasks ? tileSize / Self.masksPerField : 0 }
  }

  private struct Registers: BitwiseCopyable {
    var command = GatherCommand(steps: 0, first: 0, extent: 0, paddingWords: 0, flags: [])
    /// The block of the window that comes next, and blocks of the tile before it.
    var step: Int32 = 0
    var blockOfTile: Int32 = 0
    /// Fields of bitmasks that are here for it, eight bitmasks each.
    var maskCount: Int32 = 0
    var masks = InlineArray<8, UInt64>(repeating: 0)
    var head: Int32 = 0
    var count: Int32 = 0
    var waited = Wait.nothing
    var rowBlame = Blame(.glb, component: 0)
    var maskBlame = Blame(.metadata, component: 0)
    var freeAt: Cycle = 0
    var blocks: Int64 = 0
    var words: Int64 = 0
    var bufferedRows: Int64 = 0
  }

  private enum Wait: UInt8, BitwiseCopyable {
    case nothing, row, mask
  }

  public let commands: Input<GatherCommand>
  public let rows: Input<BufferRow>
  public let masks: Input<MetadataField>
  public let blocks: Output<DensityBoundBlock>

  let specification: Specification
  private let wordsPerRow: Int32
  private let buffer: StateArray<Int16>
  @State private var state: Registers

  public init(in clock: ClockDomain, name: String, _ specification: Specification) {
    self.specification = specification
    wordsPerRow = Int32(Line.byteCount / specification.wordBytes)
    commands = Input("commands", of: name, in: clock)
    rows = Input("rows", of: name, in: clock)
    masks = Input("masks", of: name, in: clock)
    blocks = Output("blocks", of: name, in: clock)
    buffer = StateArray(repeating: 0, count: specification.bufferRows * Int(wordsPerRow), of: name, in: clock)
    _state = State(Registers(), of: name, in: clock)
    super.init(name, in: clock)
  }

  public override var isFinished: Bool { state.step == state.command.steps }

  public override func tick() -> Activity {
    takeMasks() | feedBlock() | bufferRow()
  }

  // MARK: Stages

  private func takeMasks() -> Activity {
    var activity = Activity.idle
    while Int(state.maskCount) < specification.fields, !masks.isEmpty {
      let field = masks.receive()
      state.masks[Int(state.maskCount)] = field.bits
      state.maskBlame = field.blame
      state.maskCount += 1
      activity = .worked
    }
    return activity
  }

  private func feedBlock() -> Activity {
    while state.step == state.command.steps {
      guard !commands.isEmpty else { return .idle }
      state.command = commands.receive()
      state.step = 0
      if state.command.flags.contains(.first) { state.blockOfTile = 0 }
      dropPaddingIfDone()
    }
    guard Int(state.maskCount) == specification.fields else {
      state.waited = .mask
      return masks.starved
    }
    let need = state.command.extent * Int32(specification.bound)
    guard state.count >= need else {
      state.waited = .row
      return rows.starved
    }
    let bytes = Int(need) * specification.wordBytes
    guard now >= state.freeAt else { return .working(until: state.freeAt) }
    guard blocks.isReady else { return blocks.backpressured }
    send(bytes: bytes)
    state.freeAt = now + Cycle((bytes + specification.bytesPerCycle - 1) / specification.bytesPerCycle)
    return .worked
  }

  private func send(bytes: Int) {
    let size = DensityBoundBlock.size
    var block = DensityBoundBlock(
      words: InlineArray(repeating: 0), first: state.command.first, extent: state.command.extent,
      length: Int32(min(size, specification.length - Int(state.blockOfTile) * size)),
      flags: state.command.flags.intersection(.lastTile), blame: currentBlame())
    if state.step == 0 { block.flags.formUnion(state.command.flags.intersection(.first)) }
    if state.step == state.command.steps - 1 { block.flags.formUnion(state.command.flags.intersection(.last)) }
    for place in 0..<Int(state.command.extent) { restore(place, into: &block.words) }
    state.count -= state.command.extent * Int32(specification.bound)
    blocks.send(block, bytes: bytes)
    state.blocks += 1
    state.words += Int64(bytes / specification.wordBytes)
    state.waited = .nothing
    state.maskCount = 0
    state.step += 1
    state.blockOfTile += 1
    dropPaddingIfDone()
  }

  /// Puts the values of one row or column at the positions that its mask names.
  private func restore(_ place: Int, into words: inout InlineArray<512, Int16>) {
    let start = place * DensityBoundBlock.size
    var mask: UInt8 = .max
    if specification.hasMasks { mask = UInt8(truncatingIfNeeded: state.masks[place / 8] >> UInt64(place % 8 * 8)) }
    for _ in 0..<specification.bound {
      let word = buffer[Int(state.head)]
      state.head = advanced(state.head, by: 1)
      guard mask != 0 else { continue }
      words[start + mask.trailingZeroBitCount] = word
      mask &= mask - 1
    }
  }

  private func dropPaddingIfDone() {
    guard state.step == state.command.steps else { return }
    state.head = advanced(state.head, by: state.command.paddingWords)
    state.count -= state.command.paddingWords
    precondition(state.count >= 0, "the rows of a window hold all its words")
  }

  private func currentBlame() -> Blame {
    switch state.waited {
    case .nothing: Blame(.vfmu, component: index)
    case .row: state.rowBlame
    case .mask: state.maskBlame
    }
  }

  private func bufferRow() -> Activity {
    guard !rows.isEmpty, Int(state.count + wordsPerRow) <= buffer.count else { return .idle }
    let tail = Int(advanced(state.head, by: state.count))
    let slots = buffer.elements(tail..<tail + Int(wordsPerRow))
    let row = rows.receive()
    for word in 0..<slots.count { slots[word] = row.line.word(word, wordBytes: specification.wordBytes) }
    state.rowBlame = row.blame
    state.count += wordsPerRow
    state.bufferedRows += 1
    return .worked
  }

  private func advanced(_ position: Int32, by words: Int32) -> Int32 {
    let sum = position + words
    return Int(sum) >= buffer.count ? sum - Int32(buffer.count) : sum
  }

  public var actionCounts: [ActionCount] {
    let wordBits = Int64(specification.wordBytes * 8)
    return [
      ActionCount(
        component: name, action: "buffer_row", count: state.bufferedRows, bits: Int64(Line.byteCount * 8),
        isSparsityTax: false),
      ActionCount(component: name, action: "feed_word", count: state.words, bits: wordBits, isSparsityTax: false),
      ActionCount(
        component: name, action: "feed_masks", count: specification.hasMasks ? state.blocks : 0,
        bits: Int64(8 * specification.tileSize), isSparsityTax: true, rank: 0),
    ]
  }
}
