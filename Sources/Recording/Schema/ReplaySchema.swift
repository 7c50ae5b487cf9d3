// SPDX-License-Identifier: Apache-2.0

import Statistics

/// What a replay is held against.
enum ReplaySchema {
  static let storedStateHash = Relation(
    "stored_state_hash", .table(key: "layer_id, window_start, component_index"), .storage,
    summary: "The state of a component behind the last cycle of a window, hashed.",
    columns: [
      Column("layer_id", "INTEGER NOT NULL", unit: "id", "The layer."),
      Column("window_start", "INTEGER NOT NULL", unit: "cycles", "First cycle of the window."),
      Column("component_index", "INTEGER NOT NULL", unit: "id", "The component."),
      Column("hash", "INTEGER NOT NULL", unit: "id", "The hash as a signed integer."),
    ])

  static let stateHash = Relation(
    "state_hash",
    .view(
      from: """
        FROM stored_layer AS l CROSS JOIN stored_state_hash AS h ON h.layer_id = l.layer_id
        CROSS JOIN stored_component AS c ON c.layer_id = l.layer_id AND c.component_index = h.component_index
        """),
    summary: "The state of a component behind the last cycle of a window, hashed; recorded with events. "
      + "The same program on the same inputs has the same hashes; the first that differ say where two runs part.",
    columns: [
      Column("run_id", "l.run_id", unit: "id", "The run, as in `run`."),
      Column("layer", "l.name", unit: "text", "The layer, as in `layer_summary`."),
      Column("component", "c.name", unit: "text", "The component, as in `component`."),
      Column(
        "window_start", "h.window_start", unit: "cycles",
        "First cycle of the window, a multiple of \(StateHashWindow.cycles), in the core's clock."),
      Column(
        "hash", "printf('%016x', h.hash)", unit: "hexadecimal",
        "Hash over the component's state, what is booked on it, and the messages on its inputs."),
    ])

  static let relations = [storedStateHash, stateHash]
}
