// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// Orders a decoder to cut one window's metadata into fields.
@frozen
public struct DecodeCommand: BitwiseCopyable, Sendable {
  /// Number of fields in the window.
  public var fieldCount: Int32
  /// Bits of a field, 1 to 64.
  public var fieldBits: Int32

  public init(fieldCount: Int32, fieldBits: Int32) {
    self.fieldCount = fieldCount
    self.fieldBits = fieldBits
  }
}

/// One decoded field: the offsets of one array row at one rank, or the bitmask of one column of operand B.
@frozen
public struct MetadataField: BitwiseCopyable, Sendable {
  public var bits: UInt64
  public var blame: Blame
}

/// Cuts the rows of the metadata banks into the fields that one step needs, one field a cycle.
///
/// There is one per rank of operand A, and one for operand B's bitmasks: modularity is the point of HSS, each rank is
/// decoded on its own. Fields are packed without gaps from a window's first row on; a window starts at a new row.
public final class MetadataDecoder: Component, ActionReporting {
  private struct Registers: BitwiseCopyable {
    var command = DecodeCommand(fieldCount: 0, fieldBits: 1)
    /// Fields of the command that were sent.
    var done: Int32 = 0
    /// Bits received and not sent yet: up to two rows.
    var low: UInt64 = 0
    var high: UInt64 = 0
    var bitCount: Int32 = 0
    var waitedForRow = false
    var rowBlame = Blame(.metadata, component: 0)
    var decodes: Int64 = 0
  }

  public let commands: Input<DecodeCommand>
  public let rows: Input<MetadataRow>
  public let fields: Output<MetadataField>

  /// The rank whose offsets are decoded; nil for operand B.
  let rank: Int?
  let widestField: Int
  /// Fields sent, and rows taken, in a cycle.
  let fieldsPerCycle: Int
  @State private var state: Registers

  /// - Parameter widestField: bits of the widest field, for the price of the decoder.
  public init(in clock: ClockDomain, name: String, rank: Int?, widestField: Int, fieldsPerCycle: Int = 1) {
    self.fieldsPerCycle = fieldsPerCycle
    self.rank = rank
    self.widestField = widestField
    commands = Input("commands", of: name, in: clock)
    rows = Input("rows", of: name, in: clock)
    fields = Output("fields", of: name, in: clock)
    _state = State(Registers(), of: name, in: clock)
    super.init(name, in: clock)
  }

  public override func tick() -> Activity {
    var activity = Activity.idle
    for _ in 0..<fieldsPerCycle { activity = activity | sendField() | receiveRow() }
    return activity
  }

  private func sendField() -> Activity {
    takeCommand()
    guard state.done < state.command.fieldCount else { return .idle }
    let bits = state.command.fieldBits
    guard state.bitCount >= bits else {
      state.waitedForRow = true
      return rows.starved
    }
    guard fields.isReady else { return fields.backpressured }
    let blame = state.waitedForRow ? state.rowBlame : Blame(.metadata, component: index)
    let mask = bits == 64 ? UInt64.max : (UInt64(1) << UInt64(bits)) - 1
    fields.send(MetadataField(bits: state.low & mask, blame: blame), bytes: (Int(bits) + 7) / 8)
    state.low = bits == 64 ? state.high : (state.low >> UInt64(bits)) | (state.high << UInt64(64 - bits))
    state.high = bits == 64 ? 0 : state.high >> UInt64(bits)
    state.bitCount -= bits
    state.done += 1
    state.waitedForRow = false
    state.decodes += 1
    // The next window's first row may come in this cycle: one field a cycle, across windows too.
    takeCommand()
    return .worked
  }

  /// Takes the next command when the last is done.
  private func takeCommand() {
    while state.done == state.command.fieldCount, !commands.isEmpty {
      state.command = commands.receive()
      state.done = 0
      // A window's last row is padded to its end.
      state.low = 0
      state.high = 0
      state.bitCount = 0
    }
  }

  private func receiveRow() -> Activity {
    // Rows of the next window must not mix with the fields of this one.
    let missing = (state.command.fieldCount - state.done) * state.command.fieldBits
    guard missing > state.bitCount, state.bitCount <= 64 else { return .idle }
    guard !rows.isEmpty else { return .idle }
    let row = rows.receive()
    let shift = UInt64(state.bitCount)
    if shift < 64 {
      state.low |= row.bits << shift
      state.high |= shift == 0 ? 0 : row.bits >> (64 - shift)
    } else {
      state.high |= row.bits
    }
    state.bitCount += 64
    state.rowBlame = row.blame
    return .worked
  }

  public var actionCounts: [ActionCount] {
    [
      ActionCount(
        component: name, action: "decode", count: state.decodes, bits: Int64(widestField), isSparsityTax: true,
        rank: rank)
    ]
  }
}
