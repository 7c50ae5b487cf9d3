// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// Keeps one operand's rings filled ahead: which line to fetch next, and where it goes.
struct OperandFetch {
  private struct Registers: BitwiseCopyable {
    var position = LoopNest.Position()
    /// Stream and line within the window that come next.
    var stream = 0
    var line = 0
  }

  private struct RingState: BitwiseCopyable {
    /// Slot that is filled next, and lines that are free.
    var slot = 0
    var free = 0
  }

  private let nest: LoopNest
  private let directory: OperandDirectory
  private let isOuter: Bool
  private let isResident: Bool
  /// Blocks of the operand.
  private let blocks: Int
  private let ringSizes: [Int]
  private let rings: StateArray<RingState>
  @State private var state: Registers

  init(
    _ program: LayerProgram, directory: OperandDirectory, isOuter: Bool, plan: BufferPlan, of owner: String,
    in clock: ClockDomain
  ) {
    nest = program.nest
    self.directory = directory
    self.isOuter = isOuter
    isResident = isOuter ? program.nest.outerIsResident : program.nest.innerIsResident
    blocks = isOuter ? program.nest.outerBlocks : program.nest.innerBlocks
    ringSizes = directory.streams.map { plan.region(of: $0.ring).count }
    rings = StateArray(repeating: RingState(), count: directory.streams.count, of: owner, in: clock)
    for (stream, size) in ringSizes.enumerated() { rings[stream].free = size }
    _state = State(Registers(), of: owner, in: clock)
    skipEmptyStreams()
  }

  var isDone: Bool { state.position.isDone }

  /// The step that needs the window being fetched.
  var neededAt: Int { nest.step(at: state.position) }

  /// Whether there is a next line, with room in its ring.
  var hasRoom: Bool { !isDone && rings[state.stream].free > 0 }

  private var window: Int {
    let block = isOuter ? state.position.group * nest.groupSize + state.position.outer : state.position.inner
    return nest.k.storedWindow(
      ofPart: state.position.part, block: block, window: state.position.window, blocks: blocks)
  }

  /// The request for the next line; moves on to the one after it.
  func next() -> DRAMRead {
    let stream = directory.streams[state.stream]
    let slot = rings[state.stream].slot
    let line = Int(stream.lineStarts[window]) + state.line
    let request = DRAMRead(
      address: Int64(stream.address + line * Line.byteCount), ring: stream.ring, slot: Int32(slot))
    rings[state.stream].slot = slot + 1 == ringSizes[state.stream] ? 0 : slot + 1
    rings[state.stream].free -= 1
    state.line += 1
    if state.line == stream.lines(window..<window + 1) {
      state.line = 0
      state.stream += 1
      skipEmptyStreams()
    }
    return request
  }

  /// Moves to the next stream, or window, that has a line.
  private func skipEmptyStreams() {
    while !state.position.isDone {
      while state.stream < directory.streams.count {
        if directory.streams[state.stream].lines(window..<window + 1) > 0 { return }
        state.stream += 1
      }
      state.stream = 0
      // A resident tile is fetched once for all its uses: the loop over the uses is left out.
      nest.advance(&state.position, skipsOuter: !isOuter && isResident, skipsInner: isOuter && isResident)
    }
  }

  /// Takes back lines that were freed.
  func release(_ lines: Int32, of ring: BufferRing) {
    guard lines > 0 else { return }
    for stream in 0..<directory.streams.count where directory.streams[stream].ring == ring {
      rings[stream].free += Int(lines)
    }
  }
}

extension OperandFetch {
  /// The request for the next line of two operands: what is needed first comes first, and where only one has room, its line.
  ///
  /// - Parameter leadOfA: steps by which operand A counts as needed earlier than it is.
  /// - Returns: nil where neither has a line with room.
  @inline(__always)
  static func next(_ a: OperandFetch, _ b: OperandFetch, leadOfA: Int = 0) -> DRAMRead? {
    let (hasRoomForA, hasRoomForB) = (a.hasRoom, b.hasRoom)
    guard hasRoomForA || hasRoomForB else { return nil }
    return hasRoomForA && (!hasRoomForB || a.neededAt <= b.neededAt + leadOfA) ? a.next() : b.next()
  }
}
