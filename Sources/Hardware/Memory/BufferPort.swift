// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// A read port of the global buffer: it takes commands and streams the rows of one window after the other.
public struct BufferPort<Row: BitwiseCopyable> {
  /// What a port remembers between cycles.
  struct Progress: BitwiseCopyable {
    var command = BufferReadCommand(firstSlot: 0, rowCount: 0, isLastUse: false)
    /// Rows of the command that were read.
    var done: Int32 = 0
    /// Rows of the line to be read next that were read already, where a line takes several.
    var readRows: Int32 = 0
    /// What the row to be read next has waited for, and since when it has waited for its line.
    var waited = Wait.nothing
    var waitedSince: Cycle = 0
  }

  enum Wait: UInt8, BitwiseCopyable {
    case nothing, line, bank
  }

  let ring: BufferRing
  public let commands: Input<BufferReadCommand>
  public let rows: Output<Row>
  @State var progress: Progress

  init(_ name: String, ring: BufferRing, of owner: String, in clock: ClockDomain) {
    self.ring = ring
    commands = Input("\(name)Commands", of: owner, in: clock)
    rows = Output(name, of: owner, in: clock)
    _progress = State(Progress(), of: owner, in: clock)
  }

  /// Notes that the next row's line is not there.
  @inline(__always)
  func noteMissingLine(at cycle: Cycle) {
    guard progress.waited != .line else { return }
    progress.waited = .line
    progress.waitedSince = cycle
  }

  /// Whether a row is to be read; takes the next command when the last is done.
  @inline(__always)
  func hasWork() -> Bool {
    while progress.done == progress.command.rowCount {
      guard !commands.isEmpty else { return false }
      progress.command = commands.receive()
      progress.done = 0
    }
    return true
  }
}
