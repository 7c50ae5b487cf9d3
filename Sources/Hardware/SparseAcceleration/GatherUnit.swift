// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// Gathers the non-zeros of one operand: it turns the buffer's fixed-width rows into condensed vectors, one per k and
/// tile (DSTC, ISCA 2021: non-zeros are condensed into dense vectors before the outer product).
///
/// A block has one or more tiles side by side, each for a row or column of arrays; of every k the tiles' words follow each
/// other. Where the operand is stored with bitmasks, a mask says how many words the next vector takes; where it is stored
/// uncompressed, zero detectors form the mask.
///
/// Assumption: a vector per tile and cycle, and room for `bufferRows` rows besides those in flight.
public final class GatherUnit: Component, ActionReporting {
  /// Size of the unit and form of its input.
  public struct Specification: Equatable, Sendable {
    /// Tiles of a block, and rows or columns of Z in a tile.
    public var tiles: Int
    public var tileSize: Int
    /// Rows of 64 bytes that the unit buffers; 3 at least.
    public var bufferRows: Int
    /// Bytes of a word, 1 or 2.
    public var wordBytes: Int
    /// Whether the operand arrives with its zeros left out.
    public var isCompressed: Bool

    public init(tiles: Int, tileSize: Int, bufferRows: Int, wordBytes: Int, isCompressed: Bool) {
      precondition(bufferRows >= 3, "a vector of 64 words of 16 bits spans three rows")
      precondition(wordBytes == 1 || wordBytes == 2, "a word has 1 or 2 bytes")
      precondition((1...CondensedVector.wordLimit).contains(tileSize), "a tile has 1 to 64 rows or columns")
      self.tiles = tiles
      self.tileSize = tileSize
      self.bufferRows = bufferRows
      self.wordBytes = wordBytes
      self.isCompressed = isCompressed
    }
  }

  private struct Registers: BitwiseCopyable {
    var command = GatherCommand(steps: 0, first: 0, extent: 0, paddingWords: 0, flags: [])
    /// The k and the tile that come next.
    var step: Int32 = 0
    var tile: Int32 = 0
    /// Position of the oldest word in the buffer, and number of words.
    var head: Int32 = 0
    var count: Int32 = 0
    var waited = Wait.nothing
    var rowBlame = Blame(.glb, component: 0)
    var vectors: Int64 = 0
    var words: Int64 = 0
    var bufferedRows: Int64 = 0
  }

  private enum Wait: UInt8, BitwiseCopyable {
    case nothing, row, mask
  }

  public let commands: Input<GatherCommand>
  public let rows: Input<BufferRow>
  public let masks: Input<MetadataField>
  /// Vectors by tile.
  public let vectors: [Output<CondensedVector>]

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
    vectors = (0..<specification.tiles).map { Output("tile\($0)", of: name, in: clock) }
    buffer = StateArray(repeating: 0, count: specification.bufferRows * Int(wordsPerRow), of: name, in: clock)
    _state = State(Registers(), of: name, in: clock)
    super.init(name, in: clock)
  }

  public override var isFinished: Bool { state.step == state.command.steps }

  public override func tick() -> Activity {
    gather() | bufferRow()
  }

  private func gather() -> Activity {
    var activity = Activity.idle
    for _ in 0..<specification.tiles {
      let next = gatherVector()
      guard next == .worked else { return activity == .worked ? .worked : next }
      activity = .worked
    }
    return activity
  }

  private func gatherVector() -> Activity {
    while state.step == state.command.steps {
      guard !commands.isEmpty else { return .idle }
      accept(commands.receive())
    }
    let size = Int32(specification.tileSize)
    let extent = min(max(state.command.extent - state.tile * size, 0), size)
    var need = extent
    if specification.isCompressed {
      guard !masks.isEmpty else {
        state.waited = .mask
        return masks.starved
      }
      need = Int32(masks.front.bits.nonzeroBitCount)
    }
    guard state.count >= need else {
      state.waited = .row
      return rows.starved
    }
    let output = vectors[Int(state.tile)]
    guard output.isReady else { return output.backpressured }
    send(to: output, need: need, extent: extent)
    return .worked
  }

  private func accept(_ command: GatherCommand) {
    state.command = command
    state.step = 0
    state.tile = 0
    dropPaddingIfDone()
  }

  private func send(to output: Output<CondensedVector>, need: Int32, extent: Int32) {
    var vector = CondensedVector(
      words: InlineArray(repeating: 0), mask: 0,
      first: state.command.first + state.tile * Int32(specification.tileSize), extent: extent,
      flags: state.command.flags.intersection(.lastTile), blame: currentBlame())
    if state.step == 0 { vector.flags.formUnion(state.command.flags.intersection(.first)) }
    if state.step == state.command.steps - 1 { vector.flags.formUnion(state.command.flags.intersection(.last)) }
    if specification.isCompressed {
      vector.mask = masks.receive().bits
      for index in 0..<Int(need) { vector.words[index] = takeWord() }
    } else {
      var count = 0
      for position in 0..<Int(need) {
        let word = takeWord()
        guard word != 0 else { continue }
        vector.mask |= UInt64(1) << UInt64(position)
        vector.words[count] = word
        count += 1
      }
    }
    state.count -= need
    output.send(vector, bytes: vector.count * specification.wordBytes)
    state.vectors += 1
    state.words += Int64(need)
    state.waited = .nothing
    state.tile += 1
    guard Int(state.tile) == specification.tiles else { return }
    state.tile = 0
    state.step += 1
    dropPaddingIfDone()
  }

  @inline(__always)
  private func takeWord() -> Int16 {
    let word = buffer[Int(state.head)]
    state.head = advanced(state.head, by: 1)
    return word
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
    case .mask: masks.front.blame
    }
  }

  private func bufferRow() -> Activity {
    guard !rows.isEmpty, Int(state.count + wordsPerRow) <= buffer.count else { return .idle }
    // Rows are as wide as the buffer's parts, and padding is dropped by whole rows: a row never wraps.
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
        isSparsityTax: true),
      ActionCount(component: name, action: "read_word", count: state.words, bits: wordBits, isSparsityTax: true),
      ActionCount(
        component: name, action: "gather_vector", count: state.vectors,
        bits: Int64(specification.tileSize) * wordBits, isSparsityTax: true),
    ]
  }
}
