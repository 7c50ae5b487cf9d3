// SPDX-License-Identifier: Apache-2.0

/// TC: a dense tensor core, the design that every other one is compared with.
///
///     DRAM -> GLB -> row buffer -> NoC -> 4 PE arrays -> NoC -> activation unit -> output writer -> DRAM
///
/// A window is 16 words of operand B, one for each lane of a row. There is no metadata, no decoder, no multiplexer and no
/// compression; what the sparse designs have as metadata banks is data here (320 KB in all, as they have).
extension WeightStationaryDesign {
  public static let tensorCore = WeightStationaryDesign(
    kind: "tc", rule: "C0(2:2)", row: Row(groups: 1, blocksPerGroup: 8, valuesPerBlock: 2), operandA: .dense,
    zeroRemoval: .never,
    defaults: [
      "glb.data_bytes": (327_680, .assumption("as much as the sparse designs' data and metadata banks together")),
      "mac.gate_zero": (false, .assumption("a dense design does not look at its operands")),
      "noc.bytes_per_cycle": (16, .assumption("the window, 16 words of 8 bits, in a cycle")),
    ])
}
