// SPDX-License-Identifier: Apache-2.0

/// A kind of hardware part, described by what can be counted from a specification: bits, fan-in, depth.
///
/// A price table prices some parts as a whole (macros); all others are composed from its logic primitives.
public enum Part: Hashable, Sendable {
  /// A block that a table prices as a whole, under this name: `words` words of `bits` bits (logic has one word).
  case macro(String, words: Int = 1, bits: Int)
  /// Flip-flops; one operation writes or reads them all.
  case register(bits: Int)
  /// Plain two-input gates.
  case gates(bits: Int)
  case adder(bits: Int)
  case comparator(bits: Int)
  case counter(bits: Int)
  /// A multiplier of two operands of different width.
  case multiplier(bits: Int, byBits: Int)
  /// Selects one of `fanIn` words of `bits` bits.
  case multiplexer(fanIn: Int, bits: Int)
  /// Takes `words` neighbouring words of `bits` bits out of a ring of `positions` words, from any position on.
  case shifter(words: Int, positions: Int, bits: Int)
  /// Moves up to `words` words of `bits` bits together (or apart) as a bitmask says, keeping their order.
  case packer(words: Int, bits: Int)
  /// A queue of `slots` words of `bits` bits; one operation writes or reads a word.
  case queue(slots: Int, bits: Int)
}

/// What is done with a part; the raw values are the names of a macro's actions in a price table.
public enum PartOperation: String, CaseIterable, Sendable {
  case read
  case write
  case metadataRead = "metadata_read"
  case metadataWrite = "metadata_write"
  /// Logic works on new operands.
  case compute
  /// Logic is held still for a cycle.
  case gated
}

extension Part: CustomStringConvertible {
  public var description: String {
    switch self {
    case .macro(let name, let words, let bits):
      words == 1 ? "\(name), \(bits) bits" : "\(name), \(words) x \(bits) bits"
    case .register(let bits): "register of \(bits) bits"
    case .gates(let bits): "\(bits) gates"
    case .adder(let bits): "adder of \(bits) bits"
    case .comparator(let bits): "comparator of \(bits) bits"
    case .counter(let bits): "counter of \(bits) bits"
    case .multiplier(let bits, let other): "multiplier of \(bits) x \(other) bits"
    case .multiplexer(let fanIn, let bits): "multiplexer of \(fanIn) x \(bits) bits"
    case .shifter(let words, let positions, let bits): "shifter of \(words) of \(positions) words of \(bits) bits"
    case .packer(let words, let bits): "packer of \(words) words of \(bits) bits"
    case .queue(let slots, let bits): "queue of \(slots) x \(bits) bits"
    }
  }
}
