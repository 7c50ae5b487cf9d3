// SPDX-License-Identifier: Apache-2.0

/// Where every lane-cycle went.
enum LedgerSchema {
  static let cause = Relation(
    "cause", .table(key: "cause"),
    summary: "A cause that the ledger knows: the legend of `cycle_ledger.cause`.",
    columns: [
      Column("cause", "TEXT NOT NULL", unit: "text", "Name of the cause."),
      Column("position", "INTEGER NOT NULL", unit: "1", "Place in reports, from 0."),
      Column(
        "kind", "TEXT NOT NULL CHECK (kind IN ('base', 'tax'))", unit: "text",
        "`tax` if lane-cycles under it are lost only because sparsity is supported, else `base`."),
    ])

  static let storedLedger = Relation(
    "stored_ledger", .table(key: "layer_id, entry"), .storage,
    summary: "An entry of a layer's ledger.",
    columns: [
      Column("layer_id", "INTEGER NOT NULL", unit: "id", "The layer."),
      Column("entry", "INTEGER NOT NULL", unit: "1", "Position in the ledger."),
      Column("component", "TEXT NOT NULL", unit: "text", "Owner of the lanes."),
      Column("cause", "TEXT NOT NULL", unit: "text", "The cause."),
      Column("blamed", "TEXT NOT NULL", unit: "text", "Who is at fault."),
      Column("lane_cycles", "INTEGER NOT NULL CHECK (lane_cycles >= 0)", unit: "lane-cycles", "How many."),
      Column(
        "tax_lane_cycles", "INTEGER NOT NULL CHECK (tax_lane_cycles BETWEEN 0 AND lane_cycles)", unit: "lane-cycles",
        "How many of them are sparsity tax."),
    ])

  static let cycleLedger = Relation(
    "cycle_ledger",
    .view(from: "FROM stored_layer AS l CROSS JOIN stored_ledger AS e ON e.layer_id = l.layer_id"),
    summary: "Lane-cycles of one owner that have the same cause and the same culprit. "
      + "Over a layer they sum to lanes x cycles.",
    columns: [
      Column("run_id", "l.run_id", unit: "id", "The run, as in `run`."),
      Column("layer", "l.name", unit: "text", "The layer, as in `layer_summary`."),
      Column("component", "e.component", unit: "text", "The component that owns the lanes."),
      Column("cause", "e.cause", unit: "text", "The one cause of these lane-cycles, as in `cause`."),
      Column(
        "blamed", "e.blamed", unit: "text",
        "The component or link at fault; the owner itself where the lanes did work."),
      Column("lane_cycles", "e.lane_cycles", unit: "lane-cycles", "Number of lanes times cycles."),
      Column(
        "tax_lane_cycles", "e.tax_lane_cycles", unit: "lane-cycles",
        "Those of them that were lost only because sparsity is supported: all under a cause of kind `tax`, and, of "
          + "stalls on operand B between buffer and arrays, what its windows are wider than a dense step's for."),
    ])

  static let relations = [cause, storedLedger, cycleLedger]
}
