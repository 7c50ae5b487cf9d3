// SPDX-License-Identifier: Apache-2.0
import Hardware
import Sparsity

/// Sizes, widths, latencies and policies of a DSTC machine (Dual-side Sparse Tensor Core, ISCA 2021), with the resources
/// of the designs that it is compared with.
public struct DSTCSpecification: Sendable {
  /// The rings of the buffer: values and bitmasks of both operands.
  static let rings: Set<BufferRing> = [.operandA, .operandB, .rank0A, .maskB]

  /// Rows and columns of Z in an array's tile.
  struct TileShape: Equatable, Sendable {
    let rows: Int
    let columns: Int
  }

  public let values: ParameterValues
  public let clockGHz: Double
  /// Arrays by rows and by columns of the grid; each has a tile of its own.
  public let gridRows: Int
  public let gridColumns: Int
  /// MACs of an array: non-zeros of A by non-zeros of B in a step.
  public let arrayRows: Int
  public let arrayColumns: Int
  public let buffer: GlobalBuffer.Specification
  public let memory: MemoryModel
  public let memoryQueueEntries: Int
  public let operandAFormat: StorageFormat
  public let operandBFormat: StorageFormat
  public let outputFormat: StorageFormat
  /// Bits of a stored result, 8 or 16.
  public let outputBits: Int
  let drainWordsPerCycle: Int
  /// Partial sums of an array's accumulation buffer, and whether it has a second one.
  private let sums: Int
  private let hasShadow: Bool

  var arrays: Int { gridRows * gridColumns }
  /// MACs of the machine.
  public var lanes: Int { arrays * arrayRows * arrayColumns }
  /// The accumulation buffer's sums have 32 bits, and its accesses cost what the design says.
  public var pricedBits: [String: Int] { ["rf_dstc": values.integer("rf.priced_bits")] }

  /// Reads the resolved parameters of a design; they were checked when they were resolved.
  ///
  /// - Parameter part: the part that `dram.part` names.
  /// - Precondition: there is a part if `dram.model` is timed.
  public init(_ values: ParameterValues, part: DRAMSpecification?) {
    self.values = values
    clockGHz = values.number("clock_ghz")
    gridRows = values.integer("array.grid_rows")
    gridColumns = values.integer("array.grid_columns")
    arrayRows = values.integer("array.rows")
    arrayColumns = values.integer("array.columns")
    buffer = GlobalBuffer.Specification(
      values, hasMetadata: true, metadataPortWords: values.integer("glb.metadata_port_words"))
    memory = MemoryModel(values, part: part)
    memoryQueueEntries = values.integer("dram.queue_entries")
    operandAFormat = StorageFormat(rawValue: values.text("operand_a.format")) ?? .auto
    operandBFormat = StorageFormat(rawValue: values.text("operand_b.format")) ?? .auto
    outputFormat = StorageFormat(rawValue: values.text("output.format")) ?? .auto
    outputBits = values.integer("output_bits")
    drainWordsPerCycle = values.integer("rf.drain_words_per_cycle")
    hasShadow = values.boolean("rf.shadow")
    sums = values.integer("rf.sums")
  }

  /// Reads the resolved parameters of a design, and the part of its memory from `parts`.
  ///
  /// - Throws: what `DRAMCatalogue.part(of:)` throws.
  public init(_ values: ParameterValues, parts: DRAMCatalogue) throws {
    self.init(values, part: try parts.part(of: values)?.specification)
  }

  /// Tile shapes that the accumulation buffer holds; those that use it fully first.
  var tileShapes: [TileShape] {
    let sizes = [64, 32, 16, 8, 4, 2, 1]
    func choices(_ key: String) -> [Int] { values.integer(key) == 0 ? sizes : [values.integer(key)] }
    let (rows, columns) = (choices("tile.rows"), choices("tile.columns"))
    let shapes = rows.flatMap { rows in columns.map { TileShape(rows: rows, columns: $0) } }
      .filter(holds)
    // Smaller than half the buffer is never better.
    let largest = shapes.map { $0.rows * $0.columns }.max() ?? 0
    return shapes.filter { 2 * $0.rows * $0.columns >= largest }
      .sorted { $0.rows * $0.columns > $1.rows * $1.columns }
  }

  var resources: StreamResources {
    StreamResources(buffer: buffer, memory: memory, clockGHz: clockGHz, outputBits: outputBits)
  }

  /// Whether an array holds a tile of this shape.
  func holds(_ tile: TileShape) -> Bool {
    tile.rows <= CondensedVector.wordLimit && tile.columns <= CondensedVector.wordLimit
      && tile.rows * tile.columns <= sums
  }

  /// Whether a tile of this shape drains while the next one accumulates.
  func isDoubleBuffered(_ tile: TileShape) -> Bool { hasShadow || 2 * tile.rows * tile.columns <= sums }

  /// How tiles of a shape are collected.
  func collection(_ tile: TileShape) -> TileCollector.Specification {
    TileCollector.Specification(
      gridRows: gridRows, gridColumns: gridColumns, tileRows: tile.rows, tileColumns: tile.columns,
      wordsPerCycle: values.integer("noc.collection_words_per_cycle"))
  }

  /// An array's specification for tiles of a shape.
  func array(_ tile: TileShape, wordBits: Int) -> OuterProductArray.Specification {
    OuterProductArray.Specification(
      rows: arrayRows, columns: arrayColumns, tileRows: tile.rows, tileColumns: tile.columns, wordBits: wordBits,
      sums: sums, buffers: hasShadow ? 2 : 1, isDoubleBuffered: isDoubleBuffered(tile),
      bankRows: values.integer("rf.bank_rows"),
      bankColumns: values.integer("rf.bank_columns"), bankQueueEntries: values.integer("rf.bank_queue_entries"),
      hasBankConflicts: values.boolean("rf.bank_conflicts"), drainWordsPerCycle: drainWordsPerCycle,
      accumulateCycles: values.integer("rf.accumulate_cycles"))
  }
}
