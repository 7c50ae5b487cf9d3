// SPDX-License-Identifier: Apache-2.0
import Hardware
import Sparsity

/// Sizes, widths, latencies and policies of an S2TA machine (HPCA 2022), with the resources of the designs that it is
/// compared with.
public struct S2TASpecification: Sendable {
  /// Values of A that a MAC holds of a block of 8.
  static let heldValues = 4

  /// The patterns that the machine exploits in operand A; dense takes two passes.
  public static let patternRule: HardwareRule = {
    guard let rule = try? HardwareRule(ranks: [HardwareRule.Rank("C0", g: [heldValues, 8], h: [8])]) else {
      preconditionFailure("S2TA's rule is a rule")
    }
    return rule
  }()

  /// The rings of the buffer: values and bitmasks of both operands.
  static let rings: Set<BufferRing> = [.operandA, .operandB, .rank0A, .maskB]

  public let values: ParameterValues
  public let clockGHz: Double
  /// MACs by rows and columns of a tile.
  public let rows: Int
  public let columns: Int
  public let buffer: GlobalBuffer.Specification
  public let memory: MemoryModel
  public let memoryQueueEntries: Int
  public let outputFormat: StorageFormat
  /// Bits of a stored result, 8 or 16.
  public let outputBits: Int

  /// MACs of the machine.
  public var lanes: Int { rows * columns }

  /// Reads the resolved parameters of a design; they were checked when they were resolved.
  ///
  /// - Parameter part: the part that `dram.part` names.
  /// - Precondition: there is a part if `dram.model` is timed.
  public init(_ values: ParameterValues, part: DRAMSpecification?) {
    self.values = values
    clockGHz = values.number("clock_ghz")
    rows = values.integer("array.rows")
    columns = values.integer("array.columns")
    buffer = GlobalBuffer.Specification(
      values, hasMetadata: true, metadataPortWords: values.integer("glb.metadata_port_words"))
    memory = MemoryModel(values, part: part)
    memoryQueueEntries = values.integer("dram.queue_entries")
    outputFormat = StorageFormat(rawValue: values.text("output.format")) ?? .auto
    outputBits = values.integer("output_bits")
  }

  /// Reads the resolved parameters of a design, and the part of its memory from `parts`.
  ///
  /// - Throws: what `DRAMCatalogue.part(of:)` throws.
  public init(_ values: ParameterValues, parts: DRAMCatalogue) throws {
    self.init(values, part: try parts.part(of: values)?.specification)
  }

  var resources: StreamResources {
    StreamResources(buffer: buffer, memory: memory, clockGHz: clockGHz, outputBits: outputBits)
  }

  var collection: TileCollector.Specification {
    TileCollector.Specification(
      gridRows: 1, gridColumns: 1, tileRows: rows, tileColumns: columns,
      wordsPerCycle: values.integer("noc.collection_words_per_cycle"))
  }

  /// The array's specification for a layer of these bounds.
  func array(passes: Int, boundB: Int, wordBits: Int) -> TimeUnrolledArray.Specification {
    let side = values.integer("array.pe_side")
    return TimeUnrolledArray.Specification(
      rows: rows, columns: columns, peRows: rows / side, peColumns: columns / side, wordBits: wordBits,
      heldValues: Self.heldValues, passes: passes, boundB: boundB,
      drainWordsPerCycle: values.integer("array.drain_words_per_cycle"),
      accumulateCycles: values.integer("array.accumulate_cycles"))
  }

  /// A feeder's specification; it holds two blocks and a row.
  func feeder(_ operand: BlockLayout, length: Int) -> BlockFeeder.Specification {
    let blockBytes = operand.tileSize * DensityBoundBlock.size * operand.wordBytes
    return BlockFeeder.Specification(
      tileSize: operand.tileSize, bound: operand.bound, bufferRows: 2 * lineCount(bytes: blockBytes) + 1,
      wordBytes: operand.wordBytes, length: length, bytesPerCycle: values.integer("noc.bytes_per_cycle"))
  }
}
