// SPDX-License-Identifier: Apache-2.0
import Statistics

extension GlobalBuffer: InventoryReporting {
  /// The banks together, as the table prices them. The metadata banks serve all ranks and operand B, so no one rank
  /// causes their area.
  public var inventory: Inventory {
    var list = InventoryList(name)
    let data = Part.macro(
      "glb_data", words: specification.dataBytes / specification.rowBytes, bits: specification.rowBytes * 8)
    list.base("data_banks", data)
    list.action("data_read", uses: .using(data, .read))
    list.action("data_write", uses: .using(data, .write))
    guard specification.metadataBytes > 0 else { return list.inventory }
    let metadata = Part.macro("glb_metadata", words: specification.metadataBytes / 8, bits: 64)
    list.tax("metadata_banks", metadata)
    for ring in metadataRings {
      list.action("metadata_read_\(ring.content)", uses: .using(metadata, .read))
      list.action("metadata_write_\(ring.content)", uses: .using(metadata, .write))
    }
    return list.inventory
  }
}
