// SPDX-License-Identifier: Apache-2.0

extension DSTCSpecification {
  /// Every parameter of the design, with unit, default and source.
  public static let schema: ParameterSchema = {
    do {
      return try ParameterSchema(design: "dstc", parameters: parameters, checks: checks)
    } catch {
      preconditionFailure("DSTC's schema is consistent: \(error)")
    }
  }()

  private static let parameters: [Parameter] =
    machineParameters + WeightStationaryDesign.bufferParameters + [metadataPort] + registerFileParameters
    + formatParameters
    + WeightStationaryDesign.memoryParameters + [WeightStationaryDesign.energyTable]

  private static let machineParameters: [Parameter] = [
    Parameter(
      "clock_ghz", .number(0.01...10), unit: "GHz", default: 1, source: "Sparseloop artifact",
      "Frequency of the core clock."),
    Parameter(
      "array.grid_rows", .integer(1...4), unit: "arrays", default: 2, source: "Sparseloop artifact",
      "Rows of the grid of arrays; each row of arrays has a tile of A."),
    Parameter(
      "array.grid_columns", .integer(1...4), unit: "arrays", default: 2, source: "Sparseloop artifact",
      "Columns of the grid of arrays; each column of arrays has a tile of B."),
    Parameter(
      "array.rows", .integer(1...64), unit: "MACs", default: 16, source: "Sparseloop artifact",
      "Non-zeros of A that an array multiplies in a step."),
    Parameter(
      "array.columns", .integer(1...64), unit: "MACs", default: 16, source: "Sparseloop artifact",
      "Non-zeros of B that an array multiplies in a step."),
    Parameter(
      "array.queue_vectors", .integer(2...1024), unit: "vectors", default: 4,
      source: .assumption("256 bytes of each operand, twice the artifact's line registers, decouple the arrays"),
      "Condensed vectors of each operand that wait in front of an array."),
    Parameter(
      "tile.rows", .integer(0...64), unit: "rows", default: 0, source: .assumption("the mapping chooses"),
      "Rows of Z in an array's tile; 0 lets the mapping choose."),
    Parameter(
      "tile.columns", .integer(0...64), unit: "columns", default: 0, source: .assumption("the mapping chooses"),
      "Columns of Z in an array's tile; 0 lets the mapping choose."),
    Parameter(
      "gather.buffer_rows", .integer(3...64), unit: "rows of 64 bytes", default: 6,
      source: .assumption("a vector of 64 words for each of two tiles, and the buffer's latency"),
      "Rows that a gather unit buffers, besides those in flight."),
    Parameter(
      "noc.bytes_per_cycle", .integer(1...1024), unit: "bytes/cycle", default: 32,
      source: .assumption("two steps' words of an operand a cycle"),
      "Width of the bus that takes a tile's vectors to its arrays; there is one per tile of a block."),
    Parameter(
      "noc.collection_words_per_cycle", .integer(1...1024), unit: "sums/cycle", default: 64,
      source: .assumption("as HighLight's"), "Width of the network that collects the sums."),
    Parameter(
      "noc.latency_cycles", .integer(1...64), unit: "cycles", default: 1, source: .assumption("one register"),
      "Cycles of a hop."),
  ]

  private static let metadataPort = Parameter(
    "glb.metadata_port_words", .integer(1...4), unit: "words of 64 bits/cycle", default: 2,
    source: .assumption("a bitmask for each of two tiles a cycle"),
    "Words that a stream of bitmasks takes from the metadata banks, and fields that its decoder cuts, in a cycle.")

  private static let registerFileParameters: [Parameter] = [
    Parameter(
      "rf.sums", .integer(1...65_536), unit: "sums", default: 2048, source: "Sparseloop artifact",
      "Partial sums in an array's accumulation buffer."),
    Parameter(
      "rf.shadow", .boolean, default: false,
      source: .assumption("a second buffer would not be comparable; a tile of half the sums is double-buffered anyway"),
      "Whether a second buffer of the same size drains while the next tile accumulates."),
    Parameter(
      "rf.bank_rows", .powerOfTwo(1...64), unit: "banks", default: 16,
      source: .assumption("a bank per MAC"), "Banks of the accumulation buffer by the row's remainder."),
    Parameter(
      "rf.bank_columns", .powerOfTwo(1...64), unit: "banks", default: 16,
      source: .assumption("a bank per MAC"), "Banks of the accumulation buffer by the column's remainder."),
    Parameter(
      "rf.bank_conflicts", .boolean, default: true, source: "DSTC, ISCA 2021: scatter into a banked buffer",
      "Whether products of one step that meet in a bank wait for each other."),
    Parameter(
      "rf.bank_queue_entries", .integer(0...1024), unit: "products", default: 8,
      source: .assumption("several steps' products are collected to smooth conflicts"),
      "Products that wait in front of a bank before steps stall."),
    Parameter(
      "rf.drain_words_per_cycle", .integer(1...64), unit: "sums/cycle", default: 16,
      source: .assumption("as HighLight's"), "Sums per cycle that leave an array's accumulation buffer."),
    Parameter(
      "rf.accumulate_cycles", .integer(1...64), unit: "cycles", default: 3,
      source: .assumption("multiply, scatter, add"), "Cycles from a step's issue to its sums."),
    Parameter(
      "rf.priced_bits", .integer(8...32, multipleOf: 8), unit: "bits", default: 8, source: "Sparseloop artifact",
      "Width at which an access to a partial sum is priced; sums are exact 32-bit integers whatever it says."),
  ]

  private static let formats = StorageFormat.allCases.map(\.rawValue)

  private static let formatParameters: [Parameter] = [
    Parameter(
      "operand_a.format", .choice(formats), default: "auto", source: "Sparseloop artifact",
      "How operand A is stored in memory and buffer; auto takes what has fewer bits."),
    Parameter(
      "operand_b.format", .choice(formats), default: "auto", source: "Sparseloop artifact",
      "How operand B is stored in memory and buffer; auto takes what has fewer bits."),
    WeightStationaryDesign.outputBits,
    Parameter(
      "output.fifo_columns", .integer(1...4096), unit: "columns", default: 64, source: .assumption("as HighLight's"),
      "Columns of a tile that wait between the activation unit and memory."),
    Parameter(
      "output.format", .choice(formats), default: "auto",
      source: .assumption("only a ReLU makes zeros worth looking for"),
      "How the result is stored in memory; auto compresses behind a ReLU."),
  ]

  private static let checks: [ParameterSchema.Check] = [
    ParameterSchema.Check("tile.rows", "tile.columns", "rf.sums") { values in
      let (rows, columns) = (max(1, values.integer("tile.rows")), max(1, values.integer("tile.columns")))
      guard rows * columns > values.integer("rf.sums") else { return nil }
      return "a tile of \(rows) x \(columns) has more sums than rf.sums"
    }
  ]
}
