// SPDX-License-Identifier: Apache-2.0
import Statistics

extension PEArray.Specification {
  /// Bits of a block's offset at rank 1 and of a value's at rank 0: H1 is at most 8, H0 at most 4.
  static let rank1OffsetBits = 3
  static let rank0OffsetBits = 2
  /// Words that an array takes in a window: 2·H1·H0 at their largest.
  static let widestWindowWords = OperandWindow.wordLimit

  /// PEs of a row: each takes one block.
  var blocksPerRow: Int { groups * blocksPerGroup }
  /// Bits of a row's offsets.
  var rank1OffsetBitsPerRow: Int { blocksPerRow * Self.rank1OffsetBits }
  var rank0OffsetBitsPerRow: Int { lanesPerRow * Self.rank0OffsetBits }

  /// Bits of a row's adders: a tree over the products and the accumulator, without those inside the MACs.
  ///
  /// Level l has lanes/2^l adders of 2·wordBits + l bits, at most 32; a MAC as tables price it has an adder of a word.
  var reductionBits: Int {
    var bits = 32
    var adders = lanesPerRow / 2
    var level = 1
    while adders > 0 {
      bits += adders * min(2 * wordBits + level, 32)
      adders /= 2
      level += 1
    }
    return bits - lanesPerRow * wordBits
  }
}

extension PEArray: InventoryReporting {
  /// Each row has a rank-1 multiplexer of H1max blocks of H0max words for every PE, and every MAC a rank-0 multiplexer
  /// of H0max words, whatever the pattern of the layer. A window is wider than a dense step only for sparsity.
  public var inventory: Inventory {
    var list = InventoryList(name)
    addStationaryRegisters(to: &list)
    addSelection(to: &list)
    addDatapath(to: &list)
    return list.inventory
  }

  private var blocks: Int { specification.rows * specification.blocksPerRow }

  /// Two banks of values and offsets, and the queue through which they arrive.
  private func addStationaryRegisters(to list: inout InventoryList) {
    let word = specification.wordBits
    let lanes = specification.lanes
    typealias Bits = PEArray.Specification
    let slots = stationary.capacity
    list.base("stationary_queue", .fifo(slots: slots, bits: specification.lanesPerRow * word))
    list.tax("rank1_offset_queue", .fifo(slots: slots, bits: specification.rank1OffsetBitsPerRow), rank: 1)
    list.tax("rank0_offset_queue", .fifo(slots: slots, bits: specification.rank0OffsetBitsPerRow), rank: 0)
    list.base("stationary_registers", .register(bits: word), count: 2 * lanes)
    list.tax("rank1_offset_registers", .register(bits: Bits.rank1OffsetBits), count: 2 * blocks, rank: 1)
    list.tax("rank0_offset_registers", .register(bits: Bits.rank0OffsetBits), count: 2 * lanes, rank: 0)
    list.action("register_read", uses: .using(.register(bits: word), .read))
    list.action("register_write", uses: .using(.register(bits: word), .write))
    list.action("metadata_register_read_rank1", uses: .using(.register(bits: Bits.rank1OffsetBits), .read))
    list.action("metadata_register_write_rank1", uses: .using(.register(bits: Bits.rank1OffsetBits), .write))
    list.action("metadata_register_read_rank0", uses: .using(.register(bits: Bits.rank0OffsetBits), .read))
    list.action("metadata_register_write_rank0", uses: .using(.register(bits: Bits.rank0OffsetBits), .write))
  }

  private func addSelection(to list: inout InventoryList) {
    let word = specification.wordBits
    let blocksToSelect = 1 << PEArray.Specification.rank1OffsetBits
    let wordsToSelect = 1 << PEArray.Specification.rank0OffsetBits
    let window = PEArray.Specification.widestWindowWords
    let dense = specification.lanesPerRow
    list.base("window_queue", .fifo(slots: windows.capacity, bits: dense * word))
    list.tax("wide_window_queue", .fifo(slots: windows.capacity, bits: (window - dense) * word))
    list.tax(
      "rank1_multiplexers", .multiplexer(fanIn: blocksToSelect, bits: wordsToSelect * word), count: blocks, rank: 1)
    list.tax(
      "rank0_multiplexers", .multiplexer(fanIn: wordsToSelect, bits: word), count: specification.lanes, rank: 0)
    // A block of the executed pattern has H0 words; the lines of the others stay still.
    list.action(
      "select_rank1",
      uses: .using(.multiplexer(fanIn: blocksToSelect, bits: specification.blockValues * word)))
    list.action("select_rank0", uses: .using(.multiplexer(fanIn: wordsToSelect, bits: word)))
  }

  private func addDatapath(to list: inout InventoryList) {
    let mac = Part.macro("mac_int\(specification.wordBits)", bits: specification.wordBits)
    let reduction = Part.adder(bits: specification.reductionBits)
    let sums = Part.macro("rf_partial_sum", words: specification.rows * specification.columns, bits: 32)
    list.base("reload_queue", .fifo(slots: reloads.capacity, bits: specification.rows * 32))
    list.base("macs", mac, count: specification.lanes)
    list.base("row_reduction", reduction, count: specification.rows)
    list.base("register_file", sums)
    list.action("mac_compute", uses: .using(mac, .compute))
    list.action("mac_gated", uses: .using(mac, .gated))
    list.action("reduce_row", uses: .using(reduction))
    list.action("rf_read", uses: .using(sums, .read))
    list.action("rf_write", uses: .using(sums, .write))
  }
}
