// SPDX-License-Identifier: Apache-2.0
import Statistics

extension TimedDRAM {
  /// Priced by the bits that move, as the reference table does: a price per bit that includes the rows' commands.
  ///
  /// *Assumption:* what is no HBM is priced as LPDDR4; no table here has DDR4.
  public var inventory: Inventory {
    DRAMTraffic.inventory(
      component: name, technology: specification.name.hasPrefix("hbm") ? "dram_hbm2" : "dram",
      bytes: specification.organisation.transactionBytes, ranks: metadataRanks)
  }
}
