// SPDX-License-Identifier: Apache-2.0
import Sparsity

/// A vector that has a pattern, rank by rank, a character per value.
///
/// Each block keeps exactly G of H; the kept ones lie as evenly as they can and move on from block to block, to show
/// that a pattern bounds how many there are, not where.
struct PatternDrawing {
  /// A line per rank with a rule, the highest first.
  let lines: [String]
  /// What the characters mean, and whether the vector was cut.
  let legend: String

  /// Values that are drawn at most: a line of a terminal.
  static let longest = 96

  init(_ pattern: Pattern) {
    let length = min(pattern.period, Self.longest)
    // kept[r][i]: whether ranks r and above keep the block of value i.
    var kept: [[Bool]] = Array(repeating: [], count: pattern.structuredRanks.count)
    for rank in pattern.structuredRanks.indices.reversed() {
      kept[rank] = (0..<length).map { position in
        let above = rank + 1 < kept.count ? kept[rank + 1][position] : true
        return above && Self.keeps(position, rank: rank, of: pattern)
      }
    }
    let names = pattern.ranks.suffix(kept.count).reversed().map(\.description)
    let width = names.map(\.count).max() ?? 0
    lines = kept.indices.reversed().map { rank in
      let name = names[rank] + String(repeating: " ", count: width - names[rank].count)
      let outside = rank + 1 < kept.count ? kept[rank + 1] : Array(repeating: true, count: length)
      return name + "  " + Self.line(rank: rank, kept: kept[rank], insideKept: outside, pattern: pattern)
    }
    let blocks = kept.count > 1 ? "# kept block, - empty block; " : ""
    let cut = pattern.period > length ? "; the first \(length) of \(pattern.period) values" : ""
    legend = "\(blocks)x kept value, . zero; | ends a group\(cut)\n"
  }

  private static func keeps(_ position: Int, rank: Int, of pattern: Pattern) -> Bool {
    let rule = pattern.rule(ofRank: rank)
    let (group, coordinate) = (position / pattern.blockSize(ofRank: rank)).quotientAndRemainder(dividingBy: rule.h)
    let turned = (coordinate + rule.h - group % rule.h) % rule.h
    // Of H coordinates, those at which the count of kept ones rises: spread as evenly as can be.
    return (turned + 1) * rule.g / rule.h > turned * rule.g / rule.h
  }

  private static func line(rank: Int, kept: [Bool], insideKept: [Bool], pattern: Pattern) -> String {
    let block = pattern.blockSize(ofRank: 1)
    let group = pattern.blockSize(ofRank: rank + 1)
    var line = "|"
    for position in kept.indices {
      if position > 0 && position % group == 0 {
        line += "|"
      } else if position > 0 && position % block == 0 {
        line += " "
      }
      let characters: (kept: Character, empty: Character) = rank == 0 ? ("x", ".") : ("#", "-")
      line.append(!insideKept[position] ? " " : kept[position] ? characters.kept : characters.empty)
    }
    return line + (kept.count % group == 0 ? "|" : "...")
  }
}
