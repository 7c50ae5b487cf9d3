// SPDX-License-Identifier: Apache-2.0

extension Pattern {
  /// What keeps ranks from being a pattern: the index of the offending rank, and what is allowed instead.
  struct Flaw {
    let rank: Int
    let allowed: String
  }

  /// The first flaw of `ranks`, or nil if they make a pattern.
  ///
  /// Every rank inside a G:H rank needs its own G:H rule, because otherwise the size of a block is unknown; and ranks
  /// with rules are partitions of one dimension, `C2 -> C1 -> C0`, because a group must be consecutive.
  static func flaw(in ranks: [Rank]) -> Flaw? {
    var names: Set<String> = []
    var period = 1
    var outer: (name: RankName, text: String)?
    for (index, rank) in ranks.enumerated() {
      guard let name = RankName(rank.name) else {
        return Flaw(rank: index, allowed: "a rank name: letters, then digits, such as RS or C1; not a reserved word")
      }
      guard names.insert(rank.name).inserted else {
        return Flaw(rank: index, allowed: "every rank name once")
      }
      guard case .structured(let rule) = rank.rule else {
        if let outer {
          return Flaw(
            rank: index,
            allowed: "a G:H rule for each rank inside \(outer.text) (H:H keeps all), since it sets the block size")
        }
        continue
      }
      if let outer {
        guard let digit = outer.name.number, digit > 0, name == RankName(stem: outer.name.stem, number: digit - 1)
        else {
          let next = outer.name.number.map { $0 > 0 ? "\(outer.name.stem)\($0 - 1)" : "no rank" } ?? "no rank"
          return Flaw(rank: index, allowed: "\(next) inside \(outer.text): ruled ranks partition one dimension")
        }
      }
      outer = (name, rank.name)
      period *= rule.h
      guard period <= maximumPeriod else {
        return Flaw(rank: index, allowed: "a product of all H of at most \(maximumPeriod)")
      }
    }
    if let outer, let number = outer.name.number, number != 0 {
      return Flaw(rank: ranks.count - 1, allowed: "\(outer.name.stem)0 as the innermost rank with a rule")
    }
    return nil
  }
}

/// A rank's name taken apart: `C1` is part 1 of a partition of C; `RS` is not partitioned.
struct RankName: Equatable {
  let stem: String
  let number: Int?

  static let reserved: Set<String> = ["dense", "unstructured"]

  init(stem: String, number: Int?) {
    self.stem = stem
    self.number = number
  }

  /// Nil unless `text` is letters (ASCII) followed by at most three digits, and no reserved word.
  init?(_ text: String) {
    let stem = text.prefix { $0.isASCII && $0.isLetter }
    let digits = text.dropFirst(stem.count)
    guard !stem.isEmpty, digits.count <= 3, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    guard digits.isEmpty || String(Int(digits) ?? -1) == digits else { return nil }
    guard !Self.reserved.contains(text) else { return nil }
    self.init(stem: String(stem), number: Int(digits))
  }
}
