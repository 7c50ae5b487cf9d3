// SPDX-License-Identifier: Apache-2.0
import Hardware
import Sparsity

/// STC-flexible: an STC with more ratios on its one rank, the naive way to support them.
///
///     DRAM -> GLB -> row buffer -> NoC -> 4 PE arrays -> NoC -> activation unit -> output writer -> DRAM
///              |-> metadata decoder (rank 0) ->|
///
/// Every MAC has an 8:1 multiplexer and the way of operand B is 64 words wide, for 2:4, 2:6 and 2:8. Metadata is offsets
/// (CP) or run lengths (RLE). With `operand_b.format: bitmask` (or `auto`) operand B is stored without its zeros: then a
/// VFMU with a decompressor and a decoder of bitmasks take the row buffer's place.
extension WeightStationaryDesign {
  public static let stcFlexible = WeightStationaryDesign(
    kind: "stc-flexible", rule: "C0(2:{2,4,6,8})", row: Row(groups: 1, blocksPerGroup: 8, valuesPerBlock: 2),
    operandA: .values(isChosen: true), zeroRemoval: .chosen,
    defaults: [
      "mac.gate_zero": (false, "Sparseloop artifact"),
      "operand_b.format": ("uncompressed", "Sparseloop artifact; the variant with compressed B is stc-flexible-dual"),
      "output.format": ("uncompressed", "Sparseloop artifact, the result is dense"),
    ])
}

extension WeightStationarySpecification {
  /// How the rank-0 metadata of blocks that keep 2 of `h` values is coded, in the design's metadata.
  ///
  /// Offsets take ceil(log2 H) bits; runs 2 where H is at most 6, else 3 (Sparseloop artifact). Where they are aligned, 3
  /// bits occupy 4.
  func valueCoding(ofBlocksOf h: Int) -> PEArray.ValueCoding {
    guard case .values(isChosen: true) = design.operandA, h > 2 else { return .offsets(bits: 2) }
    let isAligned = values.boolean("operand_a.aligned_metadata")
    func stored(_ bits: Int) -> Int { isAligned && bits == 3 ? 4 : bits }
    guard values.text("operand_a.metadata") == "run-length" else {
      return .offsets(bits: stored(bitsNeeded(forValuesBelow: h)))
    }
    return .runs(PairedRuns(h: h, bits: stored(h <= 6 ? 2 : 3)))
  }
}
