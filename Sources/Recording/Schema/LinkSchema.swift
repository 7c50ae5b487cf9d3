// SPDX-License-Identifier: Apache-2.0

/// What passed over every link, and who waited for it.
enum LinkSchema {
  static let storedLink = Relation(
    "stored_link", .table(key: "layer_id, link_index", unique: ["layer_id, name"]), .storage,
    summary: "A link over a layer.",
    columns: [
      Column("layer_id", "INTEGER NOT NULL", unit: "id", "The layer."),
      Column("link_index", "INTEGER NOT NULL", unit: "id", "Position in the layer's statistics."),
      Column("name", "TEXT NOT NULL", unit: "text", "Its name."),
      Column("sender", "TEXT NOT NULL", unit: "text", "Component that sends."),
      Column("receiver", "TEXT NOT NULL", unit: "text", "Component that receives."),
      Column("latency_cycles", "INTEGER NOT NULL", unit: "cycles", "Latency."),
      Column("width_bytes", "INTEGER NOT NULL", unit: "bytes/cycle", "Width; 0 for a message a cycle."),
      Column("capacity", "INTEGER NOT NULL", unit: "messages", "Slots."),
      Column("messages", "INTEGER NOT NULL", unit: "messages", "Sent."),
      Column("bytes_sent", "INTEGER NOT NULL", unit: "bytes", "Sent."),
      Column("bytes_received", "INTEGER NOT NULL", unit: "bytes", "Received."),
      Column("starved_cycles", "INTEGER NOT NULL", unit: "cycles", "Receiver waited."),
      Column("backpressured_cycles", "INTEGER NOT NULL", unit: "cycles", "Sender waited."),
    ])

  static let link = Relation(
    "link",
    .view(
      from: """
        FROM stored_layer AS l CROSS JOIN stored_link AS k ON k.layer_id = l.layer_id
        LEFT JOIN stored_component AS c ON c.layer_id = k.layer_id AND c.name = k.sender
        """),
    summary: "A link between two components over a layer.",
    columns: [
      Column("run_id", "l.run_id", unit: "id", "The run, as in `run`."),
      Column("layer", "l.name", unit: "text", "The layer, as in `layer_summary`."),
      Column("link", "k.name", unit: "text", "The link, e.g. `GLB.operandB->VFMU.rows`."),
      Column("sender", "k.sender", unit: "text", "The component that sends, as in `component`."),
      Column("receiver", "k.receiver", unit: "text", "The component that receives, as in `component`."),
      Column(
        "latency_cycles", "k.latency_cycles", unit: "cycles",
        "Cycles from send to arrival of a message that fits the width."),
      Column(
        "width_bytes", "k.width_bytes", unit: "bytes/cycle",
        "Bytes per cycle; 0 where a message of any size takes one cycle."),
      Column("capacity", "k.capacity", unit: "messages", "Messages that the link holds."),
      Column("messages", "k.messages", unit: "messages", "Messages sent."),
      Column("bytes_sent", "k.bytes_sent", unit: "bytes", "Bytes that the sender put in."),
      Column("bytes_received", "k.bytes_received", unit: "bytes", "Bytes that the receiver took out."),
      Column(
        "starved_cycles", "k.starved_cycles", unit: "cycles", "Cycles in which the receiver waited for this link."),
      Column(
        "backpressured_cycles", "k.backpressured_cycles", unit: "cycles",
        "Cycles in which the sender waited for this link."),
      Column("cycles", "c.cycles", unit: "cycles", "Length of the layer in the sender's clock."),
      Column(
        "utilization",
        """
        1.0 * CASE WHEN k.width_bytes > 0 THEN k.bytes_sent ELSE k.messages END
            / (max(k.width_bytes, 1) * c.cycles)
        """, unit: "1",
        "Share of what the link could have carried: in bytes, or in messages where `width_bytes` is 0.",
        formula: "CASE WHEN width_bytes > 0 THEN 1.0 * bytes_sent / (width_bytes * cycles) "
          + "ELSE 1.0 * messages / cycles END"),
    ])

  static let relations = [storedLink, link]
}
