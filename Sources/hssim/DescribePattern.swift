// SPDX-License-Identifier: Apache-2.0
import Accelerators
import ArgumentParser
import Sparsity

/// `hssim describe pattern`: what a pattern allows, or which degrees a hardware rule supports.
struct DescribePattern: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pattern", abstract: "Draws a pattern on a vector; tabulates the degrees of a hardware rule.",
    discussion: """
      Ranks go from the outermost to the innermost. 'C1(4:6)->C0(2:4)', or '4:6->2:4' for short, says: of every 4 \
      values at most 2 are not zero, and of every 6 such blocks at most 4 are not empty. A hardware rule has ranges: \
      'C1(4:{4<=H<=8})->C0(2:{2<=H<=4})', and behind them, where it has one, a limit of their product: ', period<=64'. \
      V:N:M, such as 64:2:8 or 'M64*C1(4:8)->C0(2:4)', chooses four of every M \
      columns for V rows together, and N of these in each row.
      """)

  @Argument(help: "A pattern or a hardware rule.")
  var pattern: String

  func run() throws {
    if VNMPattern.isNotation(pattern) {
      try StandardOutput.write(Self.text(VNMPattern(pattern)))
    } else {
      try StandardOutput.write(pattern.contains("{") ? Self.text(HardwareRule(pattern)) : Self.text(Pattern(pattern)))
    }
  }

  static func text(_ pattern: Pattern) -> String {
    let density = pattern.density
    var text = """
      \(pattern)
      density \(density) (\(decimal(100 * density.value, places: 2)) %), ideal speed-up \(speedup(density)), \
      repeats after \(count(pattern.period, "value"))

      """
    if pattern.isUnstructured { text += "zeros may be anywhere: no hardware can count on where they are\n" }
    for rank in pattern.structuredRanks.indices.reversed() {
      let rule = pattern.rule(ofRank: rank)
      let size = pattern.blockSize(ofRank: rank)
      text +=
        "rank \(rank): "
        + (rank == 0
          ? "of every \(count(rule.h, "value")) at most \(rule.g) are not zero\n"
          : "of every \(count(rule.h, "block")) of \(size) at most \(rule.g) are not empty\n")
    }
    let drawing = PatternDrawing(pattern)
    if !drawing.lines.isEmpty {
      text += "\nfor example:\n" + drawing.lines.map { "  \($0)\n" }.joined() + drawing.legend
    }
    text += "\n"
    for kind in DesignKind.allCases {
      let executed = kind.executedPattern(for: pattern)
      text += "\(kind.rawValue) runs it as \(executed), density \(executed.density), "
      text += "ideal speed-up \(speedup(executed.density))\n"
    }
    return text
  }

  static func text(_ pattern: VNMPattern) -> String {
    let (columns, values) = (pattern.columns, pattern.values)
    let format = VNMFormat(pattern, valueBits: 8)
    return """
      \(pattern)
      density \(pattern.density) (\(decimal(100 * pattern.density.value, places: 2)) %), ideal speed-up \
      \(speedup(pattern.density)), repeats after \(count(columns.h, "value")) along K and \(count(pattern.rows, "row"))
      columns: of every \(columns.h) at most \(columns.g) are not empty, the same ones in all of \(count(pattern.rows, "row"))
      values: of these \(columns.g) at most \(values.g) are not zero in a row
      metadata: \(columns.g) x \(count(format.columnBits, "bit")) for a block of rows, \(values.g) x \
      \(count(format.offsetBits, "bit")) for each row of it
      a row alone has the pattern \(pattern.rowPattern), which is what hardware without a shared choice runs

      """
  }

  static func text(_ rule: HardwareRule) -> String {
    var table = TextTable([
      ("degree", .left), ("density", .right), ("percent", .right), ("ideal speed-up", .right), ("period", .right),
    ])
    for degree in rule.degrees {
      table.append([
        "\(degree.pattern)", "\(degree.density)", decimal(100 * degree.density.value, places: 2),
        speedup(degree.density), "\(degree.pattern.period)",
      ])
    }
    let ranks = rule.ranks.indices.reversed().map { rank in
      let rank = (number: rank, rank: rule.rank(rank))
      return "rank \(rank.number): \(count(rank.rank.ratios.count, "ratio")), "
        + "\(count(rank.rank.offsetBits, "bit")) of metadata for each kept \(rank.number == 0 ? "value" : "block")\n"
    }.joined()
    let densities = Set(rule.degrees.map(\.density)).count
    return "\(rule)\n\(ranks)\(count(rule.degrees.count, "degree")) of \(count(densities, "different density")); "
      + "dense operands run as \(rule.dense)\n\n\(table)"
  }

  private static func speedup(_ density: Ratio) -> String { decimal(density.reciprocal.value, places: 2) }

  private static func count(_ number: Int, _ noun: String) -> String {
    guard number != 1 else { return "1 \(noun)" }
    return noun.hasSuffix("y") ? "\(number) \(noun.dropLast())ies" : "\(number) \(noun)s"
  }
}
