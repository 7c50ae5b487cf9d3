// SPDX-License-Identifier: Apache-2.0
import EnergyArea
import Statistics

/// A price list with round numbers, so that a price is found by mental arithmetic.
enum SampleTable {
  static let text = """
    hssim_prices: 1
    name: sample
    technology: invented for tests
    primitives:
      register: {width_bits: 1, energy_pj: 0.01, area_um2: 6, source: test}
      bitwise: {width_bits: 32, energy_pj: 0.032, area_um2: 64, source: test}
      adder: {width_bits: 32, energy_pj: 0.32, area_um2: 320, leakage_mw: 0.0032, source: test}
      comparator: {width_bits: 32, energy_pj: 0.064, area_um2: 96, source: test}
      counter: {width_bits: 32, energy_pj: 0.64, area_um2: 640, source: test}
      multiplier: {width_bits: 32, energy_pj: 10.24, area_um2: 1024, leakage_mw: 0.1024, source: test}
    macros:
      dram:
        width_bits: 64
        energy_pj: {read: 512.0, write: 256.0, metadata_read: 0}
        area_um2: off-chip
        energy_by_width: linear
        energy_by_depth: none
        source: test
      memory:
        width_bits: 64
        depth: 1024
        energy_pj: {read: 20, write: 30.5}
        area_um2: 5000.5
        energy_by_width: linear
        energy_by_depth: square_root
        source: test
      mac: {width_bits: 8, energy_pj: {compute: 0.5, gated: 0.02}, area_um2: 300, source: test}
    """

  static func table(_ text: String = text) throws -> PriceTable { try PriceTable(text: text, file: "sample.yaml") }

  /// The table with one line replaced, or added where `line` is nil.
  static func text(replacing old: String, with new: String) -> String {
    precondition(text.contains(old), "the sample has what a test replaces")
    return text.replacing(old, with: new, maxReplacements: 1)
  }
}
