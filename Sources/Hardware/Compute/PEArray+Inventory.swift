// SPDX-License-Identifier: Apache-2.0
import Statistics

extension PEArray.Specification {
  /// Bits of the offsets of operand B's blocks in a window.
  var heldOffsetBitsPerRow: Int { blocksPerRow(ofRank: 1) * selection.heldOffsetBits }
  /// Bits of a held block: its values with their offsets.
  var heldBlockBits: Int { valuesPerBlock * heldValueBits }
  /// Bits of a held value with its offset.
  var heldValueBits: Int { wordBits + (selection.rank(0)?.offsetBits ?? 0) }

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
  /// Where the design skips a rank, each row has a multiplexer for every block of the rank that it keeps, and every MAC
  /// one of rank 0, whatever the pattern of the layer: of Hmax blocks as large as the rank's largest, so at rank 1 of
  /// H1max blocks of H0max words. A window is wider than a dense step only for sparsity. Where rank 1 selects blocks of
  /// operand A, the multiplexers are of held blocks, and the registers that hold more of them than there are PEs are rank
  /// 1's as well.
  public var inventory: Inventory {
    var list = InventoryList(name)
    addStationaryRegisters(to: &list)
    if specification.selection.selectsHeldBlocks { addHeldBlocks(to: &list) }
    addSelection(to: &list)
    addDatapath(to: &list)
    return list.inventory
  }

  /// Two banks of values and offsets, and the queue through which they arrive.
  private func addStationaryRegisters(to list: inout InventoryList) {
    let word = specification.wordBits
    let lanes = specification.lanes
    let selection = specification.selection
    let slots = stationary.capacity
    list.base("stationary_queue", .fifo(slots: slots, bits: specification.lanesPerRow * word))
    list.base("stationary_registers", .register(bits: word), count: 2 * lanes)
    list.action("register_read", uses: .using(.register(bits: word), .read))
    list.action("register_write", uses: .using(.register(bits: word), .write))
    for rank in selection.ranks {
      let name = "rank\(rank.number)"
      let perRow = specification.blocksPerRow(ofRank: rank.number)
      // Registers are as wide as any layer needs; of a layer with shorter offsets, only those bits move.
      let used = Part.register(bits: specification.offsetBits(ofRank: rank.number))
      list.tax("\(name)_offset_queue", .fifo(slots: slots, bits: perRow * rank.offsetBits), rank: rank.number)
      list.tax(
        "\(name)_offset_registers", .register(bits: rank.offsetBits), count: 2 * specification.rows * perRow,
        rank: rank.number)
      list.action("metadata_register_read_\(name)", uses: .using(used, .read))
      list.action("metadata_register_write_\(name)", uses: .using(used, .write))
    }
  }

  /// What rank 1 takes where it selects blocks of operand A: every PE reaches all held blocks of its group.
  private func addHeldBlocks(to list: inout InventoryList) {
    let selection = specification.selection
    let extra = specification.mostSlotsPerRow - specification.lanesPerRow
    let slotBits = specification.heldValueBits
    let offsets = specification.heldOffsetBitsPerRow
    let multiplexer = Part.multiplexer(fanIn: selection.heldBlocks, bits: specification.heldBlockBits)
    list.tax("held_block_queue", .fifo(slots: stationary.capacity, bits: extra * slotBits), rank: 1)
    list.tax("held_block_registers", .register(bits: slotBits), count: 2 * specification.rows * extra, rank: 1)
    list.tax("rank1_offset_queue", .fifo(slots: windows.capacity, bits: offsets), rank: 1)
    list.tax(
      "rank1_multiplexers", multiplexer, count: specification.rows * specification.blocksPerRow(ofRank: 1), rank: 1)
    list.action("select_rank1", uses: .using(multiplexer))
  }

  private func addSelection(to list: inout InventoryList) {
    let word = specification.wordBits
    let selection = specification.selection
    let window = selection.widestWindowWords
    let dense = specification.lanesPerRow
    list.base("window_queue", .fifo(slots: windows.capacity, bits: dense * word))
    if window > dense {
      list.tax("wide_window_queue", .fifo(slots: windows.capacity, bits: (window - dense) * word))
    }
    for rank in selection.ranks {
      list.tax(
        "rank\(rank.number)_multiplexers", .multiplexer(fanIn: rank.choices, bits: rank.words * word),
        count: specification.rows * specification.blocksPerRow(ofRank: rank.number), rank: rank.number)
      // Of a block of the executed pattern, which may be smaller, the other lines stay still.
      let used = specification.blockWords(ofRank: rank.number) * word
      list.action("select_rank\(rank.number)", uses: .using(.multiplexer(fanIn: rank.choices, bits: used)))
    }
    if selection.addsRuns {
      // Two runs make two offsets: the second is the sum of both and one.
      let adder = Part.adder(bits: selection.rank(0)?.offsetBits ?? 0)
      list.tax("run_adders", adder, count: specification.lanes / 2, rank: 0)
      list.action("add_runs", uses: .using(adder))
    }
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
