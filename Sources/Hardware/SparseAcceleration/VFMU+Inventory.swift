// SPDX-License-Identifier: Apache-2.0
import Statistics

extension VFMU: InventoryReporting {
  /// Parts and recipes of the unit that the design has.
  public var inventory: Inventory {
    switch specification.shifter {
    case .variable: variableInventory
    case .fixed(let widestWords, let stepWords): fixedInventory(widestWords: widestWords, stepWords: stepWords)
    }
  }

  /// A row buffer and a multiplexer that takes whole dense windows of 16 words out of it: base. What makes it take
  /// several of them together, from any of them on, is tax. So is what lets them begin inside a dense window: one more
  /// multiplexer to reach the window's other end, and a second stage that puts it in place.
  private func fixedInventory(widestWords: Int, stepWords: Int) -> Inventory {
    var list = InventoryList(name)
    let rowBits = Line.byteCount * 8
    let wordBits = specification.wordBytes * 8
    let dense = 16
    let positions = specification.bufferRows * Line.byteCount / specification.wordBytes / dense
    let multiplexer = Part.multiplexer(fanIn: positions, bits: dense * wordBits)
    let pointer = Part.counter(bits: selectBits(positions))
    let units = (widestWords + dense - stepWords + dense - 1) / dense
    list.base("row_queue", .fifo(slots: rows.capacity, bits: rowBits))
    list.base("row_buffer", .register(bits: specification.bufferRows * rowBits))
    list.base("pointers", pointer, count: 2)
    list.base("window_multiplexer", multiplexer)
    list.base("window_queue", .fifo(slots: windows.capacity, bits: dense * wordBits))
    if units > 1 {
      list.tax("wide_window_multiplexers", multiplexer, count: units - 1)
      list.tax("wide_window_queue", .fifo(slots: windows.capacity, bits: (widestWords - dense) * wordBits))
    }
    if stepWords < dense {
      let aligner = Part.multiplexer(fanIn: dense / stepWords, bits: widestWords * wordBits)
      list.tax("window_aligner", aligner)
      list.action("align_window", uses: .using(aligner))
    }
    if let offsets, let wires = specification.offsets {
      list.tax("rank1_offset_queue", .fifo(slots: offsets.capacity, bits: wires.bits), rank: 1)
      list.action("pass_offsets", uses: .passing(slots: offsets.capacity, bits: wires.bits))
    }
    list.action(
      "buffer_row",
      uses: .passing(slots: rows.capacity, bits: rowBits) + .using(.register(bits: rowBits), .write) + .using(pointer))
    list.action("read_word", uses: .using(.register(bits: wordBits), .read))
    // One multiplexer for each 16 words that a window of the layer has; those of wider windows stay still.
    list.action("shift_window", uses: .using(multiplexer) + .using(pointer))
    return list.inventory
  }

  /// The whole unit is tax: a dense machine takes a fixed number of words off a row. It serves both ranks.
  ///
  /// The row buffer is a ring of registers; a shifter takes the window of 64 words out of it from any word on, and the
  /// decompressor spreads the words as the bitmask says.
  private var variableInventory: Inventory {
    var list = InventoryList(name)
    let rowBits = Line.byteCount * 8
    let wordBits = specification.wordBytes * 8
    let limit = OperandWindow.wordLimit
    let positions = specification.bufferRows * Line.byteCount / specification.wordBytes
    let shifter = Part.shifter(words: limit, positions: positions, bits: wordBits)
    let decompressor = Part.packer(words: limit, bits: wordBits)
    let pointer = Part.counter(bits: selectBits(positions))
    list.tax("row_queue", .fifo(slots: rows.capacity, bits: rowBits))
    list.tax("mask_queue", .fifo(slots: (masks?.capacity ?? 1), bits: limit))
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
    list.action("restore_zeros", uses: .using(decompressor) + .passing(slots: (masks?.capacity ?? 1), bits: limit))
    return list.inventory
  }
}
