// SPDX-License-Identifier: Apache-2.0

/// Texts, each kept once and known by its index, in the order in which they came.
///
/// A table of open addressing over one piece of memory: looking up a text that is known allocates nothing.
public struct TextTable: Sendable {
  /// UTF-8 of all texts, one behind the other, and where each ends.
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  /// Indices of texts, from 1, at the place of their hash or the next that was free; 0 is free. A power of two of them.
  private var slots: [Int32] = Array(repeating: 0, count: 64)

  public init() {}

  /// Number of different texts.
  public var count: Int { ends.count }

  /// A text by its index.
  public subscript(index: Int) -> String { String(decoding: bytes[range(of: index)], as: UTF8.self) }

  /// The index of a text, given as UTF-8, which is entered if it is new.
  public mutating func index(of text: [UInt8]) -> Int {
    var slot = Self.hash(text[...]) & (slots.count - 1)
    while slots[slot] != 0 {
      let index = Int(slots[slot]) - 1
      if holds(text, at: index) { return index }
      slot = (slot + 1) & (slots.count - 1)
    }
    bytes += text
    ends.append(bytes.count)
    slots[slot] = Int32(ends.count)
    if ends.count * 2 > slots.count { grow() }
    return ends.count - 1
  }

  private func holds(_ text: [UInt8], at index: Int) -> Bool {
    let range = range(of: index)
    guard range.count == text.count else { return false }
    for place in text.indices where bytes[range.lowerBound + place] != text[place] { return false }
    return true
  }

  private func range(of index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

  private mutating func grow() {
    slots = Array(repeating: 0, count: slots.count * 2)
    for index in ends.indices {
      var slot = Self.hash(bytes[range(of: index)]) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(index + 1)
    }
  }

  /// FNV-1a: the order of the texts does not depend on it.
  private static func hash(_ text: ArraySlice<UInt8>) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return Int(truncatingIfNeeded: hash ^ hash >> 32)
  }
}

extension TextTable: Equatable {
  public static func == (one: TextTable, other: TextTable) -> Bool {
    one.bytes == other.bytes && one.ends == other.ends
  }
}
