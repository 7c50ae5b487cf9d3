// SPDX-License-Identifier: Apache-2.0
import Statistics

extension TimedDRAM {
  /// Priced by the bits that move, as the reference table does: a price per bit that includes the rows' commands.
  public var inventory: Inventory {
    DRAMTraffic.inventory(
      component: name, technology: "dram", bytes: specification.organisation.transactionBytes)
  }
}
