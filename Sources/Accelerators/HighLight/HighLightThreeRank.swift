// SPDX-License-Identifier: Apache-2.0
import Hardware

/// HighLight with a third rank: a row's two halves are two chosen of H2, in place of two that are there in any case.
///
///     DRAM -> GLB -> VFMU -> NoC -> 4 PE arrays -> NoC -> activation unit -> compression unit -> DRAM
///              |-> metadata decoders (rank 2, rank 1, rank 0, B) ->|
///
/// A row is one group of G2 = 2 halves of G1 = 4 PEs with G0 = 2 MACs each. At its edge each half takes its block of H1·H0
/// words, 2 of H2 (rank 2); of that each PE takes its block of H0 words, 4 of H1 (rank 1); of that each MAC its value, 2 of
/// H0 (rank 0). A window of K is one group, H2·H1·H0 words; the way of operand B carries 64, which H2, H1 and H0 share.
///
/// *Assumption:* the paper has no such machine. It is HighLight's principle once more: a rank by something simple, and ranks
/// that need not know of each other.
extension WeightStationaryDesign {
  public static let highLightThreeRank = WeightStationaryDesign(
    kind: "highlight-3rank",
    rule: "C2(2:{2<=H<=4})->C1(4:{4<=H<=8})->C0(2:{2<=H<=4}), period<=\(OperandWindow.wordLimit)",
    row: Row(groups: 1, kept: [2, 4, 2]), operandA: .hierarchical, zeroRemoval: .always,
    defaults: [
      "glb.metadata_banks": (
        4, .assumption("a row for each of three decoders and a fill in most cycles; rank 2 takes one for 16 rows of A")
      )
    ])
}
