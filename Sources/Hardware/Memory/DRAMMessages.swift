// SPDX-License-Identifier: Apache-2.0

/// The rings that the global buffer is divided into.
///
/// Each rank of operand A that a design skips has a ring of its metadata.
@frozen
public enum BufferRing: UInt8, BitwiseCopyable, CaseIterable, Sendable {
  /// Non-zero values of operand A.
  case operandA
  /// Values of operand B, dense or compressed.
  case operandB
  /// Offsets of operand A's non-empty blocks (rank 1).
  case rank1A
  /// Offsets of operand A's non-zero values in their blocks (rank 0).
  case rank0A
  /// Metadata of operand B: its bitmasks, or the offsets of the blocks that it keeps.
  case maskB
  /// Partial sums that were spilled and come back.
  case sums
  /// Offsets of operand A's non-empty groups of blocks (rank 2).
  case rank2A

  /// Whether the ring lies in the data banks (else in the metadata banks).
  @inlinable public var isData: Bool { self == .operandA || self == .operandB || self == .sums }

  /// The ring of the metadata of a rank of operand A.
  ///
  /// - Precondition: `rank` is in `PerRank.ranks`.
  @inlinable
  public static func metadataA(ofRank rank: Int) -> BufferRing {
    switch rank {
    case 0: .rank0A
    case 1: .rank1A
    case 2: .rank2A
    default: preconditionFailure("a machine skips ranks 0 to 2 of operand A")
    }
  }

  /// The rank of operand A whose metadata the ring holds; nil for all others.
  @inlinable public var rankOfA: Int? {
    switch self {
    case .rank0A: 0
    case .rank1A: 1
    case .rank2A: 2
    case .operandA, .operandB, .maskB, .sums: nil
    }
  }
}

/// A request for one line of memory, with the place in the buffer that it is for.
@frozen
public struct DRAMRead: BitwiseCopyable, Sendable {
  /// Byte address, a multiple of 64.
  public var address: Int64
  public var ring: BufferRing
  /// Line of the ring, from 0.
  public var slot: Int32

  public init(address: Int64, ring: BufferRing, slot: Int32) {
    self.address = address
    self.ring = ring
    self.slot = slot
  }
}

/// A line on its way to memory.
@frozen
public struct DRAMWrite: BitwiseCopyable, Sendable {
  /// Byte address, a multiple of 64.
  public var address: Int64
  /// Bytes of the line that are written; the burst is a whole line all the same.
  public var byteCount: Int32
  /// Whether the line holds metadata.
  public var isMetadata: Bool
  public var line: Line
}

/// A line that arrived from memory.
@frozen
public struct DRAMLine: BitwiseCopyable, Sendable {
  public var ring: BufferRing
  public var slot: Int32
  public var blame: Blame
  public var line: Line
}

/// Memory has taken one written line.
@frozen
public struct DRAMAcknowledgement: BitwiseCopyable, Sendable {}
