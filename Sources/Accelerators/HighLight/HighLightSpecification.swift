// SPDX-License-Identifier: Apache-2.0
import Hardware
import Sparsity
import Statistics

/// Sizes, widths, latencies and policies of a HighLight machine.
///
/// The shape of a row is the paper's: 2 rank-1 groups of G1 = 4 PEs with G0 = 2 MACs each. Everything the paper leaves
/// open is a parameter of `HighLightSpecification.schema`.
public struct HighLightSpecification: Sendable {
  /// The patterns that the machine exploits in operand A.
  public static let patternRule: HardwareRule = {
    guard let rule = try? HardwareRule("C1(4:{4<=H<=8})->C0(2:{2<=H<=4})") else {
      preconditionFailure("HighLight's rule is a rule")
    }
    return rule
  }()

  /// How operand B, or the result, is stored.
  public enum StorageFormat: String, Sendable {
    /// Whatever takes fewer bits; for the result, compressed behind a ReLU.
    case auto
    case uncompressed
    /// Zeros left out, a bit for every word.
    case bitmask
  }

  /// Rank-1 groups of a row, PEs of a group, MACs of a PE.
  public static let rowGroups = 2
  public static let blocksPerGroup = 4
  public static let valuesPerBlock = 2
  /// Rows and lanes of a row of an array.
  public static let rowsPerArray = 16
  public static let lanesPerRow = rowGroups * blocksPerGroup * valuesPerBlock

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
    self.values = values
    clockGHz = values.number("clock_ghz")
    arrays = values.integer("array.count")
    columnsPerBlock = values.integer("rf.columns")
    buffer = GlobalBuffer.Specification(
      dataBytes: values.integer("glb.data_bytes"), dataBanks: values.integer("glb.data_banks"),
      metadataBytes: values.integer("glb.metadata_bytes"), metadataBanks: values.integer("glb.metadata_banks"),
      portBytesPerCycle: values.integer("glb.port_bytes_per_cycle"),
      latencyCycles: values.integer("glb.latency_cycles"), rowBytes: values.integer("glb.row_bytes"),
      bankPorts: values.integer("glb.bank_ports"),
      arbitration: GlobalBuffer.Arbitration(rawValue: values.text("glb.arbitration")) ?? .priority,
      order: values.text("glb.order").split(separator: " ").compactMap { GlobalBuffer.Client(rawValue: String($0)) })
    network = NetworkSpecification(values, arrays: arrays)
    memory = MemoryModel(values, part: part)
    memoryQueueEntries = values.integer("dram.queue_entries")
    operandBFormat = StorageFormat(rawValue: values.text("operand_b.format")) ?? .auto
    outputBits = values.integer("output_bits")
    outputFormat = StorageFormat(rawValue: values.text("output.format")) ?? .auto
  }

  /// Reads the resolved parameters of a design, and the part of its memory from `parts`.
  ///
  /// - Throws: what `DRAMCatalogue.part(of:)` throws.
  public init(_ values: ParameterValues, parts: DRAMCatalogue) throws {
    self.init(values, part: try parts.part(of: values)?.specification)
  }

  /// An array's specification for a layer that runs by `layout`.
  func array(_ layout: HSSLayout, wordBits: Int) -> PEArray.Specification {
    PEArray.Specification(
      rows: Self.rowsPerArray, groups: Self.rowGroups, blocksPerGroup: Self.blocksPerGroup,
      valuesPerBlock: Self.valuesPerBlock, columns: columnsPerBlock, groupBlocks: layout.rank1.h,
      blockValues: layout.rank0.h, wordBits: wordBits, drainWordsPerCycle: values.integer("rf.drain_words_per_cycle"),
      accumulateCycles: values.integer("rf.accumulate_cycles"),
      hazardRule: PEArray.HazardRule(rawValue: values.text("rf.hazard")) ?? .forward,
      gatesZeros: values.boolean("mac.gate_zero"), hasRank1Metadata: layout.blockOffsetBits > 0,
      hasRank0Metadata: layout.valueOffsetBits > 0)
  }
}
