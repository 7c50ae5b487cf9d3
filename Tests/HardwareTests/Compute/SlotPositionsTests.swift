// SPDX-License-Identifier: Apache-2.0
import Sparsity
import Testing

@testable import Hardware

/// Which position of a window each slot of a row has.
struct SlotPositionsTests {
  private func positions(_ array: PEArray.Specification, _ offsets: RankOffsets = RankOffsets()) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: array.slotsPerRow) { positions, count in
      SlotPositions(array).write(offsets, to: positions)
      count = array.slotsPerRow
    }
  }

  @Test func `where every rank keeps everything the slots are the positions`() {
    #expect(positions(PEArray.Specification(h1: 4, h0: 2)) == Array(0..<16))
    #expect(positions(PEArray.Specification(h2: 2, h1: 4, h0: 2)) == Array(0..<16))
  }

  /// 2 of 3 halves of 4 of 5 blocks of 2 of 4 words: halves 0 and 2, blocks 0, 1, 3, 4 and 1 to 4, words 1, 3 or 0, 2.
  @Test func `three offsets make a position`() {
    let array = PEArray.Specification(h2: 3, h1: 5, h0: 4)
    let halves = [0, 2]
    let blocks = [0, 1, 3, 4, 1, 2, 3, 4]
    let words = [1, 3, 1, 3, 1, 3, 1, 3, 0, 2, 0, 2, 0, 2, 0, 2]
    func packed(_ offsets: [Int], bits: Int) -> UInt64 {
      var field: UInt64 = 0
      for (slot, offset) in offsets.enumerated() { field |= UInt64(offset) << UInt64(bits * slot) }
      return field
    }
    let offsets = RankOffsets(
      rank0: packed(words, bits: 2), rank1: packed(blocks, bits: 3), rank2: packed(halves, bits: 2))
    let expected: [UInt8] = (0..<16).map { slot in
      let block = halves[slot / 8] * 5 + blocks[slot / 2]
      return UInt8(block * 4 + words[slot])
    }
    #expect(positions(array, offsets) == expected)
  }

  @Test func `a rank that stores nothing keeps its order, whatever the field says`() {
    let array = PEArray.Specification(h2: 4, h1: 4, h0: 2)
    let found = positions(array, RankOffsets(rank0: .max, rank1: .max, rank2: 0b1101))
    #expect(found == Array(8..<16) + Array(24..<32))
  }
}
