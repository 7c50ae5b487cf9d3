// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// Fetches spilled sums back for the next part of K, and follows them through the buffer.
///
/// Every part spills the same lines in the same order as the next part needs them, so one running number names a line;
/// a line may be fetched as soon as memory has taken it.
struct SumFetch {
  private struct Registers: BitwiseCopyable {
    /// Lines that memory has taken, lines that were requested, and lines that ports were ordered to stream.
    var written: Int64 = 0
    var fetched: Int64 = 0
    var ordered: Int64 = 0
    var free = 0
  }

  private let linesPerPart: Int64
  private let total: Int64
  private let address: Int64
  private let ringSize: Int64
  @State private var state: Registers

  init(_ program: LayerProgram, plan: BufferPlan, of owner: String, in clock: ClockDomain) {
    linesPerPart = Int64(program.spilledLines)
    total = linesPerPart * Int64(program.nest.k.parts - 1)
    address = Int64(program.spillAddress)
    ringSize = Int64(max(1, plan.region(of: .sums).count))
    _state = State(Registers(), of: owner, in: clock)
    state.free = plan.region(of: .sums).count
  }

  var isDone: Bool { state.fetched == total && state.ordered == total }

  /// Whether a line is in memory that has room in its ring.
  var canFetch: Bool { state.fetched < min(state.written, total) && state.free > 0 }

  func noteWritten(_ lines: Int32) { state.written += Int64(lines) }

  func release(_ lines: Int32) { state.free += Int(lines) }

  /// The request for the next line.
  func next() -> DRAMRead {
    let request = DRAMRead(
      address: address + state.fetched % linesPerPart * Int64(Line.byteCount), ring: .sums,
      slot: Int32(state.fetched % ringSize))
    state.fetched += 1
    state.free -= 1
    return request
  }

  /// The command that streams the next `lines` sums out of the buffer.
  func readCommand(lines: Int) -> BufferReadCommand {
    let first = state.ordered % ringSize
    state.ordered += Int64(lines)
    return BufferReadCommand(firstSlot: Int32(first), rowCount: Int32(lines), isLastUse: true)
  }
}
