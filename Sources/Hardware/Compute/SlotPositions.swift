// SPDX-License-Identifier: Apache-2.0
import Sparsity

/// Where in a window of K the values of a row's slots lie, worked out from the offsets of all ranks.
///
/// From the highest rank down: a group of a rank has a slot for each block that it keeps, whose offset says which of the
/// H blocks that is; a rank that stores no offsets keeps all its blocks, in order. So with two ranks a value lies at
/// (group·H1 + block offset)·H0 + value offset, with three at ((group·H2 + ...)·H1 + ...)·H0 + value offset.
struct SlotPositions {
  private struct Rank {
    /// Blocks that a group has a slot for, and blocks that it has (H).
    let kept: Int
    let of: Int
    let number: Int
    /// Bits of an offset; 0 where the layer stores none.
    let bits: Int
  }

  private let groups: Int
  /// From the highest rank down.
  private let ranks: [Rank]
  private let runs: PairedRuns?

  init(_ specification: PEArray.Specification) {
    groups = specification.groups
    ranks = specification.ranks.enumerated().map { index, rank in
      let number = specification.ranks.count - 1 - index
      // Held blocks are all there, in order: which of them meet operand B's is for each step to say.
      let isHeld = number == 1 && specification.selection.selectsHeldBlocks
      return Rank(
        kept: isHeld ? rank.of : rank.kept, of: rank.of, number: number,
        bits: rank.hasMetadata ? specification.offsetBits(ofRank: number) : 0)
    }
    if case .runs(let runs) = specification.valueCoding, specification.rank(0).hasMetadata {
      self.runs = runs
    } else {
      runs = nil
    }
  }

  /// Writes the position of every slot.
  func write(_ offsets: RankOffsets, to positions: UnsafeMutableBufferPointer<UInt8>) {
    for group in 0..<groups { positions[group] = UInt8(truncatingIfNeeded: group) }
    var parents = groups
    for rank in ranks {
      let field = offsets[rank.number]
      if rank.bits == 0 {
        spread(rank, from: parents, to: positions) { _, child in child }
      } else if rank.number == 0, let runs {
        let mask = 1 << rank.bits - 1
        spread(rank, from: parents, to: positions) { slot, _ in
          let pair = Int(truncatingIfNeeded: field >> UInt64(2 * rank.bits * (slot / 2)))
          let offsets = runs.offsets(pair & mask, pair >> rank.bits & mask)
          return slot % 2 == 0 ? offsets.0 : offsets.1
        }
      } else {
        let (bits, mask) = (UInt64(rank.bits), UInt64(1) << UInt64(rank.bits) - 1)
        spread(rank, from: parents, to: positions) { slot, _ in
          Int(truncatingIfNeeded: field &>> (bits &* UInt64(slot)) & mask)
        }
      }
      parents *= rank.kept
    }
  }

  /// Puts a parent's children where they lie, each by its offset: from the last slot to the first, since those of a parent
  /// take its place and the places behind it.
  @inline(__always)
  private func spread(
    _ rank: Rank, from parents: Int, to positions: UnsafeMutableBufferPointer<UInt8>,
    offset: (_ slot: Int, _ child: Int) -> Int
  ) {
    precondition(parents * rank.kept <= positions.count, "a row has a place for every slot")
    let positions = positions.baseAddress.unsafelyUnwrapped
    var slot = parents &* rank.kept
    var parent = parents
    while parent > 0 {
      parent &-= 1
      let base = Int(positions[parent]) &* rank.of
      let first = slot &- rank.kept
      while slot > first {
        slot &-= 1
        positions[slot] = UInt8(truncatingIfNeeded: base &+ offset(slot, slot &- first))
      }
    }
  }
}
