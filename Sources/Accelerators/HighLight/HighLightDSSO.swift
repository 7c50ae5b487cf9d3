// SPDX-License-Identifier: Apache-2.0
import Sparsity

/// HighLight's dual-side variant (DSSO): both operands structured, each at a rank of its own, and both skipped.
///
///     DRAM -> GLB -> row buffer -> NoC -> 4 PE arrays -> NoC -> activation unit -> output writer -> DRAM
///              |-> metadata decoders (A's rank 0, B's rank 1) ->|
///
/// Operand A keeps 2 of H0 values, operand B 4 of H1 blocks of H0 values in every column. A row is 2 groups of 4 PEs with
/// 2 MACs each. A step brings each group the 4 kept blocks of a column; each PE selects, by its block's offset, the one of
/// the row's H1 blocks of A that it meets (rank 1), and each MAC its value of the block of B, by A's offset (rank 0). Both
/// ranks are perfectly balanced: cycles are M·N·K/1024 times the densities of both.
extension WeightStationaryDesign {
  public static let highLightDSSO = WeightStationaryDesign(
    kind: "highlight-dsso", rule: "C0(2:{2<=H<=4})", operandBRank: HardwareRule.Rank("C1", g: [4], h: 4...8),
    row: Row(groups: 2, blocksPerGroup: 4, valuesPerBlock: 2), operandA: .values(isChosen: false), zeroRemoval: .never,
    defaults: [
      "glb.metadata_banks": (4, .assumption("a row for each of two decoders and fills in most cycles")),
      "noc.bytes_per_cycle": (32, .assumption("the widest window, 8 blocks of 4 words of 8 bits, in a cycle")),
      "noc.operand_a_bytes_per_cycle": (
        32, .assumption("the kept values of an array row's 16 blocks in a cycle: a load fits a window's columns")
      ),
    ])
}
