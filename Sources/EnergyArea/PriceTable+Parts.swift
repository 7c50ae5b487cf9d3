// SPDX-License-Identifier: Apache-2.0
import Statistics

/// Why a table has no price for a part; the caller adds whose part it is.
struct PartProblem: Error {
  let sentence: String
}

extension PriceTable {
  /// Energy of one operation of `part`, in attojoules.
  func energy(of part: Part, _ operation: PartOperation) throws(PartProblem) -> ExactPrice {
    guard case .macro(let name, let words, let bits) = part else {
      guard let composition = Composition(part, operation) else { return .zero }
      return try sum(composition.energy) { $0.attojoules }
    }
    let entry = try macro(name)
    guard let price = entry.attojoules[operation.rawValue] else {
      let known = entry.attojoules.keys.sorted().joined(separator: ", ")
      throw PartProblem(
        sentence: "the table '\(self.name)' has no price for \(name).\(operation.rawValue), only \(known)")
    }
    let energy = ExactPrice(try scaledByDepth(price, entry, name: name, words: words))
    switch entry.widthScaling {
    case .exact: try require(bits, equals: entry.widthBits, "bits", of: name)
    case .none: break
    case .linear: return energy.scaled(by: Int64(bits), over: Int64(entry.widthBits))
    }
    return energy
  }

  /// Area of one `part`, in 1e-6 um^2.
  func area(of part: Part) throws(PartProblem) -> ExactPrice {
    guard case .macro(let name, let words, let bits) = part else {
      guard let composition = Composition(part) else { return .zero }
      return try sum(composition.area) { $0.microSquareMicrons }
    }
    let entry = try macro(name)
    guard let price = entry.microSquareMicrons else {
      throw PartProblem(sentence: "\(name) is off chip in the table '\(self.name)' and has no area")
    }
    return try scaledBySize(price, entry, name: name, words: words, bits: bits)
  }

  /// Leakage of one `part` in attowatts; zero where the table has none for what it is made of.
  func leakage(of part: Part) throws(PartProblem) -> ExactPrice {
    guard case .macro(let name, let words, let bits) = part else {
      guard let composition = Composition(part) else { return .zero }
      return try sum(composition.area) { $0.leakageAttowatts ?? 0 }
    }
    let entry = try macro(name)
    return try scaledBySize(entry.leakageAttowatts ?? 0, entry, name: name, words: words, bits: bits)
  }

  // MARK: Primitives

  private func sum(
    _ terms: [Composition.Term], _ value: (PrimitivePrice) -> Int64
  ) throws(PartProblem) -> ExactPrice {
    var sum = ExactPrice.zero
    for term in terms {
      guard let price = primitives[term.primitive] else {
        throw PartProblem(sentence: "the table '\(name)' has no primitive \(term.primitive.rawValue)")
      }
      // A multiplier's cells are pairs of bits; everything else is a row of bits.
      let bits = Int64(price.widthBits)
      let cells = term.primitive == .multiplier ? bits * bits : bits
      sum += ExactPrice(value(price)).scaled(by: term.bits, over: cells)
    }
    return sum
  }

  // MARK: Macros

  private func macro(_ name: String) throws(PartProblem) -> MacroPrice {
    guard let entry = macros[name] else {
      let known = macros.keys.sorted().joined(separator: ", ")
      throw PartProblem(sentence: "the table '\(self.name)' has no macro \(name), only \(known)")
    }
    return entry
  }

  private func scaledByDepth(
    _ price: Int64, _ entry: MacroPrice, name: String, words: Int
  ) throws(PartProblem) -> Int64 {
    switch entry.depthScaling {
    case .exact:
      try require(words, equals: entry.depth, "words", of: name)
      return price
    case .none: return price
    case .squareRoot: return Self.timesSquareRoot(price, words, entry.depth)
    }
  }

  private func scaledBySize(
    _ price: Int64, _ entry: MacroPrice, name: String, words: Int, bits: Int
  ) throws(PartProblem) -> ExactPrice {
    var scaled = ExactPrice(price)
    switch entry.widthScaling {
    case .exact: try require(bits, equals: entry.widthBits, "bits", of: name)
    case .none: break
    case .linear: scaled = scaled.scaled(by: Int64(bits), over: Int64(entry.widthBits))
    }
    switch entry.depthScaling {
    case .exact: try require(words, equals: entry.depth, "words", of: name)
    case .none: break
    case .squareRoot: scaled = scaled.scaled(by: Int64(words), over: Int64(entry.depth))
    }
    return scaled
  }

  private func require(_ size: Int, equals priced: Int, _ unit: String, of name: String) throws(PartProblem) {
    guard size != priced else { return }
    throw PartProblem(
      sentence: "the table '\(self.name)' prices \(name) at \(priced) \(unit), not \(size), and states no scaling")
  }

  /// `price`, at most `PriceTable.largestValue`, times the square root of `size / priced`, to the nearest integer.
  static func timesSquareRoot(_ price: Int64, _ size: Int, _ priced: Int) -> Int64 {
    guard size != priced else { return price }
    // Four times the square, so that the root's last bit tells which way to round.
    let square = UInt128(price.magnitude) * UInt128(price.magnitude) * 4 * UInt128(size) / UInt128(priced)
    var root: UInt128 = 0
    var bit: UInt128 = 1 << 63
    while bit > 0 {
      if (root | bit) * (root | bit) <= square { root |= bit }
      bit >>= 1
    }
    return Int64(exactly: (root + 1) / 2) ?? .max
  }
}
