// SPDX-License-Identifier: Apache-2.0

/// The one cause that the ledger gives a lane-cycle.
///
/// The raw values are the names in `cycle_ledger.cause`. The order of the cases is the order in which reports list
/// them; the precedence between causes is documented in `docs/ledger.md`.
public enum Cause: String, CaseIterable, Sendable {
  /// Both operands of the multiplication are non-zero.
  case effectual
  /// The value of operand B is zero; the multiplier is gated.
  case ineffectualBZero = "ineffectual_b_zero"
  /// A zero inside a slot that the declared pattern keeps.
  case ineffectualAZero = "ineffectual_a_zero"
  /// A lane that exists only because M, N or K was rounded up to the machine's shape.
  case paddingShape = "padding_shape"
  /// A slot added by rounding the declared pattern up to one that the machine supports.
  case paddingPattern = "padding_pattern"
  /// The array waits because a sibling has not finished its step.
  case loadImbalance = "load_imbalance"
  /// The stationary registers of the next window are not loaded and no part upstream of them was busy.
  case starvedRegisters = "starved_registers"
  /// The network between buffer and arrays was busy.
  case starvedNoC = "starved_noc"
  /// The variable fetch management unit was busy.
  case starvedVFMU = "starved_vfmu"
  /// The global buffer was busy: a bank or port conflict, or its bandwidth.
  case starvedGLB = "starved_glb"
  /// A metadata decoder, or the metadata banks, were busy.
  case starvedMetadata = "starved_metadata"
  /// Data had not yet arrived from DRAM.
  case starvedDRAM = "starved_dram"
  /// The results could not leave the array.
  case outputBackpressure = "output_backpressure"
  /// Before the first step of the array's first block.
  case fill
  /// After the last step of the array's last block, while results leave.
  case drain
  /// The array has no work: before its first block or after its last.
  case idle
}
