// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// Walks the mapping: it fetches both operands into the buffer ahead of their use, window by window, and orders the
/// buffer's ports, the decoders, the VFMU and the operand A bus to stream what the next steps need.
///
/// The two fetch streams share memory: the operand whose next window is needed first goes first, unless its ring is
/// full; operand A counts as needed a step earlier, since its window loads while the one before streams. Its decisions take no time besides the links' (assumption: its program is resident).
public final class Sequencer: Component {
  public let releases: Input<BufferRelease>
  public let spills: Input<SpillNote>
  public let reads: Output<DRAMRead>
  public let operandACommands: Output<BufferReadCommand>
  /// Ports and decoders of metadata, where the design has such a ring.
  public let metadataA: PerRank<MetadataOrders?>
  public let operandBCommands: Output<BufferReadCommand>
  public let maskB: MetadataOrders?
  public let sumCommands: Output<BufferReadCommand>
  public let loads: Output<LoadCommand>
  public let streams: Output<StreamCommand>

  private let program: LayerProgram
  private let fetchA: OperandFetch
  private let fetchB: OperandFetch
  private let useA: OperandUse
  private let useB: OperandUse
  private let sums: SumFetch

  /// - Parameter rings: the rings that the design has.
  public init(
    in clock: ClockDomain, name: String = "Sequencer", program: LayerProgram, plan: BufferPlan,
    rings: Set<BufferRing> = Set(BufferRing.allCases)
  ) {
    func orders(_ ring: BufferRing, commands: String, decodes: String) -> MetadataOrders? {
      rings.contains(ring) ? MetadataOrders(commands: commands, decodes: decodes, of: name, in: clock) : nil
    }
    self.program = program
    releases = Input("releases", of: name, in: clock)
    spills = Input("spills", of: name, in: clock)
    reads = Output("reads", of: name, in: clock)
    operandACommands = Output("operandACommands", of: name, in: clock)
    metadataA = PerRank {
      orders(.metadataA(ofRank: $0), commands: "rank\($0)ACommands", decodes: "rank\($0)Decodes")
    }
    operandBCommands = Output("operandBCommands", of: name, in: clock)
    maskB = orders(.maskB, commands: "maskBCommands", decodes: "maskDecodes")
    sumCommands = Output("sumCommands", of: name, in: clock)
    loads = Output("loads", of: name, in: clock)
    streams = Output("streams", of: name, in: clock)
    let aIsOuter = program.nest.order == .rowsOuter
    fetchA = OperandFetch(
      program, directory: program.operandA, isOuter: aIsOuter, plan: plan, of: name, in: clock)
    fetchB = OperandFetch(
      program, directory: program.operandB, isOuter: !aIsOuter, plan: plan, of: name, in: clock)
    useA = OperandUse(program, directory: program.operandA, isOuter: aIsOuter, plan: plan, of: name, in: clock)
    useB = OperandUse(program, directory: program.operandB, isOuter: !aIsOuter, plan: plan, of: name, in: clock)
    sums = SumFetch(program, plan: plan, of: name, in: clock)
    super.init(name, in: clock)
  }

  public override var isFinished: Bool {
    fetchA.isDone && fetchB.isDone && useA.isDone && useB.isDone && sums.isDone
  }

  public override func tick() -> Activity {
    takeReleases() | takeSpills() | streamOperandB() | loadOperandA() | fetch()
  }

  // MARK: Stages

  private func takeReleases() -> Activity {
    guard !releases.isEmpty else { return .idle }
    let release = releases.receive()
    fetchA.release(release.operandA, of: .operandA)
    for rank in PerRank<Int>.ranks {
      fetchA.release(release.metadataA(ofRank: rank), of: .metadataA(ofRank: rank))
    }
    fetchB.release(release.operandB, of: .operandB)
    fetchB.release(release.maskB, of: .maskB)
    sums.release(release.sums)
    return .worked
  }

  private func takeSpills() -> Activity {
    guard !spills.isEmpty else { return .idle }
    sums.noteWritten(spills.receive().lines)
    return .worked
  }

  private func fetch() -> Activity {
    var activity = Activity.idle
    while !(fetchA.isDone && fetchB.isDone && sums.isDone) {
      guard reads.isReady else { return activity == .worked ? .worked : reads.backpressured }
      // Spilled sums come first: they are few, and a block cannot begin without them.
      if sums.canFetch {
        reads.send(sums.next(), bytes: 0)
        activity = .worked
        continue
      }
      guard !(fetchA.isDone && fetchB.isDone) else { return activity }
      guard let request = OperandFetch.next(fetchA, fetchB, leadOfA: 1) else {
        return activity == .worked ? .worked : releases.starved
      }
      reads.send(request, bytes: 0)
      activity = .worked
    }
    return activity
  }

  private func loadOperandA() -> Activity {
    guard !useA.isDone else { return .idle }
    guard loads.isReady else { return loads.backpressured }
    guard operandACommands.isReady else { return operandACommands.backpressured }
    for stream in program.operandA.streams {
      if let rank = stream.ring.rankOfA, let blocked = metadataA[rank]?.blocked { return blocked }
    }
    let rows = program.rows(inBlock: program.nest.blocks(at: useA.position).row)
    for (index, stream) in program.operandA.streams.enumerated() {
      if let rank = stream.ring.rankOfA {
        metadataA[rank]?.send(useA, stream: index, fields: rows, bits: stream.fieldBits)
      } else {
        let lines = stream.lines(useA.window..<useA.window + 1)
        operandACommands.send(useA.readCommand(stream: index, rowCount: lines), bytes: 0)
      }
    }
    loads.send(LoadCommand(window: Int32(useA.window), rowCount: Int32(rows)), bytes: 0)
    useA.advance()
    return .worked
  }

  private func streamOperandB() -> Activity {
    guard !useB.isDone else { return .idle }
    guard streams.isReady else { return streams.backpressured }
    guard operandBCommands.isReady else { return operandBCommands.backpressured }
    if let blocked = maskB?.blocked { return blocked }
    let reloads = useB.position.part > 0 && useB.position.window == 0
    guard !reloads || sumCommands.isReady else { return sumCommands.backpressured }
    let block = program.nest.blocks(at: useB.position)
    let columns = program.columns(inBlock: block.column)
    for (index, stream) in program.operandB.streams.enumerated() {
      if stream.ring == .maskB {
        maskB?.send(useB, stream: index, fields: columns, bits: stream.fieldBits)
      } else {
        let lines = stream.lines(useB.window..<useB.window + 1)
        operandBCommands.send(useB.readCommand(stream: index, rowCount: lines), bytes: 0)
      }
    }
    if reloads { sumCommands.send(sums.readCommand(lines: columns * program.arrays), bytes: 0) }
    streams.send(streamCommand(block: block, columns: columns), bytes: 0)
    useB.advance()
    return .worked
  }

  private func streamCommand(block: (row: Int, column: Int), columns: Int) -> StreamCommand {
    let k = program.nest.k
    let position = useB.position
    var flags: StepFlags = []
    if position.window == 0 { flags.insert(.firstWindow) }
    if position.window == k.windows(ofPart: position.part) - 1 { flags.insert(.lastWindow) }
    if position.part > 0 { flags.insert(.reloads) }
    if position.part < k.parts - 1 { flags.insert(.spills) }
    if program.nest.isLastBlock(position) { flags.insert(.lastBlock) }
    return StreamCommand(
      firstColumn: program.columnStarts[block.column], columnCount: Int32(columns), rowBlock: Int32(block.row),
      windowWords: Int32(program.windowWords), paddingWords: program.operandB.paddingWords[useB.window], flags: flags)
  }
}
