// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// Walks the mapping of a machine whose outputs stay: both operands stream, window by window of K, block by block of Z.
///
/// Both are fetched into the buffer ahead of their use; the operand whose next window is needed first goes first, unless
/// its ring is full. Its decisions take no time besides the links' (assumption: its program is resident).
public final class StreamSequencer: Component {
  public let releases: Input<BufferRelease>
  public let reads: Output<DRAMRead>
  public let operandA: StreamOrders
  public let operandB: StreamOrders

  private let program: LayerProgram
  private var fetchA: OperandFetch
  private var fetchB: OperandFetch
  private let useA: OperandUse
  private let useB: OperandUse

  /// - Parameter tiles: tiles of a block of operand A, and of operand B: fields of a mask a k.
  public init(
    in clock: ClockDomain, name: String = "Sequencer", program: LayerProgram, plan: BufferPlan,
    kPerWindow: Int, length: Int, tiles: (a: Int, b: Int)
  ) {
    self.program = program
    releases = Input("releases", of: name, in: clock)
    reads = Output("reads", of: name, in: clock)
    operandA = StreamOrders("operandA", kPerWindow: kPerWindow, length: length, tiles: tiles.a, of: name, in: clock)
    operandB = StreamOrders("operandB", kPerWindow: kPerWindow, length: length, tiles: tiles.b, of: name, in: clock)
    let aIsOuter = program.nest.order == .rowsOuter
    fetchA = OperandFetch(program, directory: program.operandA, isOuter: aIsOuter, plan: plan, of: name, in: clock)
    fetchB = OperandFetch(program, directory: program.operandB, isOuter: !aIsOuter, plan: plan, of: name, in: clock)
    useA = OperandUse(program, directory: program.operandA, isOuter: aIsOuter, plan: plan, of: name, in: clock)
    useB = OperandUse(program, directory: program.operandB, isOuter: !aIsOuter, plan: plan, of: name, in: clock)
    super.init(name, in: clock)
  }

  public override var isFinished: Bool { fetchA.isDone && fetchB.isDone && useA.isDone && useB.isDone }

  public override func tick() -> Activity {
    takeReleases() | streamOperandB() | streamOperandA() | fetch()
  }

  // MARK: Stages

  private func takeReleases() -> Activity {
    guard !releases.isEmpty else { return .idle }
    let release = releases.receive()
    fetchA.release(release.operandA, of: .operandA)
    fetchA.release(release.rank0A, of: .rank0A)
    fetchB.release(release.operandB, of: .operandB)
    fetchB.release(release.maskB, of: .maskB)
    return .worked
  }

  private func fetch() -> Activity {
    var activity = Activity.idle
    while !(fetchA.isDone && fetchB.isDone) {
      guard reads.isReady else { return activity == .worked ? .worked : reads.backpressured }
      guard let request = OperandFetch.next(fetchA, fetchB) else {
        return activity == .worked ? .worked : releases.starved
      }
      reads.send(request, bytes: 0)
      activity = .worked
    }
    return activity
  }

  private func streamOperandA() -> Activity {
    guard !useA.isDone else { return .idle }
    if let blocked = operandA.blocked(program.operandA) { return blocked }
    let block = program.nest.blocks(at: useA.position).row
    operandA.send(
      useA, program.operandA, first: block * program.rowsPerBlock, extent: program.rows(inBlock: block),
      flags: flags(at: useA.position))
    useA.advance()
    return .worked
  }

  private func streamOperandB() -> Activity {
    guard !useB.isDone else { return .idle }
    if let blocked = operandB.blocked(program.operandB) { return blocked }
    let block = program.nest.blocks(at: useB.position).column
    operandB.send(
      useB, program.operandB, first: Int(program.columnStarts[block]), extent: program.columns(inBlock: block),
      flags: flags(at: useB.position))
    useB.advance()
    return .worked
  }

  private func flags(at position: LoopNest.Position) -> VectorFlags {
    var flags: VectorFlags = []
    if position.window == 0 { flags.insert(.first) }
    if position.window == program.nest.k.windows - 1 { flags.insert(.last) }
    if program.nest.isLastBlock(position) { flags.insert(.lastTile) }
    return flags
  }
}

/// The commands by which one operand's windows stream: to the buffer's ports, the decoder of masks, the gather unit.
public struct StreamOrders {
  public let values: Output<BufferReadCommand>
  public let masks: Output<BufferReadCommand>
  public let decodes: Output<DecodeCommand>
  public let gathers: Output<GatherCommand>

  private let kPerWindow: Int
  private let length: Int
  private let tiles: Int

  init(_ operand: String, kPerWindow: Int, length: Int, tiles: Int, of owner: String, in clock: ClockDomain) {
    self.kPerWindow = kPerWindow
    self.length = length
    self.tiles = tiles
    values = Output("\(operand)Commands", of: owner, in: clock)
    masks = Output("\(operand)MaskCommands", of: owner, in: clock)
    decodes = Output("\(operand)Decodes", of: owner, in: clock)
    gathers = Output("\(operand)Gathers", of: owner, in: clock)
  }

  /// Why no window can be ordered now; nil if one can.
  func blocked(_ directory: OperandDirectory) -> Activity? {
    guard gathers.isReady else { return gathers.backpressured }
    guard values.isReady else { return values.backpressured }
    guard directory.streams.count > 1 else { return nil }
    guard masks.isReady else { return masks.backpressured }
    return decodes.isReady ? nil : decodes.backpressured
  }

  /// Orders the current window of `use`.
  func send(_ use: OperandUse, _ directory: OperandDirectory, first: Int, extent: Int, flags: VectorFlags) {
    let steps = min(kPerWindow, length - use.position.window * kPerWindow)
    for (index, stream) in directory.streams.enumerated() {
      if stream.ring.isData {
        let lines = stream.lines(use.window..<use.window + 1)
        values.send(use.readCommand(stream: index, rowCount: lines), bytes: 0)
      } else {
        let fields = steps * tiles
        masks.send(
          use.readCommand(stream: index, rowCount: (fields * stream.fieldBits + 63) / 64), bytes: 0)
        decodes.send(DecodeCommand(fieldCount: Int32(fields), fieldBits: Int32(stream.fieldBits)), bytes: 0)
      }
    }
    gathers.send(
      GatherCommand(
        steps: Int32(steps), first: Int32(first), extent: Int32(extent),
        paddingWords: directory.paddingWords[use.window],
        flags: flags),
      bytes: 0)
  }
}
