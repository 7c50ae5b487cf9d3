// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// Where and how a layer's result is stored in memory.
public struct OutputLayout: Equatable, Sendable {
  /// First byte of the values; a multiple of 64.
  public var valueAddress: Int
  /// First byte of the bitmasks where the result is compressed; a multiple of 64.
  public var maskAddress: Int
  public var isCompressed: Bool
  /// Bytes of a value, 1 or 2.
  public var wordBytes: Int
  public var rowsPerBlock: Int
  public var rowCount: Int
  public var columnCount: Int
  /// Bytes from one column to the next where the result is not compressed; a part of a result lies as the whole does.
  public let columnStride: Int

  public init(
    valueAddress: Int, maskAddress: Int, isCompressed: Bool, wordBytes: Int, rowsPerBlock: Int, rowCount: Int,
    columnCount: Int
  ) {
    self.valueAddress = valueAddress
    self.maskAddress = maskAddress
    self.isCompressed = isCompressed
    self.wordBytes = wordBytes
    self.rowsPerBlock = rowsPerBlock
    self.rowCount = rowCount
    self.columnCount = columnCount
    columnStride = (rowCount + rowsPerBlock - 1) / rowsPerBlock * rowsPerBlock * wordBytes
  }

  /// Blocks of rows.
  public var rowBlocks: Int { (rowCount + rowsPerBlock - 1) / rowsPerBlock }
}

/// Encodes the result on its way to memory and writes it, a line at a time.
///
/// The result is stored column by column, since a column of Z is a row of the next layer's activations. Compressed,
/// zeros are left out and a bitmask of 64 bits a column and block goes to a second stream, both packed without gaps in
/// the order of arrival. The layer ends when memory has taken the last line.
public final class CompressionUnit: Component, ActionReporting {
  private struct Registers: BitwiseCopyable {
    /// Columns of blocks that were taken.
    var columns: Int64 = 0
    /// Rows of the front column that were sent or packed.
    var sentRows: Int32 = 0
    var outstanding: Int64 = 0
    var values = PackedLine()
    var masks = PackedLine()
    var words: Int64 = 0
  }

  /// A line being filled, and where it goes.
  private struct PackedLine: BitwiseCopyable {
    var line = Line()
    var byteCount: Int32 = 0
    var address: Int64 = 0
  }

  public let outputs: Input<OutputColumn>
  public let acknowledgements: Input<DRAMAcknowledgement>
  public let writes: Output<DRAMWrite>

  let layout: OutputLayout
  let builtRows: Int
  /// Whether the design has what compresses; else the unit only writes.
  let canCompress: Bool
  @State private var state: Registers

  /// - Parameter builtRows: rows that the unit is built for, where this layer's blocks may have fewer.
  public init(
    in clock: ClockDomain, name: String = "CompressionUnit", layout: OutputLayout, canCompress: Bool = true,
    builtRows: Int? = nil
  ) {
    self.builtRows = max(layout.rowsPerBlock, builtRows ?? 0)
    precondition(canCompress || !layout.isCompressed, "what compresses a result is there")
    self.layout = layout
    self.canCompress = canCompress
    outputs = Input("outputs", of: name, in: clock)
    acknowledgements = Input("acknowledgements", of: name, in: clock)
    writes = Output("writes", of: name, in: clock)
    var registers = Registers()
    registers.values.address = Int64(layout.valueAddress)
    registers.masks.address = Int64(layout.maskAddress)
    _state = State(registers, of: name, in: clock)
    super.init(name, in: clock)
  }

  public override var isFinished: Bool { isComplete && state.outstanding == 0 }

  private var isComplete: Bool {
    state.columns == Int64(layout.rowBlocks) * Int64(layout.columnCount) && state.values.byteCount == 0
      && state.masks.byteCount == 0
  }

  public override func tick() -> Activity {
    let acknowledged = acknowledge()
    let activity = (layout.isCompressed ? packColumn() : writeColumn()) | acknowledged
    if isFinished { stop() }
    return activity
  }

  private func acknowledge() -> Activity {
    var activity = Activity.idle
    while !acknowledgements.isEmpty {
      acknowledgements.receive()
      state.outstanding -= 1
      activity = .worked
    }
    return activity
  }

  // MARK: Uncompressed

  private func writeColumn() -> Activity {
    guard !outputs.isEmpty else { return isComplete ? acknowledgements.starved : outputs.starved }
    guard writes.isReady else { return writes.backpressured }
    let column = outputs.front
    let rows = rowCount(of: column)
    let firstRow = Int(state.sentRows)
    let address =
      layout.valueAddress + Int(column.column) * layout.columnStride
      + (Int(column.rowBlock) * layout.rowsPerBlock + firstRow) * layout.wordBytes
    // A column that crosses the end of a line of memory leaves in two writes.
    let room = (Line.byteCount - address % Line.byteCount) / layout.wordBytes
    let words = min(room, rows - firstRow)
    var packed = PackedLine(address: Int64(address))
    for word in 0..<words { append(column.words[firstRow + word], to: &packed) }
    send(packed, isMetadata: false)
    state.sentRows += Int32(words)
    if firstRow + words == rows {
      state.words += Int64(rows)
      state.sentRows = 0
      state.columns += 1
      outputs.receive()
    }
    return .worked
  }

  // MARK: Compressed

  private func packColumn() -> Activity {
    if state.values.byteCount == Line.byteCount { return sendPacked(\.values, isMetadata: false) }
    if state.masks.byteCount == Line.byteCount { return sendPacked(\.masks, isMetadata: true) }
    guard !outputs.isEmpty else {
      guard state.columns == Int64(layout.rowBlocks) * Int64(layout.columnCount) else { return outputs.starved }
      if state.values.byteCount > 0 { return sendPacked(\.values, isMetadata: false) }
      if state.masks.byteCount > 0 { return sendPacked(\.masks, isMetadata: true) }
      return acknowledgements.starved
    }
    let column = outputs.front
    let rows = rowCount(of: column)
    // A full line interrupts a column; what was packed of it before is not packed again.
    var row = Int(state.sentRows)
    while row < rows && state.values.byteCount < Line.byteCount {
      if column.words[row] != 0 { append(column.words[row], to: &state.values) }
      row += 1
    }
    state.sentRows = Int32(row)
    if row == rows {
      appendMask(of: column, rows: rows)
      state.words += Int64(rows)
      state.sentRows = 0
      state.columns += 1
      outputs.receive()
    }
    return .worked
  }

  private func appendMask(of column: OutputColumn, rows: Int) {
    var mask: UInt64 = 0
    for row in 0..<rows where column.words[row] != 0 { mask |= UInt64(1) << UInt64(row) }
    for byte in 0..<8 {
      state.masks.line.bytes[Int(state.masks.byteCount) + byte] = UInt8(truncatingIfNeeded: mask >> UInt64(8 * byte))
    }
    state.masks.byteCount += 8
  }

  private func sendPacked(_ path: WritableKeyPath<Registers, PackedLine>, isMetadata: Bool) -> Activity {
    guard writes.isReady else { return writes.backpressured }
    send(state[keyPath: path], isMetadata: isMetadata)
    let next = state[keyPath: path].address + Int64(Line.byteCount)
    state[keyPath: path] = PackedLine(address: next)
    return .worked
  }

  // MARK: Both

  private func rowCount(of column: OutputColumn) -> Int {
    min(layout.rowsPerBlock, layout.rowCount - Int(column.rowBlock) * layout.rowsPerBlock)
  }

  private func append(_ word: Int16, to packed: inout PackedLine) {
    let position = Int(packed.byteCount)
    packed.line.bytes[position] = UInt8(truncatingIfNeeded: word)
    if layout.wordBytes == 2 { packed.line.bytes[position + 1] = UInt8(truncatingIfNeeded: word >> 8) }
    packed.byteCount += Int32(layout.wordBytes)
  }

  private func send(_ packed: PackedLine, isMetadata: Bool) {
    writes.send(
      DRAMWrite(address: packed.address, byteCount: packed.byteCount, isMetadata: isMetadata, line: packed.line),
      bytes: Line.byteCount)
    state.outstanding += 1
  }

  public var actionCounts: [ActionCount] {
    let bits = Int64(layout.wordBytes * 8)
    let pass = ActionCount(
      component: name, action: "pass_word", count: state.words, bits: bits, isSparsityTax: false)
    guard canCompress else { return [pass] }
    return [
      ActionCount(
        component: name, action: "compress_word", count: layout.isCompressed ? state.words : 0, bits: bits,
        isSparsityTax: true), pass,
    ]
  }
}
