// SPDX-License-Identifier: Apache-2.0
import EnergyArea
import Statistics
import Testing

/// Gates counted by hand.
struct CompositionTests {
  private static let counted: [(Part, [Primitive: Int64])] = [
    // 8 inputs of 4 bits: 8 ANDs and 7 ORs a bit; 8 select lines, each an AND of 3 bits (2 gates).
    (.multiplexer(fanIn: 8, bits: 4), [.bitwise: 15 * 4 + 8 * 2]),
    (.multiplexer(fanIn: 2, bits: 1), [.bitwise: 3]),
    (.multiplexer(fanIn: 1, bits: 9), [:]),
    // 2 words from 4 positions: the first stage passes 2 words, the second 3; 3 gates a bit.
    (.shifter(words: 2, positions: 4, bits: 8), [.bitwise: 3 * 5 * 8]),
    // 4 words: half of them count at 1 bit, then at 2; two stages of 4 multiplexers; 4 words blanked.
    (.packer(words: 4, bits: 8), [.adder: 2 * 1 + 2 * 2, .bitwise: 3 * 2 * 4 * 8 + 32]),
    (.queue(slots: 4, bits: 8), [.register: 32, .counter: 4, .bitwise: 7 * 8 + 4]),
    (.queue(slots: 1, bits: 8), [.register: 8]),
    (.multiplier(bits: 8, byBits: 4), [.multiplier: 32]),
    (.register(bits: 5), [.register: 5]),
  ]

  @Test(arguments: counted.indices)
  func `a part has as many gates as on paper`(index: Int) throws {
    let (part, expected) = Self.counted[index]
    let composition = try #require(Composition(part))
    var bits: [Primitive: Int64] = [:]
    for term in composition.area { bits[term.primitive, default: 0] += term.bits }
    #expect(bits == expected, "\(part)")
  }

  @Test func `writing to a queue moves no multiplexer, reading does`() throws {
    let queue = Part.queue(slots: 4, bits: 8)
    #expect(try #require(Composition(queue, .write)).energy.map(\.bits) == [8, 2])
    #expect(try #require(Composition(queue, .read)).energy.map(\.bits) == [8, 2, 56, 4])
  }

  @Test func `a macro has no composition`() {
    #expect(Composition(.macro("sram", words: 4, bits: 8)) == nil)
  }
}
