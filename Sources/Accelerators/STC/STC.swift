// SPDX-License-Identifier: Apache-2.0

/// STC: a sparse tensor core, 2:4 on operand A (as NVIDIA's A100, as the Sparseloop artifact models it).
///
///     DRAM -> GLB -> row buffer -> NoC -> 4 PE arrays -> NoC -> activation unit -> output writer -> DRAM
///              |-> metadata decoder (rank 0) ->|
///
/// A window is 16 words of operand B where A is dense, and 32 at 2:4, of which every MAC takes one of its block's four.
/// Whatever 2:4 contains runs as 2:4, anything else dense.
extension WeightStationaryDesign {
  public static let stc = WeightStationaryDesign(
    kind: "stc", rule: "C0(2:{2,4})", row: Row(groups: 1, blocksPerGroup: 8, valuesPerBlock: 2),
    operandA: .values(isChosen: false), zeroRemoval: .never,
    defaults: [
      "mac.gate_zero": (false, "Sparseloop artifact"),
      "noc.bytes_per_cycle": (32, .assumption("the widest window, 32 words of 8 bits, in a cycle")),
    ])
}
