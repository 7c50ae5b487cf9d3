// SPDX-License-Identifier: Apache-2.0
import Statistics

/// Why a message left the part that sent it no earlier: the last part on its way that was busy rather than starved.
///
/// Every part on the way to the arrays passes this tag on: one that was waiting for its input hands on the input's
/// blame, one that was busy while the input waited puts its own name there. When an array's stall closes, the tag of
/// the input that arrived last is therefore the answer of the walk upstream that the ledger's rule asks for, without
/// anyone walking.
@frozen
public struct Blame: BitwiseCopyable, Equatable, Sendable {
  /// Kinds of part that can starve an array.
  @frozen
  public enum Part: UInt8, BitwiseCopyable, Sendable {
    case registers, noc, vfmu, glb, metadata, dram, sibling
  }

  public var part: Part
  /// `Component.index` of the part at fault.
  public var component: UInt8

  @inlinable
  public init(_ part: Part, component: Int) {
    self.part = part
    self.component = UInt8(truncatingIfNeeded: component)
  }

  /// The ledger's name for a stall by this part.
  public var cause: Cause {
    switch part {
    case .registers: .starvedRegisters
    case .noc: .starvedNoC
    case .vfmu: .starvedVFMU
    case .glb: .starvedGLB
    case .metadata: .starvedMetadata
    case .dram: .starvedDRAM
    case .sibling: .loadImbalance
    }
  }
}
