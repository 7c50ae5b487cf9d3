// SPDX-License-Identifier: Apache-2.0

import Sparsity

/// Random patterns and brute-force oracles that share no code with the library.
extension SplitMix64 {
  /// A pattern of 0 to `ranks` G:H rules with H of at most `maximumH`, under random outer ranks.
  mutating func pattern(ranks: Int, maximumH: Int) -> Pattern {
    var result: [Pattern.Rank] = []
    let rules = uniform(below: ranks + 1)
    if uniform(below: 2) == 0 { result.append(Pattern.Rank("RS")) }
    if uniform(below: 3) == 0 { result.append(Pattern.Rank("M", .unstructured)) }
    let stem = ["C", "K", "Ab"][uniform(below: 3)]
    if uniform(below: 2) == 0 { result.append(Pattern.Rank("\(stem)\(rules)")) }
    for rank in stride(from: rules - 1, through: 0, by: -1) {
      result.append(Pattern.Rank("\(stem)\(rank)", .structured(ratio(maximumH: maximumH))))
    }
    do {
      return try Pattern(ranks: result)
    } catch {
      fatalError("\(error)")
    }
  }

  mutating func ratio(maximumH: Int) -> GH {
    let h = 1 + uniform(below: maximumH)
    return GH(1 + uniform(below: h), h)
  }

  mutating func rules(_ count: ClosedRange<Int>, maximumH: Int) -> [GH] {
    let count = count.lowerBound + uniform(below: count.count)
    return (0..<count).map { _ in ratio(maximumH: maximumH) }
  }

  /// Values of which about one in `sparsity` is not zero.
  mutating func values(_ count: Int, oneIn sparsity: Int, magnitude: Int = 127) -> [Int16] {
    (0..<count).map { _ in
      uniform(below: sparsity) == 0 ? Int16(uniform(below: 2 * magnitude + 1) - magnitude) : 0
    }
  }
}

/// Whether a vector conforms to `rules` (highest rank first), from the definition: recursively, group by group.
func conforms(_ vector: [Bool], to rules: [GH]) -> Bool {
  guard let highest = rules.first else { return true }
  let block = rules.dropFirst().reduce(1) { $0 * $1.h }
  var start = 0
  while start < vector.count {
    var count = 0
    for child in 0..<highest.h {
      let from = min(start + child * block, vector.count)
      let part = Array(vector[from..<min(from + block, vector.count)])
      if part.contains(true) { count += 1 }
      guard conforms(part, to: Array(rules.dropFirst())) else { return false }
    }
    guard count <= highest.g else { return false }
    start += highest.h * block
  }
  return true
}

/// The bits of `number`, lowest first.
func bits(_ number: Int, count: Int) -> [Bool] {
  (0..<count).map { number >> $0 & 1 == 1 }
}
