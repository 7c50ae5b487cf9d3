// SPDX-License-Identifier: Apache-2.0
import Statistics

extension GatherUnit: InventoryReporting {
  /// The whole unit is tax: a dense machine takes a fixed number of words off a row.
  ///
  /// The row buffer is a ring of registers, out of which a shifter takes a vector from any word on. Zero detectors, one a
  /// word, and a packer condense what is stored uncompressed; they are there whatever the layer is.
  public var inventory: Inventory {
    var list = InventoryList(name)
    let rowBits = Line.byteCount * 8
    let wordBits = specification.wordBytes * 8
    let size = CondensedVector.wordLimit
    let positions = specification.bufferRows * Line.byteCount / specification.wordBytes
    let shifter = Part.shifter(words: size, positions: positions, bits: wordBits)
    let packer = Part.packer(words: size, bits: wordBits)
    let pointer = Part.counter(bits: selectBits(positions))
    list.tax("row_queue", .fifo(slots: rows.capacity, bits: rowBits))
    list.tax("mask_queue", .fifo(slots: masks.capacity, bits: size))
    list.tax("row_buffer", .register(bits: specification.bufferRows * rowBits))
    list.tax("pointers", pointer, count: 2)
    list.tax("shifter", shifter)
    list.tax("zero_detectors", .gates(bits: size * wordBits))
    list.tax("packer", packer)
    list.action(
      "buffer_row",
      uses: .passing(slots: rows.capacity, bits: rowBits) + .using(.register(bits: rowBits), .write) + .using(pointer))
    list.action("read_word", uses: .using(.register(bits: wordBits), .read))
    var gather: [PartUse] = .using(.shifter(words: specification.tileSize, positions: positions, bits: wordBits))
    gather += .using(pointer)
    if specification.isCompressed {
      gather += .passing(slots: masks.capacity, bits: specification.tileSize)
    } else {
      gather += .using(.gates(bits: specification.tileSize * wordBits))
      gather += .using(.packer(words: specification.tileSize, bits: wordBits))
    }
    list.action("gather_vector", uses: gather)
    return list.inventory
  }
}
