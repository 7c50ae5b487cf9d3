// SPDX-License-Identifier: Apache-2.0
import Statistics

/// How a part that no table prices is built of primitives: a sum of counted bits, printable with its formulas.
///
/// Energy counts every gate of the part once per operation, as if all of them switched: an upper bound where only some
/// do. *Assumption:* all formulas here are ours; the paper's synthesised logic is not public.
public struct Composition: Equatable, Sendable {
  /// Bits of one primitive.
  public struct Term: Equatable, Sendable {
    public var primitive: Primitive
    public var bits: Int64
    /// The arithmetic that gives `bits`, with this part's numbers.
    public var formula: String
    /// What the bits are for.
    public var purpose: String

    init(_ primitive: Primitive, _ bits: Int, _ formula: String, _ purpose: String) {
      self.primitive = primitive
      self.bits = Int64(bits)
      self.formula = formula
      self.purpose = purpose
    }
  }

  /// What occupies area; every term is there once.
  public var area: [Term]
  /// What one operation uses.
  public var energy: [Term]

  /// The composition of `part` for one `operation`; nil for a macro, which is priced as a whole.
  public init?(_ part: Part, _ operation: PartOperation = .compute) {
    switch part {
    case .macro: return nil
    case .register(let bits): self.init(both: [Term(.register, bits, "\(bits)", "flip-flops")])
    case .gates(let bits): self.init(both: [Term(.bitwise, bits, "\(bits)", "gates")])
    case .adder(let bits): self.init(both: [Term(.adder, bits, "\(bits)", "sum")])
    case .comparator(let bits): self.init(both: [Term(.comparator, bits, "\(bits)", "comparison")])
    case .counter(let bits): self.init(both: [Term(.counter, bits, "\(bits)", "count")])
    case .multiplier(let bits, let other):
      // An array multiplier has a cell for each pair of bits, and the primitive is square.
      self.init(both: [Term(.multiplier, bits * other, "\(bits) x \(other)", "partial products")])
    case .multiplexer(let fanIn, let bits): self.init(both: Self.multiplexer(fanIn: fanIn, bits: bits))
    case .shifter(let words, let positions, let bits):
      self.init(both: Self.shifter(words: words, positions: positions, bits: bits))
    case .packer(let words, let bits): self.init(both: Self.packer(words: words, bits: bits))
    case .queue(let slots, let bits):
      self.init(area: Self.queue(slots: slots, bits: bits), energy: Self.access(operation, slots: slots, bits: bits))
    }
  }

  private init(both terms: [Term]) {
    self.init(area: terms, energy: terms)
  }

  private init(area: [Term], energy: [Term]) {
    self.area = area.filter { $0.bits > 0 }
    self.energy = energy.filter { $0.bits > 0 }
  }
}

// MARK: - Counting gates

extension Composition {
  /// The smallest number of bits that tells `count` things apart.
  static func selectBits(_ count: Int) -> Int { count <= 1 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount }

  /// AND-OR form: every input bit is ANDed with its select line, an OR tree joins them; the binary select is decoded
  /// to one line per input by an AND of its bits.
  private static func multiplexer(fanIn: Int, bits: Int) -> [Term] {
    guard fanIn > 1 else { return [] }
    let select = selectBits(fanIn)
    return [
      Term(.bitwise, (2 * fanIn - 1) * bits, "(2 x \(fanIn) - 1) x \(bits)", "AND-OR of the words"),
      Term(.bitwise, fanIn * (select - 1), "\(fanIn) x (\(select) - 1)", "decoder of the select"),
    ]
  }

  /// A logarithmic shifter: the stage that shifts by 2^s words passes on the words that later stages can still reach;
  /// three gates a bit for a 2:1 multiplexer.
  private static func shifter(words: Int, positions: Int, bits: Int) -> [Term] {
    let stages = selectBits(positions)
    let passed = (0..<stages).reduce(0) { $0 + min(words + (1 << $1) - 1, positions) }
    return [
      Term(
        .bitwise, 3 * passed * bits, "3 x \(passed) x \(bits)",
        "\(stages) stages of 2:1 multiplexers that pass \(passed) words together")
    ]
  }

  /// A prefix count of the mask (Sklansky: half the positions add at each level) controls a butterfly of 2:1
  /// multiplexers, log2(words) stages deep; an AND per bit blanks the words that the mask leaves out.
  private static func packer(words: Int, bits: Int) -> [Term] {
    let stages = selectBits(words)
    let adders = (0..<stages).reduce(0) { $0 + words / 2 * ($1 + 1) }
    return [
      Term(.adder, adders, "\(words / 2) x (1 + ... + \(stages))", "prefix count of the mask"),
      Term(.bitwise, 3 * stages * words * bits, "3 x \(stages) x \(words) x \(bits)", "butterfly of 2:1 multiplexers"),
      Term(.bitwise, words * bits, "\(words) x \(bits)", "blanking"),
    ]
  }

  /// A ring of registers with a multiplexer to read and a pointer for each end.
  private static func queue(slots: Int, bits: Int) -> [Term] {
    [
      Term(.register, slots * bits, "\(slots) x \(bits)", "slots"),
      Term(.counter, 2 * selectBits(slots), "2 x \(selectBits(slots))", "pointers"),
    ] + multiplexer(fanIn: slots, bits: bits)
  }

  private static func access(_ operation: PartOperation, slots: Int, bits: Int) -> [Term] {
    let word = [
      Term(.register, bits, "\(bits)", "a slot"),
      Term(.counter, selectBits(slots), "\(selectBits(slots))", "pointer"),
    ]
    return operation == .read || operation == .metadataRead ? word + multiplexer(fanIn: slots, bits: bits) : word
  }
}
