// SPDX-License-Identifier: Apache-2.0
import Statistics

extension OuterProductArray {
  /// Lane-cycles of the array by cause; complete after `closeLedger`.
  public func ledgerEntries(names: [String]) -> [LedgerEntry] {
    ledger.entries(component: name, names: names, windowWords: 1, denseWords: 1, narrow: [])
  }

  /// Products that a dense row of 16 MACs would add up before they reach the register file.
  private static let productsPerDenseSum: Int64 = 16

  /// A step reads as many operand registers as the array has rows and columns. Every product reads and writes its sum,
  /// except that the first of a sum only writes; of these accesses a dense design of rows of 16 MACs needs a 16th, the
  /// rest is the price of the outer product (*Assumption*).
  public var actionCounts: [ActionCount] {
    let word = Int64(specification.wordBits)
    func count(_ action: String, _ count: Int64, bits: Int64, tax: Bool = false) -> ActionCount {
      ActionCount(component: name, action: action, count: count, bits: bits, isSparsityTax: tax)
    }
    let reads = state.products - state.firstProducts
    let dense = Self.productsPerDenseSum
    let slots = Int64(specification.rows + specification.columns)
    return [
      count("mac_compute", state.products, bits: word),
      count("mac_gated", state.emptyLanes, bits: word),
      count("register_read", state.steps * slots, bits: word),
      count("register_write", state.takenWords, bits: word),
      count("mask_read", state.takenMasks, bits: maskBits, tax: true),
      count("mask_write", state.takenMasks, bits: maskBits, tax: true),
      count("scatter", state.products, bits: 32, tax: true),
      count("rf_read", reads / dense + state.drainedSums, bits: 32),
      count("rf_write", state.products / dense, bits: 32),
      count("rf_scatter_read", reads - reads / dense, bits: 32, tax: true),
      count("rf_scatter_write", state.products - state.products / dense, bits: 32, tax: true),
    ]
  }

  /// Bits of the masks of a pair of vectors.
  var maskBits: Int64 { Int64(specification.tileRows + specification.tileColumns) }
}
