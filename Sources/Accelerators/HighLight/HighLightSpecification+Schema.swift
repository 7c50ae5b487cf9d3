// SPDX-License-Identifier: Apache-2.0

extension HighLightSpecification {
  /// Every parameter of the design, with unit, default and source.
  public static let schema: ParameterSchema = {
    do {
      return try ParameterSchema(design: "highlight", parameters: parameters, checks: checks)
    } catch {
      preconditionFailure("HighLight's schema is consistent: \(error)")
    }
  }()

  private static let parameters: [Parameter] =
    machineParameters + bufferParameters + networkParameters + registerFileParameters + formatParameters
    + memoryParameters

  private static let machineParameters: [Parameter] = [
    Parameter(
      "clock_ghz", .number(0.01...10), unit: "GHz", default: 1, source: "Sparseloop artifact",
      "Frequency of the core clock."),
    Parameter(
      "array.count", .integer(1...4), unit: "arrays", default: 4, source: "HighLight talk, block diagram",
      "PE arrays of 16 rows x 16 MACs."),
    Parameter(
      "mac.gate_zero", .boolean, default: true, source: "HighLight paper",
      "Whether a zero of operand B gates its multiplier."),
  ]

  private static let bufferParameters: [Parameter] = [
    Parameter(
      "glb.data_bytes", .integer(1024...1 << 30, multipleOf: 64), unit: "bytes", default: 262_144,
      source: "Sparseloop artifact", "Size of the global buffer's data banks together."),
    Parameter(
      "glb.data_banks", .integer(1...64), unit: "banks", default: 2, source: "Sparseloop artifact",
      "Data banks of 64-byte rows; each serves one row a cycle, rows alternate banks."),
    Parameter(
      "glb.metadata_bytes", .integer(1024...1 << 30, multipleOf: 64), unit: "bytes", default: 65_536,
      source: "Sparseloop artifact", "Size of the global buffer's metadata banks together."),
    Parameter(
      "glb.metadata_banks", .integer(1...64), unit: "banks", default: 4,
      source: .assumption("a row for each of three decoders and a fill in most cycles"),
      "Metadata banks of 8-byte rows; each serves one row a cycle."),
    Parameter(
      "glb.port_bytes_per_cycle", .integer(1...65_536), unit: "bytes/cycle", default: 128,
      source: .assumption("both data banks every cycle; the Sparseloop artifact throttles to 42"),
      "Data bandwidth over all banks and clients, reads plus writes."),
    Parameter(
      "glb.latency_cycles", .integer(1...64), unit: "cycles", default: 2,
      source: .assumption("access and register"), "Cycles from a row's access to its arrival."),
    Parameter(
      "vfmu.buffer_rows", .integer(2...64), unit: "rows of 64 bytes", default: 4,
      source: .assumption("more than the buffer's latency, so that a stream has no gap"),
      "Rows that the VFMU buffers, besides those in flight."),
  ]

  private static let networkParameters: [Parameter] = [
    Parameter(
      "noc.bytes_per_cycle", .integer(1...1024), unit: "bytes/cycle", default: 64,
      source: .assumption("the widest window, 64 words of 8 bits, in a cycle"),
      "Width of the network that multicasts operand B."),
    Parameter(
      "noc.operand_a_bytes_per_cycle", .integer(1...1024), unit: "bytes/cycle", default: 16,
      source: .assumption("one array row of kept values a cycle"), "Width of the bus that loads operand A."),
    Parameter(
      "noc.collection_words_per_cycle", .integer(1...1024), unit: "sums/cycle", default: 64,
      source: .assumption("a column of a block a cycle"), "Width of the network that collects the sums."),
    Parameter(
      "noc.latency_cycles", .integer(1...64), unit: "cycles", default: 1, source: .assumption("one register"),
      "Cycles from the networks' inputs to their outputs."),
  ]

  private static let registerFileParameters: [Parameter] = [
    Parameter(
      "rf.columns", .integer(1...128), unit: "columns", default: 128, source: "Sparseloop artifact",
      "Columns of partial sums in an array's register file; with 16 rows, 2048 sums."),
    Parameter(
      "rf.drain_words_per_cycle", .integer(1...16), unit: "sums/cycle", default: 16,
      source: .assumption("a column a cycle, as fast as the next block overwrites"),
      "Sums per cycle that leave an array's register file."),
    Parameter(
      "rf.accumulate_cycles", .integer(1...64), unit: "cycles", default: 3,
      source: .assumption("multiply, reduce, add"), "Cycles from a step's issue to its sum in the register file."),
    Parameter(
      "rf.hazard", .choice(["forward", "stall"]), default: "forward",
      source: .assumption("one forwarding path per row is cheap"),
      "What happens when a sum is needed before its last update arrived."),
    Parameter(
      "rf.priced_bits", .integer(8...32, multipleOf: 8), unit: "bits", default: 8, source: "Sparseloop artifact",
      "Width at which an access to a partial sum is priced; sums are exact 32-bit integers whatever it says."),
  ]

  private static let formatParameters: [Parameter] = [
    Parameter(
      "operand_b.format", .choice(["auto", "uncompressed", "bitmask"]), default: "auto",
      source: "HighLight paper; the layout of the metadata is an assumption",
      "How operand B is stored in memory and buffer; auto takes what has fewer bits."),
    Parameter(
      "output_bits", .integer(8...16, multipleOf: 8), unit: "bits", default: 8,
      source: "Sparseloop artifact, one byte per output", "Width that results are requantised to."),
    Parameter(
      "output.fifo_columns", .integer(1...4096), unit: "columns", default: 64,
      source: .assumption("4 KB of requantised results"),
      "Columns of a block that wait between the activation unit and memory."),
    Parameter(
      "output.format", .choice(["auto", "uncompressed", "bitmask"]), default: "auto",
      source: .assumption("only a ReLU makes zeros worth looking for"),
      "How the result is stored in memory; auto compresses behind a ReLU."),
  ]

  private static let memoryParameters: [Parameter] = [
    Parameter(
      "dram.model", .choice(["ideal"]), default: "ideal", source: "Sparseloop artifact",
      "How off-chip memory is modelled; ideal is a bandwidth and a latency."),
    Parameter(
      "dram.bytes_per_cycle", .integer(1...4096), unit: "bytes/cycle", default: 32, source: "Sparseloop artifact",
      onlyWhen: Parameter.Condition("dram.model", isOneOf: ["ideal"]),
      "Bandwidth of the ideal memory, reads plus writes."),
    Parameter(
      "dram.read_bytes_per_cycle", .integer(1...4096), unit: "bytes/cycle", default: nil,
      source: "Sparseloop artifact", onlyWhen: Parameter.Condition("dram.model", isOneOf: ["ideal"]),
      "Bandwidth of reads alone; stating it or its twin parts the two directions."),
    Parameter(
      "dram.write_bytes_per_cycle", .integer(1...4096), unit: "bytes/cycle", default: nil,
      source: "Sparseloop artifact", onlyWhen: Parameter.Condition("dram.model", isOneOf: ["ideal"]),
      "Bandwidth of writes alone; stating it or its twin parts the two directions."),
    Parameter(
      "dram.latency_cycles", .integer(1...4096), unit: "cycles", default: 60,
      source: .assumption("a closed-row LPDDR4 access at 1 GHz"),
      onlyWhen: Parameter.Condition("dram.model", isOneOf: ["ideal"]),
      "Cycles from a line's last byte on the ideal memory's channel to its arrival."),
    Parameter(
      "dram.queue_entries", .integer(1...4096), unit: "requests", default: 64,
      source: .assumption("latency times bandwidth is 30 lines"), "Requests that wait in front of memory."),
  ]

  private static let checks: [ParameterSchema.Check] = [
    ParameterSchema.Check("rf.hazard", "rf.accumulate_cycles") { values in
      values.text("rf.hazard") == "stall" && values.integer("rf.accumulate_cycles") == 1
        ? "a sum that is ready after one cycle never makes a step wait: rf.hazard should be forward" : nil
    }
  ]
}
