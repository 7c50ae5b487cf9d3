// SPDX-License-Identifier: Apache-2.0
import Statistics

extension PEArray.Specification {
  /// PEs of a row: each takes one block.
  var blocksPerRow: Int { groups * blocksPerGroup }
  /// Bits of a row's offsets.
  var rank1OffsetBitsPerRow: Int { blocksPerRow * selection.rank1OffsetBits }
  var rank0OffsetBitsPerRow: Int { lanesPerRow * selection.rank0OffsetBits }
  /// Bits of a row's rank-0 metadata in this layer, and the most that any layer has.
  var valueFieldBits: Int { slotsPerRow * valueCoding.bits }
  public var widestValueFieldBits: Int { mostSlotsPerRow * selection.rank0OffsetBits }
  /// Bits of the offsets of operand B's blocks in a window.
  var heldOffsetBitsPerRow: Int { blocksPerRow * selection.heldOffsetBits }
  /// Bits of a held block: its values with their offsets.
  var heldBlockBits: Int { valuesPerBlock * (wordBits + selection.rank0OffsetBits) }

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
  /// Where the design skips a rank, each row has a rank-1 multiplexer of H1max blocks of H0max words for every PE, and
  /// every MAC a rank-0 multiplexer of H0max words, whatever the pattern of the layer. A window is wider than a dense
  /// step only for sparsity. Where rank 1 selects blocks of operand A, the multiplexers are of held blocks, and the
  /// registers that hold more of them than there are PEs are rank 1's as well.
  public var inventory: Inventory {
    var list = InventoryList(name)
    addStationaryRegisters(to: &list)
    if specification.selection.selectsHeldBlocks { addHeldBlocks(to: &list) }
    addSelection(to: &list)
    addDatapath(to: &list)
    return list.inventory
  }

  private var blocks: Int { specification.rows * specification.blocksPerRow }

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
    if selection.hasRank1 {
      let register = Part.register(bits: selection.rank1OffsetBits)
      list.tax("rank1_offset_queue", .fifo(slots: slots, bits: specification.rank1OffsetBitsPerRow), rank: 1)
      list.tax("rank1_offset_registers", register, count: 2 * blocks, rank: 1)
      list.action("metadata_register_read_rank1", uses: .using(register, .read))
      list.action("metadata_register_write_rank1", uses: .using(register, .write))
    }
    if selection.hasRank0 {
      // Registers are as wide as any layer needs; of a layer with shorter offsets, only those bits move.
      let used = Part.register(bits: specification.valueCoding.bits)
      list.tax("rank0_offset_queue", .fifo(slots: slots, bits: specification.rank0OffsetBitsPerRow), rank: 0)
      list.tax("rank0_offset_registers", .register(bits: selection.rank0OffsetBits), count: 2 * lanes, rank: 0)
      list.action("metadata_register_read_rank0", uses: .using(used, .read))
      list.action("metadata_register_write_rank0", uses: .using(used, .write))
    }
  }

  /// What rank 1 takes where it selects blocks of operand A: every PE reaches all held blocks of its group.
  private func addHeldBlocks(to list: inout InventoryList) {
    let selection = specification.selection
    let extra = specification.mostSlotsPerRow - specification.lanesPerRow
    let slotBits = specification.wordBits + selection.rank0OffsetBits
    let offsets = specification.heldOffsetBitsPerRow
    let multiplexer = Part.multiplexer(fanIn: selection.heldBlocks, bits: specification.heldBlockBits)
    list.tax("held_block_queue", .fifo(slots: stationary.capacity, bits: extra * slotBits), rank: 1)
    list.tax("held_block_registers", .register(bits: slotBits), count: 2 * specification.rows * extra, rank: 1)
    list.tax("rank1_offset_queue", .fifo(slots: windows.capacity, bits: offsets), rank: 1)
    list.tax("rank1_multiplexers", multiplexer, count: blocks, rank: 1)
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
    if selection.hasRank1 {
      let (fanIn, words) = (selection.rank1Blocks, max(1, selection.rank0Words))
      list.tax("rank1_multiplexers", .multiplexer(fanIn: fanIn, bits: words * word), count: blocks, rank: 1)
      // A block of the executed pattern has H0 words; the lines of the others stay still.
      list.action("select_rank1", uses: .using(.multiplexer(fanIn: fanIn, bits: specification.blockValues * word)))
    }
    if selection.hasRank0 {
      let multiplexer = Part.multiplexer(fanIn: selection.rank0Words, bits: word)
      list.tax("rank0_multiplexers", multiplexer, count: specification.lanes, rank: 0)
      list.action("select_rank0", uses: .using(multiplexer))
    }
    if selection.addsRuns {
      // Two runs make two offsets: the second is the sum of both and one.
      let adder = Part.adder(bits: selection.rank0OffsetBits)
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
