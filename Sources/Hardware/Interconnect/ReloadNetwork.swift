// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// Brings spilled sums from the buffer back to the arrays: a line is one array's column, the arrays take turns.
public final class ReloadNetwork: Component, ActionReporting {
  private struct Registers: BitwiseCopyable {
    /// The array whose turn it is.
    var array: Int32 = 0
    var waited = true
    var lines: Int64 = 0
  }

  public let rows: Input<BufferRow>
  public let arrays: [Output<SumColumn>]

  @State private var state: Registers

  public init(in clock: ClockDomain, name: String = "NoC.reload", arrays: Int) {
    rows = Input("rows", of: name, in: clock)
    self.arrays = (0..<arrays).map { Output("array\($0)", of: name, in: clock) }
    _state = State(Registers(), of: name, in: clock)
    super.init(name, in: clock)
  }

  public override func tick() -> Activity {
    guard !rows.isEmpty else {
      state.waited = true
      return .idle
    }
    let array = arrays[Int(state.array)]
    guard array.isReady else { return array.backpressured }
    let row = rows.front
    var sums = SIMD16<Int32>()
    withUnsafeBytes(of: row.line.bytes) { raw in
      for index in 0..<16 {
        sums[index] = Int32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self))
      }
    }
    let blame = state.waited ? row.blame : Blame(.noc, component: index)
    array.send(
      SumColumn(sums: sums, column: 0, rowBlock: 0, isSpilled: true, blame: blame), bytes: Line.byteCount)
    rows.receive()
    state.array = Int(state.array) + 1 == arrays.count ? 0 : state.array + 1
    state.waited = false
    state.lines += 1
    return .worked
  }

  public var actionCounts: [ActionCount] {
    [ActionCount(component: name, action: "reload_line", count: state.lines, bits: 512, isSparsityTax: false)]
  }
}
