// SPDX-License-Identifier: Apache-2.0

/// HighLight (MICRO 2023): hierarchical structured sparsity, each rank skipped at its own level by something simple.
///
///     DRAM -> GLB -> VFMU -> NoC -> 4 PE arrays -> NoC -> activation unit -> compression unit -> DRAM
///              |-> metadata decoders (rank 1, rank 0, B) ->|
///
/// A row is 2 rank-1 groups of G1 = 4 PEs with G0 = 2 MACs each: at its edge each PE takes its block, 4 of H1; in it each
/// MAC its value, 2 of H0.
extension WeightStationaryDesign {
  public static let highLight = WeightStationaryDesign(
    kind: "highlight", rule: "C1(4:{4<=H<=8})->C0(2:{2<=H<=4})",
    row: Row(groups: 2, blocksPerGroup: 4, valuesPerBlock: 2), operandA: .hierarchical, zeroRemoval: .always,
    defaults: [:])
}
