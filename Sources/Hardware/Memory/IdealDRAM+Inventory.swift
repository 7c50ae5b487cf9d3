// SPDX-License-Identifier: Apache-2.0
import Statistics

extension IdealDRAM {
  public var inventory: Inventory {
    DRAMTraffic.inventory(component: name, technology: "dram", bytes: Line.byteCount, ranks: metadataRanks)
  }
}
