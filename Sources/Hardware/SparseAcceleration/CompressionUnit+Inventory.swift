// SPDX-License-Identifier: Apache-2.0
import Statistics

extension CompressionUnit: InventoryReporting {
  /// A queue of results and a line of registers on the way to memory; for compression, a comparator per word, a packer
  /// that moves the non-zeros together, a shifter that puts them behind those already in the line, and a line of masks.
  public var inventory: Inventory {
    var list = InventoryList(name)
    let wordBits = layout.wordBytes * 8
    let words = builtRows
    let lineBits = Line.byteCount * 8
    list.base("result_queue", .fifo(slots: outputs.capacity, bits: words * wordBits))
    list.base("value_line", .register(bits: lineBits))
    var pass: [PartUse] = .passing(slots: outputs.capacity, bits: words * wordBits, per: words)
    pass += .using(.register(bits: wordBits), .write)
    pass += .using(.register(bits: wordBits), .read)
    list.action("pass_word", uses: pass)
    guard canCompress else { return list.inventory }
    let detector = Part.comparator(bits: wordBits)
    let packer = Part.packer(words: words, bits: wordBits)
    let aligner = Part.shifter(words: words, positions: 2 * words, bits: wordBits)
    list.tax("zero_detectors", detector, count: words)
    list.tax("packer", packer)
    list.tax("aligner", aligner)
    list.tax("mask_line", .register(bits: lineBits))
    var compress: [PartUse] = .using(detector)
    compress += .using(packer, per: words)
    compress += .using(aligner, per: words)
    compress += .using(.register(bits: 1), .write)
    compress += .using(.register(bits: 1), .read)
    list.action("compress_word", uses: compress)
    return list.inventory
  }
}
