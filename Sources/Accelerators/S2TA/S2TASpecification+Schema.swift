// SPDX-License-Identifier: Apache-2.0

extension S2TASpecification {
  /// Every parameter of the design, with unit, default and source.
  public static let schema: ParameterSchema = {
    do {
      return try ParameterSchema(design: "s2ta", parameters: parameters, checks: checks)
    } catch {
      preconditionFailure("S2TA's schema is consistent: \(error)")
    }
  }()

  private static let parameters: [Parameter] =
    machineParameters + WeightStationaryDesign.bufferParameters + [metadataPort] + formatParameters
    + WeightStationaryDesign.memoryParameters + [WeightStationaryDesign.energyTable]

  private static let machineParameters: [Parameter] = [
    Parameter(
      "clock_ghz", .number(0.01...10), unit: "GHz", default: 1, source: "Sparseloop artifact",
      "Frequency of the core clock."),
    Parameter(
      "array.rows", .integer(8...64, multipleOf: 8), unit: "MACs", default: 64,
      source: .assumption("1024 MACs; a column of sums is a line of memory"), "Rows of the array: rows of Z in a tile."),
    Parameter(
      "array.columns", .integer(8...64, multipleOf: 8), unit: "MACs", default: 16,
      source: .assumption("1024 MACs; a column of sums is a line of memory"),
      "Columns of the array: columns of Z in a tile."),
    Parameter(
      "array.pe_side", .powerOfTwo(1...8), unit: "MACs", default: 4,
      source: .assumption("64 processing elements of 4 x 4 MACs, as S2TA's 8 x 4 x 4"),
      "Rows and columns of MACs in a processing element."),
    Parameter(
      "array.drain_words_per_cycle", .integer(1...64), unit: "sums/cycle", default: 16,
      source: .assumption("as HighLight's register files"), "Sums per cycle that leave the array."),
    Parameter(
      "array.accumulate_cycles", .integer(1...64), unit: "cycles", default: 3,
      source: .assumption("select, multiply, add"), "Cycles from a step's issue to its sum."),
    Parameter(
      "noc.bytes_per_cycle", .integer(1...1024), unit: "bytes/cycle", default: 128,
      source: .assumption("what the buffer's port delivers"), "Bytes of an operand that enter the array in a cycle."),
    Parameter(
      "noc.collection_words_per_cycle", .integer(1...1024), unit: "sums/cycle", default: 64,
      source: .assumption("as HighLight's"), "Width of the network that collects the sums."),
  ]

  private static let metadataPort = Parameter(
    "glb.metadata_port_words", .integer(1...4), unit: "words of 64 bits/cycle", default: 4,
    source: .assumption("the bitmasks of half a block of operand A a cycle"),
    "Words that a stream of bitmasks takes from the metadata banks, and fields that its decoder cuts, in a cycle.")

  private static let formatParameters: [Parameter] = [
    WeightStationaryDesign.outputBits,
    Parameter(
      "output.fifo_columns", .integer(1...4096), unit: "columns", default: 64, source: .assumption("as HighLight's"),
      "Columns of a tile that wait between the activation unit and memory."),
    Parameter(
      "output.format", .choice(StorageFormat.allCases.map(\.rawValue)), default: "auto",
      source: .assumption("only a ReLU makes zeros worth looking for"),
      "How the result is stored in memory; auto compresses behind a ReLU."),
  ]

  private static let checks: [ParameterSchema.Check] = []
}
