// SPDX-License-Identifier: Apache-2.0

/// Single messages.
enum MessageSchema {
  static let storedMessage = Relation(
    "stored_message", .table(key: "layer_id, number"), .storage,
    summary: "A message that was sent in the recorded cycles.",
    columns: [
      Column("layer_id", "INTEGER NOT NULL", unit: "id", "The layer."),
      Column("number", "INTEGER NOT NULL", unit: "id", "Its number in the layer."),
      Column("link_index", "INTEGER NOT NULL", unit: "id", "The link."),
      Column("ordinal", "INTEGER NOT NULL", unit: "1", "Its number on the link."),
      Column("sent", "INTEGER NOT NULL", unit: "cycles", "Cycle of sending."),
      Column("arrived", "INTEGER NOT NULL", unit: "cycles", "Cycle of arrival."),
      Column("received", "INTEGER", unit: "cycles", "Cycle of taking."),
      Column("bytes", "INTEGER NOT NULL", unit: "bytes", "Size."),
      Column("cause", "INTEGER", unit: "id", "The message that the sender took last."),
      Column("text_index", "INTEGER NOT NULL", unit: "id", "Its plain fields."),
    ])

  static let storedText = Relation(
    "stored_text", .table(key: "layer_id, text_index"), .storage,
    summary: "Plain fields that messages of a layer carried.",
    columns: [
      Column("layer_id", "INTEGER NOT NULL", unit: "id", "The layer."),
      Column("text_index", "INTEGER NOT NULL", unit: "id", "Number of the text."),
      Column("text", "TEXT NOT NULL", unit: "text", "The text."),
    ])

  static let message = Relation(
    "message",
    .view(
      from: """
        FROM stored_layer AS l CROSS JOIN stored_message AS m ON m.layer_id = l.layer_id
        CROSS JOIN stored_link AS k ON k.layer_id = l.layer_id AND k.link_index = m.link_index
        CROSS JOIN stored_text AS t ON t.layer_id = l.layer_id AND t.text_index = m.text_index
        """),
    summary:
      "A message that was sent in the recorded cycles (`--record events`). Cycles are those of the core's clock.",
    columns: [
      Column("run_id", "l.run_id", unit: "id", "The run, as in `run`."),
      Column("layer", "l.name", unit: "text", "The layer, as in `layer_summary`."),
      Column(
        "message", "m.number", unit: "id",
        "Its number among all messages of the layer, from 0 by time of sending, link and ordinal."),
      Column("link", "k.name", unit: "text", "The link, as in `link`."),
      Column("ordinal", "m.ordinal", unit: "1", "Its number among the messages of the link, from 0."),
      Column("sent_cycle", "m.sent", unit: "cycles", "Cycle in which it was sent."),
      Column("arrival_cycle", "m.arrived", unit: "cycles", "First cycle in which the receiver could see it."),
      Column(
        "received_cycle", "m.received", unit: "cycles",
        "Cycle in which the receiver took it; NULL if that was not recorded."),
      Column("bytes", "m.bytes", unit: "bytes", "What the link's traffic counts for it."),
      Column(
        "cause", "m.cause", unit: "id",
        "The message that the sender had taken last when it sent this; NULL if that was not recorded."),
      Column("carried", "t.text", unit: "text", "Its plain fields; not the words of operands."),
    ])

  static let relations = [storedMessage, storedText, message]
}
