// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// Lines of spilled sums that memory has taken.
@frozen
public struct SpillNote: BitwiseCopyable, Sendable {
  public var lines: Int32
}

/// Writes partial sums to memory, unrounded, where a layer's K is done in parts.
///
/// A column of a block takes a line of 16 sums for every array. Lines go to consecutive addresses in the order of
/// arrival, from the start again for every part: the next part reads them in the same order.
public final class SpillUnit: Component, ActionReporting {
  private struct Registers: BitwiseCopyable {
    /// Lines sent in all, and of the front column.
    var sent: Int64 = 0
    var sentOfColumn: Int32 = 0
    var acknowledged: Int32 = 0
    var outstanding: Int64 = 0
  }

  public let columns: Input<BlockColumn>
  public let acknowledgements: Input<DRAMAcknowledgement>
  public let writes: Output<DRAMWrite>
  public let notes: Output<SpillNote>

  let arrays: Int
  private let address: Int
  private let linesPerPart: Int
  @State private var state: Registers

  public init(in clock: ClockDomain, name: String = "SpillUnit", program: LayerProgram) {
    arrays = program.arrays
    address = program.spillAddress
    linesPerPart = program.spilledLines
    columns = Input("columns", of: name, in: clock)
    acknowledgements = Input("acknowledgements", of: name, in: clock)
    writes = Output("writes", of: name, in: clock)
    notes = Output("notes", of: name, in: clock)
    _state = State(Registers(), of: name, in: clock)
    super.init(name, in: clock)
  }

  public override var isFinished: Bool { state.outstanding == 0 }

  public override func tick() -> Activity {
    spillLine() | acknowledge()
  }

  private func spillLine() -> Activity {
    guard !columns.isEmpty else { return .idle }
    guard writes.isReady else { return writes.backpressured }
    let array = Int(state.sentOfColumn)
    var line = Line()
    let column = columns.front
    withUnsafeMutableBytes(of: &line.bytes) { raw in
      for row in 0..<16 {
        raw.storeBytes(of: column.sums[row * arrays + array].littleEndian, toByteOffset: 4 * row, as: Int32.self)
      }
    }
    let place = address + Int(state.sent % Int64(linesPerPart)) * Line.byteCount
    writes.send(
      DRAMWrite(address: Int64(place), byteCount: Int32(Line.byteCount), isMetadata: false, line: line),
      bytes: Line.byteCount)
    state.sent += 1
    state.outstanding += 1
    state.sentOfColumn += 1
    if Int(state.sentOfColumn) == arrays {
      state.sentOfColumn = 0
      columns.receive()
    }
    return .worked
  }

  private func acknowledge() -> Activity {
    while !acknowledgements.isEmpty {
      acknowledgements.receive()
      state.acknowledged += 1
      state.outstanding -= 1
    }
    guard state.acknowledged > 0 else { return .idle }
    guard notes.isReady else { return notes.backpressured }
    notes.send(SpillNote(lines: state.acknowledged), bytes: 0)
    state.acknowledged = 0
    return .worked
  }

  public var actionCounts: [ActionCount] {
    [ActionCount(component: name, action: "spill_line", count: state.sent, bits: 512, isSparsityTax: false)]
  }
}
