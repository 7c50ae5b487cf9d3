// SPDX-License-Identifier: Apache-2.0
import Hardware

extension GlobalBuffer.Specification {
  /// The values of the `glb` section; they were checked when they were resolved.
  ///
  /// - Parameter metadataPortWords: words that a stream of metadata takes in a cycle.
  init(_ values: ParameterValues, hasMetadata: Bool, metadataPortWords: Int = 1) {
    self.init(
      dataBytes: values.integer("glb.data_bytes"), dataBanks: values.integer("glb.data_banks"),
      metadataBytes: hasMetadata ? values.integer("glb.metadata_bytes") : 0,
      metadataBanks: hasMetadata ? values.integer("glb.metadata_banks") : 1,
      portBytesPerCycle: values.integer("glb.port_bytes_per_cycle"),
      latencyCycles: values.integer("glb.latency_cycles"), rowBytes: values.integer("glb.row_bytes"),
      bankPorts: values.integer("glb.bank_ports"), metadataPortWords: metadataPortWords,
      arbitration: GlobalBuffer.Arbitration(rawValue: values.text("glb.arbitration")) ?? .priority,
      order: values.text("glb.order").split(separator: " ").compactMap { GlobalBuffer.Client(rawValue: String($0)) },
      hasPortPerDirection: values.text("glb.port") == "per-direction",
      hasBankConflicts: values.boolean("glb.bank_conflicts"))
  }
}
