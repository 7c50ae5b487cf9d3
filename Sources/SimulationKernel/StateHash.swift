// SPDX-License-Identifier: Apache-2.0

/// A 64-bit hash over memory, eight bytes at a time in four chains, so that it runs at the speed of memory.
///
/// Not cryptographic: it tells states apart that differ by accident.
struct StateHash {
  private var first: UInt64 = 0x9e37_79b9_7f4a_7c15
  private var second: UInt64 = 0xbf58_476d_1ce4_e5b9
  private var third: UInt64 = 0x94d0_49bb_1331_11eb
  private var fourth: UInt64 = 0x2545_f491_4f6c_dd1d

  /// The hash of everything taken in.
  var value: UInt64 {
    LinkHash.mix(LinkHash.mix(LinkHash.mix(LinkHash.mix(first) &+ second) &+ third) &+ fourth)
  }

  @inline(__always)
  private static func step(_ chain: UInt64, _ word: UInt64) -> UInt64 {
    let mixed = (chain ^ word) &* 0x9fb2_1c65_1e98_df25
    return mixed ^ (mixed >> 29)
  }

  mutating func combine(_ word: UInt64) { first = Self.step(first, word) }

  mutating func combine(_ number: Int64) { combine(UInt64(bitPattern: number)) }

  /// Takes in `count` bytes, every one of which means something.
  mutating func combine(_ start: UnsafeRawPointer, count: Int) {
    var offset = 0
    var (a, b, c, d) = (first, second, third, fourth)
    while offset &+ 32 <= count {
      a = Self.step(a, start.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      b = Self.step(b, start.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self))
      c = Self.step(c, start.loadUnaligned(fromByteOffset: offset &+ 16, as: UInt64.self))
      d = Self.step(d, start.loadUnaligned(fromByteOffset: offset &+ 24, as: UInt64.self))
      offset &+= 32
    }
    (first, second, third, fourth) = (a, b, c, d)
    while offset &+ 8 <= count {
      combine(start.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      offset &+= 8
    }
    while offset < count {
      combine(UInt64(start.load(fromByteOffset: offset, as: UInt8.self)))
      offset &+= 1
    }
  }

  /// Takes in elements of the layout whose meaningful bytes `mask` names, without the padding between them.
  mutating func combine(_ start: UnsafeRawPointer, count: Int, mask: StateMask) {
    guard !mask.isDense else { return combine(start, count: count) }
    let pattern = mask.words.count * 8
    var offset = 0
    mask.words.withUnsafeBufferPointer { words in
      while offset &+ pattern <= count {
        combine(start + offset, words)
        offset &+= pattern
      }
    }
    while offset < count {
      combine(UInt64(start.load(fromByteOffset: offset, as: UInt8.self) & mask.bytes[offset % mask.bytes.count]))
      offset += 1
    }
  }
}

extension StateHash {
  /// Takes in as many words as there are in `mask`, those bytes of them that it names.
  @inline(__always)
  private mutating func combine(_ start: UnsafeRawPointer, _ mask: UnsafeBufferPointer<UInt64>) {
    func masked(_ word: Int) -> UInt64 {
      start.loadUnaligned(fromByteOffset: 8 &* word, as: UInt64.self) & mask[word]
    }
    var word = 0
    while word &+ 4 <= mask.count {
      first = Self.step(first, masked(word))
      second = Self.step(second, masked(word &+ 1))
      third = Self.step(third, masked(word &+ 2))
      fourth = Self.step(fourth, masked(word &+ 3))
      word &+= 4
    }
    while word < mask.count {
      combine(masked(word))
      word &+= 1
    }
  }
}

/// Which bytes of an array's memory mean something.
struct StateMask {
  /// Of one element.
  let bytes: [UInt8]
  /// Of as many elements as fill whole words.
  let words: [UInt64]
  let isDense: Bool

  init(_ layout: StateLayout) {
    let bytes = layout.mask
    self.bytes = bytes
    var repeats = 1
    while repeats * bytes.count % 8 != 0 { repeats *= 2 }
    words = (0..<repeats * bytes.count / 8).map { word in
      (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[(word * 8 + $1) % bytes.count]) << UInt64(8 * $1) }
    }
    isDense = words.allSatisfy { $0 == .max }
  }

  /// Memory in which every byte means something.
  init() {
    bytes = [0xff]
    words = [.max]
    isDense = true
  }
}
