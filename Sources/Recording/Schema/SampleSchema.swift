// SPDX-License-Identifier: Apache-2.0

/// A row per part of a layer of which only a share was simulated.
enum SampleSchema {
  static let storedSample = Relation(
    "stored_sample", .table(key: "layer_id, part"), .storage,
    summary: "A part of a sampled layer.",
    columns: [
      Column("layer_id", "INTEGER NOT NULL", unit: "id", "The layer."),
      Column("part", "INTEGER NOT NULL", unit: "1", "Position among the parts, from 0."),
      Column("first", "INTEGER NOT NULL", unit: "1", "First row, or column."),
      Column("rows", "INTEGER NOT NULL", unit: "1", "Rows of Z."),
      Column("columns", "INTEGER NOT NULL", unit: "1", "Columns of Z."),
      Column("weight", "REAL NOT NULL", unit: "1", "Factor of its counts."),
      Column("cycles", "INTEGER NOT NULL", unit: "cycles", "Core clock cycles."),
      Column("attojoules", "INTEGER", unit: "aJ", "Energy, exact."),
      Column("event_hash", "TEXT NOT NULL", unit: "hexadecimal", "Hash over the messages."),
      Column("result_hash", "TEXT NOT NULL", unit: "hexadecimal", "Hash over Z."),
    ])

  static let layerSample = Relation(
    "layer_sample",
    .view(from: "FROM stored_layer AS l CROSS JOIN stored_sample AS s ON s.layer_id = l.layer_id"),
    summary:
      "A part of a layer that was simulated in its place (`--sample`), exactly, as a layer by itself. A count of the "
      + "whole is the sum of the parts' counts, each times `weight`, but for rounding; cycles may have been raised to a bound of "
      + "memory. Empty for layers that were simulated "
      + "as a whole.",
    columns: [
      Column("run_id", "l.run_id", unit: "id", "The run, as in `run`."),
      Column("layer", "l.name", unit: "text", "The layer, as in `layer_summary`."),
      Column(
        "part", "s.part", unit: "1",
        "0: the layer's beginning. Then two for each stratum: units until the machine has settled and a segment of the "
          + "stratum behind them, and those units alone."),
      Column(
        "first", "s.first", unit: "1",
        "First row of Z that was simulated; first column where all parts have all rows."),
      Column("rows", "s.rows", unit: "1", "Rows of Z that were simulated."),
      Column("columns", "s.columns", unit: "1", "Columns of Z that were simulated."),
      Column(
        "weight", "s.weight", unit: "1",
        "Factor of the part's counts: 1 for the first; then the stratum's size over the segment's, and the same negative."
      ),
      Column("cycles", "s.cycles", unit: "cycles", "Core clock cycles of the part."),
      Column(
        "energy_pj", "s.attojoules / 1e6", unit: "pJ", "Energy of the part; NULL if no energy table was applied.",
        formula: "energy_attojoules / 1e6"),
      Column("event_hash", "s.event_hash", unit: "hexadecimal", "Hash over the part's messages."),
      Column("result_hash", "s.result_hash", unit: "hexadecimal", "Hash over the part's values of Z."),
      Column("energy_attojoules", "s.attojoules", unit: "aJ", "`energy_pj` as the exact integer."),
    ])

  static let relations = [storedSample, layerSample]
}
