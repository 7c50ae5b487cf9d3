// SPDX-License-Identifier: Apache-2.0

/// The part of a machine that a parameter belongs to: the components, and the wires at them, that the parameter changes
/// while every other component stays what it is.
///
/// Many parameters have none: they change what a layer is mapped to, how operands are stored, which components there
/// are, or the clock.
public enum ParameterPart {
  /// What the names of a part's components begin with, by the parameter. A name that a machine does not have is left out.
  private static let prefixes: [String: [String]] = {
    let arrays = ["PEArray[", "OuterProductArray[", "TimeUnrolledArray"]
    let buffer = ["GLB"]
    let network = ["NoC."]
    return [
      "array.accumulate_cycles": arrays, "array.drain_words_per_cycle": arrays, "array.queue_vectors": arrays,
      "gather.buffer_rows": ["GatherUnit."],
      "glb.arbitration": buffer, "glb.bank_conflicts": buffer, "glb.bank_ports": buffer, "glb.data_banks": buffer,
      "glb.latency_cycles": buffer, "glb.metadata_banks": buffer, "glb.order": buffer, "glb.port": buffer,
      "glb.port_bytes_per_cycle": buffer, "glb.row_bytes": buffer,
      "glb.metadata_port_words": ["GLB", "MetadataDecoder."],
      "mac.gate_padding": arrays, "mac.gate_zero": arrays,
      // Where both operands share wires, the bus of operand A is paced by them.
      "noc.bytes_per_cycle": ["NoC.multicast", "NoC.shared", "NoC.operand", "BlockFeeder."],
      "noc.arbitration": ["NoC.shared"],
      "noc.collection_words_per_cycle": ["NoC.collect"],
      "noc.fan_out": network, "noc.latency_cycles": network,
      "noc.operand_a_bytes_per_cycle": ["NoC.stationary"],
      "operand_b.mask_queue": ["VFMU"],
      "output.fifo_columns": ["CompressionUnit", "OutputWriter"],
      "rf.accumulate_cycles": arrays, "rf.bank_columns": arrays, "rf.bank_conflicts": arrays,
      "rf.bank_queue_entries": arrays, "rf.bank_rows": arrays, "rf.drain_words_per_cycle": arrays, "rf.hazard": arrays,
      "row_buffer.rows": ["RowBuffer"],
      "vfmu.buffer_rows": ["VFMU"],
    ]
  }()

  /// Whether a parameter belongs to a part of a machine.
  public static func exists(for key: String) -> Bool { key.hasPrefix("dram.") || prefixes[key] != nil }

  /// The part of a machine with these components that a parameter belongs to; empty where it belongs to none.
  public static func components(of key: String, among names: [String]) -> [String] {
    if key.hasPrefix("dram.") { return names.filter { $0 == "DRAM" } }
    var wanted = prefixes[key] ?? []
    if key == "noc.bytes_per_cycle", names.contains("NoC.shared") { wanted.append("NoC.stationary") }
    return names.filter { name in wanted.contains { name.hasPrefix($0) } }
  }
}
