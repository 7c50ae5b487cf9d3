// SPDX-License-Identifier: Apache-2.0
import Hardware
import Sparsity

/// What tells a design of the weight-stationary family from the others.
///
/// All of them hold operand A in the registers of 4 arrays of 16 x 16 MACs, stream operand B through it, and sum along
/// rows into register files; they differ in the patterns of A that they skip, and in the boxes that this takes. Each
/// design has its figure, and its member of this type, in a folder of its own.
public struct WeightStationaryDesign: Sendable {
  /// How the 16 lanes of a row are grouped.
  public struct Row: Equatable, Sendable {
    /// Groups of the highest rank.
    public let groups: Int
    /// What a group keeps, from the highest rank down to rank 0: at rank 1 blocks, a PE each, at rank 0 values, a MAC each.
    public let kept: [Int]

    /// Rank-1 groups, PEs of a group, MACs of a PE.
    public init(groups: Int, blocksPerGroup: Int, valuesPerBlock: Int) {
      self.init(groups: groups, kept: [blocksPerGroup, valuesPerBlock])
    }

    /// - Precondition: there are two ranks or more.
    public init(groups: Int, kept: [Int]) {
      precondition(kept.count >= 2, "a row of lanes has blocks of values")
      self.groups = groups
      self.kept = kept
    }

    public var blocksPerGroup: Int { kept[kept.count - 2] }
    public var valuesPerBlock: Int { kept[kept.count - 1] }
    public var lanes: Int { kept.reduce(groups, *) }
  }

  /// What a design stores of operand A's zeros.
  enum OperandA: Sendable {
    /// Everything.
    case dense
    /// An offset per value, or another coding where the design lets one choose.
    case values(isChosen: Bool)
    /// Offsets of blocks and of values, a decoder for each.
    case hierarchical
  }

  /// When a design has what leaves out the zeros of operand B, and of the result.
  enum ZeroRemoval: Sendable {
    case never
    /// Where its parameters ask for it.
    case chosen
    case always
  }

  /// The `design` key of design files.
  public let kind: String
  /// The patterns of operand A that run sparse; of one rank, or of as many as a row has.
  public let rule: HardwareRule
  /// The ratios of operand B's blocks that run sparse, where the design skips blocks of both operands' other rank.
  public let operandBRank: HardwareRule.Rank?
  public let row: Row
  let operandA: OperandA
  let zeroRemoval: ZeroRemoval
  let parameters: [Parameter]
  public let schema: ParameterSchema

  /// - Parameters:
  ///   - rule: of operand A.
  ///   - operandBRank: of the blocks of operand B.
  ///   - defaults: where the design's defaults differ from HighLight's: a value, and where it comes from.
  init(
    kind: String, rule: String, operandBRank: HardwareRule.Rank? = nil, row: Row, operandA: OperandA,
    zeroRemoval: ZeroRemoval, defaults: [String: (value: ParameterValue, source: Parameter.Source)]
  ) {
    precondition(
      row.lanes == WeightStationarySpecification.lanesPerRow
        && row.blocksPerGroup <= 8,
      "the design \(kind) groups the lanes of a row into at most 8 blocks a group, whose places have 3 bits")
    self.kind = kind
    self.operandBRank = operandBRank
    self.row = row
    self.operandA = operandA
    self.zeroRemoval = zeroRemoval
    do {
      self.rule = try HardwareRule(rule)
      parameters = Self.parameters(operandA: operandA, zeroRemoval: zeroRemoval).map { parameter in
        guard let own = defaults[parameter.key] else { return parameter }
        return Parameter(
          parameter.key, parameter.kind, unit: parameter.unit, default: own.value, source: own.source,
          onlyWhen: parameter.condition, parameter.meaning)
      }
      schema = try ParameterSchema(design: kind, parameters: parameters, checks: Self.checks)
    } catch {
      preconditionFailure("the design \(kind) is consistent: \(error)")
    }
  }

  /// Every design of the family.
  public static let all = [highLight, highLightThreeRank, highLightDSSO, tensorCore, stc, stcFlexible]

  /// The design that a schema is of.
  ///
  /// - Precondition: it is one of the family.
  static func named(_ kind: String) -> WeightStationaryDesign {
    guard let design = all.first(where: { $0.kind == kind }) else {
      preconditionFailure("\(kind) is a design of the family")
    }
    return design
  }

  /// Whether the design has no other degree than the dense one.
  private var isDense: Bool { rule.degrees.count == 1 }

  /// The pattern that runs where a layer declares `declared`: the sparsest supported one that contains it.
  public func executedPattern(for declared: Pattern) -> Pattern {
    isDense ? .dense : rule.executedPattern(for: declared)
  }

  /// The supported patterns, as a phrase.
  public var supportedPatterns: String {
    guard let operandBRank else {
      let reach = rule.longestPeriod.map { "; a window of K, the product of all H, has at most \($0) words" } ?? ""
      return isDense ? "none: A is dense" : "\(rule), \(rule.degrees.count) degrees\(reach)"
    }
    return "\(rule), and \(operandBRank) of operand B's blocks, "
      + "\(rule.degrees.count) x \(operandBRank.ratios.count) degrees"
  }

  /// The pattern that operand B runs as where its columns are declared to have `declared`, and operand A runs as
  /// `executedA`: a block of operand B has the values of one of operand A. Nil where the design skips no blocks of it.
  public func executedOperandB(for declared: Pattern?, besides executedA: Pattern) -> Pattern? {
    guard let operandBRank else { return nil }
    let values = executedA.structuredRanks.last?.h ?? row.valuesPerBlock
    do {
      let rule = try HardwareRule(ranks: [operandBRank, HardwareRule.Rank("C0", g: [values], h: [values])])
      return rule.executedPattern(for: declared ?? .dense)
    } catch {
      preconditionFailure("the rule of operand B is a rule: \(error)")
    }
  }

  /// The encoder of an executed pattern; a design that skips one rank of operand A keeps all `blocks` of a group.
  func encoder(of executed: Pattern, blocks: Int) throws -> HSSEncoder {
    if case .hierarchical = operandA { return try HSSEncoder(executed: executed, on: rule) }
    let values = executed.structuredRanks.last ?? GH(row.valuesPerBlock, row.valuesPerBlock)
    return try HSSEncoder(executed: Pattern(structured: [GH(blocks, blocks), values]))
  }

  /// Words of the widest window of operand B.
  var widestWindowWords: Int {
    guard case .hierarchical = operandA else { return row.groups * row.blocksPerGroup * rule.rank(0).maximumH }
    return row.groups * largestBlock(ofRank: rule.ranks.count)
  }

  /// Words of the largest block of `rank` that a supported pattern has.
  private func largestBlock(ofRank rank: Int) -> Int {
    rule.degrees.map { $0.pattern.blockSize(ofRank: rank) }.max() ?? 1
  }

  /// What skipping `rank` of operand A takes.
  ///
  /// - Parameter offsetBits: of an offset in the registers; nil for those that the rank's largest H needs.
  func selection(ofRank rank: Int, offsetBits: Int? = nil) -> PEArray.Selection.Rank {
    PEArray.Selection.Rank(
      number: rank, choices: rule.rank(rank).maximumH, words: largestBlock(ofRank: rank),
      offsetBits: offsetBits ?? rule.rank(rank).offsetBits)
  }
}
