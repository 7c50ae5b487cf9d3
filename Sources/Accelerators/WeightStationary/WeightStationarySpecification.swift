// SPDX-License-Identifier: Apache-2.0
import Hardware
import Sparsity
import Statistics

/// Sizes, widths, latencies and policies of a machine of the weight-stationary family.
///
/// What a design has is its `WeightStationaryDesign`; everything that is left open is a parameter of its schema.
public struct WeightStationarySpecification: Sendable {
  /// Rows and lanes of a row of an array.
  public static let rowsPerArray = 16
  public static let lanesPerRow = 16

  public let design: WeightStationaryDesign
  public let values: ParameterValues
  public let clockGHz: Double
  public let arrays: Int
  public let columnsPerBlock: Int
  public let buffer: GlobalBuffer.Specification
  public let network: NetworkSpecification
  public let memory: MemoryModel
  public let memoryQueueEntries: Int
  public let operandBFormat: StorageFormat
  public let outputFormat: StorageFormat
  /// Bits of a stored result, 8 or 16.
  public let outputBits: Int

  /// Bits that a price table's macros are priced at, whatever the width of the part that works: the register file's sums
  /// have 32 bits, and its accesses cost what the design says.
  public var pricedBits: [String: Int] { ["rf_partial_sum": values.integer("rf.priced_bits")] }

  /// Causes of stalls that a dense layer would know as well: parts on operand B's way that cannot carry the window of a
  /// dense step, a word for each lane of a row, in a cycle.
  func narrowWays(wordBytes: Int) -> Set<Cause> {
    let denseBytes = Self.lanesPerRow * wordBytes
    var causes: Set<Cause> = []
    if buffer.portBytesPerCycle < denseBytes { causes.insert(.starvedGLB) }
    if values.integer("noc.bytes_per_cycle") < denseBytes { causes.insert(.starvedNoC) }
    return causes
  }

  /// Rows of Z in a block.
  public var rowsPerBlock: Int { arrays * Self.rowsPerArray }
  /// MACs of the machine.
  public var lanes: Int { rowsPerBlock * Self.lanesPerRow }

  /// Reads the resolved parameters of a design; they were checked when they were resolved.
  ///
  /// - Parameter part: the part that `dram.part` names.
  /// - Precondition: there is a part if `dram.model` is timed.
  public init(_ values: ParameterValues, part: DRAMSpecification?) {
    design = WeightStationaryDesign.named(values.schema.design)
    self.values = values
    clockGHz = values.number("clock_ghz")
    arrays = values.integer("array.count")
    columnsPerBlock = values.integer("rf.columns")
    buffer = GlobalBuffer.Specification(values, hasMetadata: design.hasMetadata)
    network = NetworkSpecification(values, arrays: arrays)
    memory = MemoryModel(values, part: part)
    memoryQueueEntries = values.integer("dram.queue_entries")
    outputBits = values.integer("output_bits")
    let removesZeros = design.zeroRemoval != .never
    operandBFormat = removesZeros ? StorageFormat(rawValue: values.text("operand_b.format")) ?? .auto : .uncompressed
    outputFormat = removesZeros ? StorageFormat(rawValue: values.text("output.format")) ?? .auto : .uncompressed
  }

  /// Reads the resolved parameters of a design, and the part of its memory from `parts`.
  ///
  /// - Throws: what `DRAMCatalogue.part(of:)` throws.
  public init(_ values: ParameterValues, parts: DRAMCatalogue) throws {
    self.init(values, part: try parts.part(of: values)?.specification)
  }

  /// Whether the machine has what restores operand B's zeros, and what leaves out those of the result.
  var restoresZeros: Bool { design.zeroRemoval == .always || operandBFormat != .uncompressed }
  var compressesOutput: Bool { design.zeroRemoval == .always || outputFormat != .uncompressed }

  /// The ranks whose metadata comes from memory.
  ///
  /// Memory serves any design: it tells ranks 1 and 0 apart whether there is such metadata or not.
  var metadataRanks: MetadataRanks {
    MetadataRanks(
      ofA: (0...max(1, selection.ranks.first?.number ?? 0)).reversed(), ofB: selection.selectsHeldBlocks ? 1 : nil)
  }

  /// The rings that the machine's buffer can hold.
  var rings: Set<BufferRing> {
    var rings: Set<BufferRing> = [.operandA, .operandB, .sums]
    for rank in selection.ranks { rings.insert(.metadataA(ofRank: rank.number)) }
    if restoresZeros || selection.selectsHeldBlocks { rings.insert(.maskB) }
    return rings
  }

  /// Bitmasks, or offsets of operand B's blocks, that wait in front of the VFMU.
  var maskSlots: Int { restoresZeros ? values.integer("operand_b.mask_queue") : 2 }

  /// Rows that wait in front of the network.
  var fetchedRows: Int { values.integer(design.zeroRemoval == .always ? "vfmu.buffer_rows" : "row_buffer.rows") }

  /// What takes windows of operand B out of the buffer's rows.
  var shifter: VFMU.Shifter {
    if restoresZeros { return .variable }
    // Where every block of a window has the values of one of operand A, windows are multiples of their blocks.
    let stepWords = selection.selectsHeldBlocks ? design.row.groups * design.row.blocksPerGroup : Self.lanesPerRow
    return .fixed(widestWords: design.widestWindowWords, stepWords: stepWords)
  }

  /// The wires that carry offsets of operand B's blocks, where the design has them.
  ///
  /// - Parameter isUsed: whether the layer's operand B has offsets.
  func offsetWires(isUsed: Bool) -> OffsetWires? {
    guard selection.selectsHeldBlocks else { return nil }
    return OffsetWires(
      bits: design.row.groups * design.row.blocksPerGroup * selection.heldOffsetBits, isUsed: isUsed)
  }

  /// What the arrays have to select words of operand B.
  var selection: PEArray.Selection {
    switch design.operandA {
    case .dense: return .none
    case .hierarchical:
      return PEArray.Selection(
        ranks: design.rule.ranks.indices.reversed().map { design.selection(ofRank: $0) },
        widestWindowWords: design.widestWindowWords)
    case .values:
      let ratios = design.rule.rank(0)
      let bits = ratios.h.map { valueCoding(ofBlocksOf: $0).bits }.max()
      return PEArray.Selection(
        ranks: [design.selection(ofRank: 0, offsetBits: bits)], widestWindowWords: design.widestWindowWords,
        addsRuns: ratios.h.contains {
          if case .runs = valueCoding(ofBlocksOf: $0) { true } else { false }
        }, heldBlocks: design.operandBRank?.maximumH ?? 0, heldOffsetBits: design.operandBRank?.offsetBits ?? 0)
    }
  }

  /// An array's specification for a layer that runs by `layout`.
  ///
  /// - Parameter declaredBlocks: blocks of a group that operand B's declared pattern keeps.
  func array(_ layout: HSSLayout, wordBits: Int, declaredBlocks: Int? = nil) -> PEArray.Specification {
    let selection = selection
    let ranks = layout.ranks.indices.map { index in
      let isSkipped = selection.rank(layout.ranks.count - 1 - index) != nil
      return PEArray.Rank(
        kept: design.row.kept[index], of: layout.ranks[index].h,
        hasMetadata: isSkipped && layout.offsetBits[index] > 0)
    }
    return PEArray.Specification(
      rows: Self.rowsPerArray, groups: design.row.groups, ranks: ranks, columns: columnsPerBlock, wordBits: wordBits,
      drainWordsPerCycle: values.integer("rf.drain_words_per_cycle"),
      accumulateCycles: values.integer("rf.accumulate_cycles"),
      hazardRule: PEArray.HazardRule(rawValue: values.text("rf.hazard")) ?? .forward,
      gatesZeros: values.boolean("mac.gate_zero"), selection: selection,
      valueCoding: valueCoding(ofBlocksOf: layout.rank0.h), gatesPadding: values.boolean("mac.gate_padding"),
      declaredBlocks: declaredBlocks)
  }
}

extension WeightStationaryDesign {
  /// Whether the design has metadata banks.
  var hasMetadata: Bool {
    if case .dense = operandA { false } else { true }
  }
}
