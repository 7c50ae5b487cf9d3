// SPDX-License-Identifier: Apache-2.0
import Statistics

extension IdealDRAM: InventoryReporting {
  public var inventory: Inventory { DRAMTraffic.inventory(component: name, technology: "dram") }
}
