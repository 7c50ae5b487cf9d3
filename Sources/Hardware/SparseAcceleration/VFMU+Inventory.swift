// SPDX-License-Identifier: Apache-2.0
import Statistics

extension VFMU: InventoryReporting {
  /// The whole unit is tax: a dense machine takes a fixed number of words off a row. It serves both ranks.
  ///
  /// The row buffer is a ring of registers; a shifter takes the window of 64 words out of it from any word on, and the
  /// decompressor spreads the words as the bitmask says.
  public var inventory: Inventory {
    var list = InventoryList(name)
    let rowBits = Line.byteCount * 8
    let wordBits = specification.wordBytes * 8
    let limit = OperandWindow.wordLimit
    let positions = specification.bufferRows * Line.byteCount / specification.wordBytes
    let shifter = Part.shifter(words: limit, positions: positions, bits: wordBits)
    let decompressor = Part.packer(words: limit, bits: wordBits)
    let pointer = Part.counter(bits: selectBits(positions))
    list.tax("row_queue", .fifo(slots: rows.capacity, bits: rowBits))
    list.tax("mask_queue", .fifo(slots: masks.capacity, bits: limit))
    list.tax("row_buffer", .register(bits: specification.bufferRows * rowBits))
    list.tax("pointers", pointer, count: 2)
    list.tax("shifter", shifter)
    list.tax("decompressor", decompressor)
    list.tax("window_queue", .fifo(slots: windows.capacity, bits: limit * wordBits))
    list.action(
      "buffer_row",
      uses: .passing(slots: rows.capacity, bits: rowBits) + .using(.register(bits: rowBits), .write) + .using(pointer))
    list.action("read_word", uses: .using(.register(bits: wordBits), .read))
    list.action("shift_window", uses: .using(shifter) + .using(pointer))
    list.action("restore_zeros", uses: .using(decompressor) + .passing(slots: masks.capacity, bits: limit))
    return list.inventory
  }
}
