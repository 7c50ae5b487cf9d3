// SPDX-License-Identifier: Apache-2.0
import Statistics

extension IdealDRAM: InventoryReporting {
  /// Off chip, and so without area; a line is priced by its bits.
  public var inventory: Inventory {
    var list = InventoryList(name)
    let line = Part.macro("dram", bits: Line.byteCount * 8)
    list.action("data_read", uses: .using(line, .read))
    list.action("data_write", uses: .using(line, .write))
    list.action("metadata_read", uses: .using(line, .metadataRead))
    list.action("metadata_write", uses: .using(line, .metadataWrite))
    return list.inventory
  }
}
