// SPDX-License-Identifier: Apache-2.0
import Statistics

extension OuterProductArray: InventoryReporting {
  /// The queues of vectors are memories of 16-bit words, as the artifact's line registers; a word of 8 bits takes half of
  /// one. Behind the MACs a crossbar brings each product to its bank: a multiplexer of a row's and one of a column's
  /// products for each bank. A position in the tile comes out of the mask by a priority encoder, a gate a bit
  /// (*Assumption*).
  public var inventory: Inventory {
    var list = InventoryList(name)
    addOperandRegisters(to: &list)
    addDatapath(to: &list)
    return list.inventory
  }

  private static let registerBits = 16
  private static let maskPartBits = 4

  private func addOperandRegisters(to list: inout InventoryList) {
    let register = Part.macro("lrf_dstc", words: 64, bits: Self.registerBits)
    let wordBits = specification.wordBits
    let limit = CondensedVector.wordLimit
    let bits = (rows.capacity + columns.capacity) * limit * wordBits
    list.base("operand_registers", register, count: (bits + 64 * Self.registerBits - 1) / (64 * Self.registerBits))
    list.tax("position_encoders", .gates(bits: limit), count: 2)
    // Two words of 8 bits are one access.
    list.action("register_read", uses: .using(register, .read, count: wordBits, per: Self.registerBits))
    list.action("register_write", uses: .using(register, .write, count: wordBits, per: Self.registerBits))
    let parts = Int(maskBits) / Self.maskPartBits
    list.action("mask_read", uses: .using(register, .metadataRead, count: parts) + .using(.gates(bits: Int(maskBits))))
    list.action("mask_write", uses: .using(register, .metadataWrite, count: parts))
  }

  private func addDatapath(to list: inout InventoryList) {
    let mac = Part.macro("mac_int\(specification.wordBits)", bits: specification.wordBits)
    let sums = Part.macro("rf_dstc", words: specification.sums, bits: 32)
    let banks = specification.bankRows * specification.bankColumns
    let product = 2 * specification.wordBits
    let rowSelect = Part.multiplexer(fanIn: specification.rows, bits: product)
    let columnSelect = Part.multiplexer(fanIn: specification.columns, bits: product)
    let queue = Part.queue(slots: max(1, specification.bankQueueEntries), bits: product)
    list.base("macs", mac, count: specification.lanes)
    list.base("accumulation_buffer", sums, count: specification.buffers)
    list.tax("scatter_row_multiplexers", rowSelect, count: banks)
    list.tax("scatter_column_multiplexers", columnSelect, count: banks)
    list.tax("bank_queues", queue, count: banks)
    list.action("mac_compute", uses: .using(mac, .compute))
    list.action("mac_gated", uses: .using(mac, .gated))
    var scatter: [PartUse] = []
    if specification.hasBankConflicts {
      scatter += .using(rowSelect)
      scatter += .using(columnSelect)
      scatter += .using(queue, .write)
      scatter += .using(queue, .read)
    }
    list.action("scatter", uses: scatter)
    for action in ["rf_read", "rf_scatter_read"] { list.action(action, uses: .using(sums, .read)) }
    for action in ["rf_write", "rf_scatter_write"] { list.action(action, uses: .using(sums, .write)) }
  }
}
