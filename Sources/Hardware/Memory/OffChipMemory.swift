// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// Memory behind the chip's edge: takes lines to read and to write, delivers lines, acknowledges writes.
///
/// A read that was sent after the acknowledgement of a write sees what was written. Lines may come in another order than
/// they were asked for; each says where in the buffer it belongs.
public protocol OffChipMemory: Component, ActionReporting, InventoryReporting {
  var reads: Input<DRAMRead> { get }
  /// Results.
  var writes: Input<DRAMWrite> { get }
  /// Partial sums.
  var spills: Input<DRAMWrite> { get }
  var lines: Output<DRAMLine> { get }
  var acknowledgements: Output<DRAMAcknowledgement> { get }
  var spillAcknowledgements: Output<DRAMAcknowledgement> { get }

  /// Traffic and latency of each channel, once the simulation has ended, in cycles of the memory's own clock.
  func channelStatistics() -> [DRAMStatistics]

  /// Time that the data bus of the busiest channel was taken: no run can be shorter.
  func busyTime() -> Femtoseconds
}
