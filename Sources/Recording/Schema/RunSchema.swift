// SPDX-License-Identifier: Apache-2.0

/// What is known of a run as a whole, and the explanation of every other column.
enum RunSchema {
  static let run = Relation(
    "run", .table(key: nil),
    summary: "A run: one design on one workload. A file of a sweep holds many.",
    columns: [
      Column("run_id", "INTEGER PRIMARY KEY", unit: "id", "Number of the run in this file, from 1."),
      Column(
        "status", "TEXT NOT NULL CHECK (status IN ('running', 'finished', 'failed'))", unit: "text",
        "`running` (also after a kill), `finished` or `failed`."),
      Column("design", "TEXT NOT NULL", unit: "text", "Name of the simulated design."),
      Column("workload", "TEXT NOT NULL", unit: "text", "Name of the layer trace, or of the GEMM."),
      Column("seed", "INTEGER NOT NULL", unit: "1", "Seed of all synthetic operands."),
      Column("version", "TEXT NOT NULL", unit: "text", "Version of the simulator that made the run."),
      Column("configuration", "TEXT NOT NULL", unit: "text", "The fully resolved configuration of the design."),
      Column(
        "event_hash", "TEXT", unit: "hexadecimal",
        "Hash over the event hashes of the run's layers, in the order of the trace; NULL until finished."),
      Column(
        "result_hash", "TEXT", unit: "hexadecimal",
        "Hash over the result hashes of the run's layers, in the order of the trace; NULL until finished."),
      Column(
        "content_id", "TEXT NOT NULL", unit: "hexadecimal",
        "Hash of configuration, workload and options: runs that must give equal results have equal ids."),
      Column("command", "TEXT NOT NULL", unit: "text", "The command that made the run."),
      Column(
        "record_level", "TEXT NOT NULL", unit: "text",
        "What was recorded: `summary`, `spans`, `events`, or `events:` and the messages that were kept, by cycles or until "
          + "a condition. Relations that need more are empty."),
      Column("layers", "INTEGER NOT NULL", unit: "layers", "Number of layers of the workload, simulated or not yet."),
      Column(
        "energy_table", "TEXT", unit: "text",
        "The table of prices that energy and area follow from, as YAML; NULL if none was applied."),
      Column("message", "TEXT", unit: "text", "Why the run failed; NULL otherwise."),
    ])

  static let metric = Relation(
    "metric", .table(key: "name"),
    summary: "A column of this database, explained.",
    columns: [
      Column("name", "TEXT NOT NULL", unit: "text", "The column, as `table.column`."),
      Column(
        "unit", "TEXT NOT NULL", unit: "text",
        "Unit of its values; `1` for a ratio, `text`, `id`, `hexadecimal` and `0 or 1` for what is no quantity."),
      Column("definition", "TEXT NOT NULL", unit: "text", "What it means."),
      Column(
        "formula", "TEXT", unit: "SQL",
        "How it follows from other columns: an expression for a query on the same table. NULL if it was measured."),
    ])

  static let relations = [run, metric]
}
