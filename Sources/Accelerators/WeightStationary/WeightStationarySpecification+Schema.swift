// SPDX-License-Identifier: Apache-2.0
import Hardware

extension WeightStationaryDesign {
  /// Every parameter of a design, with unit, default and source: what its boxes are.
  static func parameters(operandA: OperandA, zeroRemoval: ZeroRemoval) -> [Parameter] {
    var buffer = bufferParameters
    if case .dense = operandA { buffer.removeAll { $0.key.hasPrefix("glb.metadata") } }
    var formats = [outputBits]
    if case .values(isChosen: true) = operandA { formats += metadataParameters }
    if zeroRemoval != .never { formats += zeroParameters }
    return machineParameters + buffer + [zeroRemoval == .always ? vfmuRows : bufferRows] + networkParameters
      + registerFileParameters + formats + [outputQueue] + memoryParameters + [energyTable]
  }

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
    Parameter(
      "mac.gate_padding", .boolean, default: true,
      source: .assumption("the sequencer knows where K and the pattern end"),
      "Whether a slot that only rounds up K or the pattern gates its multiplier."),
  ]

  static let bufferParameters: [Parameter] = [
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
      "glb.row_bytes", .powerOfTwo(16...64), unit: "bytes", default: 64,
      source: .assumption("a line of memory is a row"),
      "Width of a data bank's row; a line of 64 bytes takes as many rows as it needs, which alternate banks."),
    Parameter(
      "glb.bank_ports", .integer(1...2), unit: "rows/cycle", default: 1, source: "Sparseloop artifact",
      "Rows that a bank serves in a cycle."),
    Parameter(
      "glb.arbitration", .choice(GlobalBuffer.Arbitration.allCases.map(\.rawValue)), default: "priority",
      source: .assumption("a stall of operand B stops all arrays at once"),
      "Who is served first: priority is always glb.order, round-robin begins after whoever was first the last time."),
    Parameter(
      "glb.order", .text(expected: "operand_b, operand_a, sums and fill in any order", problem: orderProblem),
      default: "operand_b operand_a sums fill",
      source: .assumption("a stall of operand A is hidden by its double buffer"),
      "The buffer's clients, the first first; a stream's metadata goes with it."),
    Parameter(
      "glb.port", .choice(["shared", "per-direction"]), default: "shared",
      source: .assumption("one access a bank and cycle, whatever its direction"),
      "What glb.port_bytes_per_cycle limits: shared is reads plus writes of data; per-direction is reads, and as much "
        + "again writes, metadata included."),
    Parameter(
      "glb.bank_conflicts", .boolean, default: true, source: .assumption("rows alternate banks, and meet"),
      "Whether accesses to a bank wait for each other."),
  ]

  private static let vfmuRows = Parameter(
    "vfmu.buffer_rows", .integer(2...64), unit: "rows of 64 bytes", default: 4,
    source: .assumption("more than the buffer's latency, so that a stream has no gap"),
    "Rows that the VFMU buffers, besides those in flight.")

  private static let bufferRows = Parameter(
    "row_buffer.rows", .integer(2...64), unit: "rows of 64 bytes", default: 4,
    source: .assumption("more than the buffer's latency, so that a stream has no gap"),
    "Rows of operand B that wait between buffer and network, besides those in flight.")

  /// What is wrong with an order of the buffer's clients; nil if nothing is.
  private static func orderProblem(_ text: String) -> String? {
    let words = text.split(separator: " ").map(String.init)
    let known = GlobalBuffer.Client.allCases.map(\.rawValue)
    if let unknown = words.first(where: { !known.contains($0) }) { return "\(unknown) is no client" }
    return words.count == known.count && Set(words).count == known.count ? nil : "not every client has one place"
  }

  private static let whenShared = Parameter.Condition(
    "noc.kind", isOneOf: SharedNetwork.Topology.allCases.map(\.rawValue))
  private static let whenTree = Parameter.Condition("noc.kind", isOneOf: ["multicast-tree"])

  private static let networkParameters: [Parameter] = [
    Parameter(
      "noc.kind", .choice(["multicast-tree"] + SharedNetwork.Topology.allCases.map(\.rawValue)),
      default: "multicast-tree",
      source: .assumption("the paper multicasts operand B; a bus of its own loads operand A"),
      "How operands reach the arrays: a pipelined tree for operand B beside a bus for operand A; one bus for both; or a "
        + "crossbar with a link per array."),
    Parameter(
      "noc.bytes_per_cycle", .integer(1...1024), unit: "bytes/cycle", default: 64,
      source: .assumption("the widest window, 64 words of 8 bits, in a cycle"),
      "Width of the tree that multicasts operand B, of the bus, or of each link of the crossbar."),
    Parameter(
      "noc.operand_a_bytes_per_cycle", .integer(1...1024), unit: "bytes/cycle", default: 16,
      source: .assumption("one array row of kept values a cycle"), onlyWhen: whenTree,
      "Width of the bus that loads operand A."),
    Parameter(
      "noc.fan_out", .integer(2...64), unit: "branches", default: 4,
      source: .assumption("four arrays hang on one node"), onlyWhen: whenTree,
      "Branches of a node of the tree; each level is a hop."),
    Parameter(
      "noc.arbitration", .choice(SharedNetwork.Arbitration.allCases.map(\.rawValue)), default: "round-robin",
      source: .assumption("neither operand can starve the other"), onlyWhen: whenShared,
      "Which operand goes first where both wait for the same wires."),
    Parameter(
      "noc.collection_words_per_cycle", .integer(1...1024), unit: "sums/cycle", default: 64,
      source: .assumption("a column of a block a cycle"), "Width of the network that collects the sums."),
    Parameter(
      "noc.latency_cycles", .integer(1...64), unit: "cycles", default: 1, source: .assumption("one register"),
      "Cycles of a hop; the tree has a hop per level, every other network one."),
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

  private static let metadataParameters: [Parameter] = [
    Parameter(
      "operand_a.metadata", .choice(["cp", "run-length"]), default: "cp", source: "Sparseloop artifact",
      "How the place of a kept value in its block is stored: its offset, or the zeros in front of it."),
    Parameter(
      "operand_a.aligned_metadata", .boolean, default: true,
      source: "Sparseloop artifact, two indices of 3 bits a byte", "Whether an index of 3 bits occupies 4."),
  ]

  private static let zeroParameters: [Parameter] = [
    Parameter(
      "operand_b.mask_queue", .integer(2...1024), unit: "bitmasks", default: 2,
      source: .assumption("one in use, one behind it"), "Bitmasks of operand B that wait in front of the VFMU."),
    Parameter(
      "operand_b.format", .choice(["auto", "uncompressed", "bitmask"]), default: "auto",
      source: "HighLight paper; the layout of the metadata is an assumption",
      "How operand B is stored in memory and buffer; auto takes what has fewer bits."),
    Parameter(
      "output.format", .choice(["auto", "uncompressed", "bitmask"]), default: "auto",
      source: .assumption("only a ReLU makes zeros worth looking for"),
      "How the result is stored in memory; auto compresses behind a ReLU."),
  ]

  static let outputBits = Parameter(
    "output_bits", .integer(8...16, multipleOf: 8), unit: "bits", default: 8,
    source: "Sparseloop artifact, one byte per output", "Width that results are requantised to.")

  private static let outputQueue = Parameter(
    "output.fifo_columns", .integer(1...4096), unit: "columns", default: 64,
    source: .assumption("4 KB of requantised results"),
    "Columns of a block that wait between the activation unit and memory.")

  static let energyTable = Parameter(
    "energy.table", .text(expected: "a table of configs/energy by name, or the path of a .yaml file") { _ in nil },
    default: "45nm", source: "Sparseloop artifact", "Prices of runs that name no table.")

  static let memoryParameters: [Parameter] = [
    Parameter(
      "dram.model", .choice(["timed", "ideal"]), default: "timed",
      source: .assumption("the paper's energy is LPDDR4's; its timing is not described"),
      "How off-chip memory is modelled: timed is a part command by command, ideal a bandwidth and a latency."),
    Parameter(
      "dram.part", .text(expected: "a part of configs/dram by name, or the path of a .yaml file") { _ in nil },
      default: "lpddr4-4266", source: .assumption("34.1 GB/s, next to the Sparseloop artifact's 32 bytes a cycle"),
      onlyWhen: Parameter.Condition("dram.model", isOneOf: ["timed"]), "The part of the timed memory."),
    Parameter(
      "dram.request_cycles", .integer(1...4096), unit: "cycles", default: 4,
      source: .assumption("clock crossing and arbitration"),
      onlyWhen: Parameter.Condition("dram.model", isOneOf: ["timed"]),
      "Core cycles from a request to the timed memory's controller."),
    Parameter(
      "dram.outstanding_lines", .integer(1...4096), unit: "lines", default: 128,
      source: .assumption("bandwidth times a loaded latency of 200 ns is 107 lines"),
      onlyWhen: Parameter.Condition("dram.model", isOneOf: ["timed"]),
      "Lines that may be on their way from the timed memory at once."),
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

  static let checks: [ParameterSchema.Check] = [
    ParameterSchema.Check("rf.hazard", "rf.accumulate_cycles") { values in
      values.text("rf.hazard") == "stall" && values.integer("rf.accumulate_cycles") == 1
        ? "a sum that is ready after one cycle never makes a step wait: rf.hazard should be forward" : nil
    }
  ]
}
