// SPDX-License-Identifier: Apache-2.0
import Statistics

extension GlobalBuffer: InventoryReporting {
  /// The banks together, as the table prices them. The metadata banks serve both ranks and operand B, so no one rank
  /// causes their area.
  public var inventory: Inventory {
    var list = InventoryList(name)
    let data = Part.macro(
      "glb_data", words: specification.dataBytes / specification.rowBytes, bits: specification.rowBytes * 8)
    let metadata = Part.macro("glb_metadata", words: specification.metadataBytes / 8, bits: 64)
    list.base("data_banks", data)
    list.tax("metadata_banks", metadata)
    list.action("data_read", uses: .using(data, .read))
    list.action("data_write", uses: .using(data, .write))
    for content in ["b", "rank1", "rank0"] {
      list.action("metadata_read_\(content)", uses: .using(metadata, .read))
      list.action("metadata_write_\(content)", uses: .using(metadata, .write))
    }
    return list.inventory
  }
}
