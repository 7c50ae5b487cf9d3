// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// Orders a port of the global buffer to stream one window out of its ring.
@frozen
public struct BufferReadCommand: BitwiseCopyable, Sendable {
  /// First line of the window in the ring; the window wraps around the ring's end.
  public var firstSlot: Int32
  /// Rows to read: lines on a data port, 64-bit words on a metadata port.
  public var rowCount: Int32
  /// Whether this is the window's last use, so that its lines are freed as they are read.
  public var isLastUse: Bool

  public init(firstSlot: Int32, rowCount: Int32, isLastUse: Bool) {
    self.firstSlot = firstSlot
    self.rowCount = rowCount
    self.isLastUse = isLastUse
  }
}

/// A row of the data banks on its way to the arrays.
@frozen
public struct BufferRow: BitwiseCopyable, Sendable {
  public var line: Line
  public var blame: Blame
}

/// A row of the metadata banks on its way to a decoder.
@frozen
public struct MetadataRow: BitwiseCopyable, Sendable {
  public var bits: UInt64
  public var blame: Blame
}

/// Lines of the rings that were freed, so that the sequencer may fill them again.
@frozen
public struct BufferRelease: BitwiseCopyable, Sendable {
  public var operandA: Int32 = 0
  public var operandB: Int32 = 0
  public var rank2A: Int32 = 0
  public var rank1A: Int32 = 0
  public var rank0A: Int32 = 0
  public var maskB: Int32 = 0
  public var sums: Int32 = 0

  var isEmpty: Bool { operandA | operandB | rank2A | rank1A | rank0A | maskB | sums == 0 }

  /// Lines that were freed of the metadata of a rank of operand A.
  func metadataA(ofRank rank: Int) -> Int32 {
    switch rank {
    case 0: rank0A
    case 1: rank1A
    default: rank2A
    }
  }

  mutating func add(_ lines: Int32, to ring: BufferRing) {
    switch ring {
    case .operandA: operandA += lines
    case .operandB: operandB += lines
    case .rank2A: rank2A += lines
    case .rank1A: rank1A += lines
    case .rank0A: rank0A += lines
    case .maskB: maskB += lines
    case .sums: sums += lines
    }
  }
}

extension BufferRelease: CountedMessage {
  public var amounts: SIMD8<Int64> {
    SIMD8(Int64(operandA), Int64(operandB), Int64(rank1A), Int64(rank0A), Int64(maskB), Int64(sums), 0, 0)
  }
}
