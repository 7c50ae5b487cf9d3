// SPDX-License-Identifier: Apache-2.0

/// Energy and area, and what of them, and of the cycles, is the price of supporting sparsity.
enum CostSchema {
  static let storedAction = Relation(
    "stored_action", .table(key: "layer_id, action_index"), .storage,
    summary: "An action of a component, counted over a layer.",
    columns: [
      Column("layer_id", "INTEGER NOT NULL", unit: "id", "The layer."),
      Column("action_index", "INTEGER NOT NULL", unit: "1", "Position in the layer's statistics."),
      Column("component", "TEXT NOT NULL", unit: "text", "Who acts."),
      Column("action", "TEXT NOT NULL", unit: "text", "What it does."),
      Column("count", "INTEGER NOT NULL", unit: "actions", "How often."),
      Column("bits", "INTEGER NOT NULL", unit: "bits", "Bits per action."),
      Column("kind", "TEXT NOT NULL CHECK (kind IN ('base', 'tax'))", unit: "text", "Base or tax."),
      Column("rank", "INTEGER", unit: "1", "The rank that causes a tax."),
      Column("attojoules", "INTEGER", unit: "aJ", "Energy of all these actions, exact; NULL without a table."),
    ])

  static let storedArea = Relation(
    "stored_area", .table(key: "layer_id, area_index"), .storage,
    summary: "A piece of the chip's area.",
    columns: [
      Column("layer_id", "INTEGER NOT NULL", unit: "id", "The layer."),
      Column("area_index", "INTEGER NOT NULL", unit: "1", "Position in the layer's costs."),
      Column("component", "TEXT NOT NULL", unit: "text", "Whose area."),
      Column("part", "TEXT NOT NULL", unit: "text", "What occupies it."),
      Column("kind", "TEXT NOT NULL CHECK (kind IN ('base', 'tax'))", unit: "text", "Base or tax."),
      Column("rank", "INTEGER", unit: "1", "The rank that causes a tax."),
      Column("micro_um2", "INTEGER NOT NULL", unit: "1e-6 um2", "Area, exact."),
    ])

  static let energyBreakdown = Relation(
    "energy_breakdown",
    .view(from: "FROM stored_layer AS l CROSS JOIN stored_action AS a ON a.layer_id = l.layer_id"),
    summary: "An action of a component, with its energy. Over a layer the energies sum to `layer_summary.energy_pj`.",
    columns: [
      Column("run_id", "l.run_id", unit: "id", "The run, as in `run`."),
      Column("layer", "l.name", unit: "text", "The layer, as in `layer_summary`."),
      Column("component", "a.component", unit: "text", "The component that acts."),
      Column("action", "a.action", unit: "text", "The action, e.g. `data_read`."),
      Column("count", "a.count", unit: "actions", "How often the component did it in the layer."),
      Column(
        "energy_pj", "a.attojoules / 1e6", unit: "pJ",
        "Energy of all these actions; NULL if no energy table was applied.", formula: "energy_attojoules / 1e6"),
      Column(
        "kind", "a.kind", unit: "text", "`tax` if the action exists only because sparsity is supported, else `base`."),
      Column("bits", "a.bits", unit: "bits", "Bits moved or processed by one action."),
      Column("rank", "a.rank", unit: "1", "The HSS rank that causes a tax; NULL where none does."),
      Column("energy_attojoules", "a.attojoules", unit: "aJ", "`energy_pj` as the exact integer."),
    ])

  static let areaBreakdown = Relation(
    "area_breakdown",
    .view(from: "FROM stored_layer AS l CROSS JOIN stored_area AS a ON a.layer_id = l.layer_id"),
    summary: "A piece of the chip's area. Over a layer the pieces sum to `layer_summary.area_um2`.",
    columns: [
      Column("run_id", "l.run_id", unit: "id", "The run, as in `run`."),
      Column("layer", "l.name", unit: "text", "The layer, as in `layer_summary`."),
      Column("component", "a.component", unit: "text", "The component that occupies it."),
      Column("part", "a.part", unit: "text", "The parts of the component that occupy it, e.g. `rank1_multiplexers`."),
      Column("area_um2", "a.micro_um2 / 1e6", unit: "um2", "Area of the piece.", formula: "area_micro_um2 / 1e6"),
      Column(
        "kind", "a.kind", unit: "text", "`tax` if it exists only because sparsity is supported, else `base`."),
      Column("rank", "a.rank", unit: "1", "The HSS rank that causes a tax; NULL where none does."),
      Column("area_micro_um2", "a.micro_um2", unit: "1e-6 um2", "`area_um2` as the exact integer."),
    ])

  static let sparsityTax = Relation(
    "sparsity_tax",
    .union([
      """
      SELECT l.run_id, l.name, e.blamed,
        (SELECT CASE WHEN count(DISTINCT a.rank) = 1 AND count(a.rank) = count(*) THEN max(a.rank) END
          FROM stored_action AS a WHERE a.layer_id = l.layer_id AND a.component = e.blamed),
        'cycles', 'lane-cycles', sum(e.tax_lane_cycles), 1.0 * sum(e.tax_lane_cycles) / (l.lanes * l.cycles)
      FROM stored_layer AS l CROSS JOIN stored_ledger AS e ON e.layer_id = l.layer_id
      WHERE e.tax_lane_cycles > 0
      GROUP BY l.layer_id, e.blamed
      """,
      """
      SELECT l.run_id, l.name, a.component, a.rank, 'energy', 'pJ', sum(a.attojoules) / 1e6,
        1.0 * sum(a.attojoules) / l.energy_attojoules
      FROM stored_layer AS l CROSS JOIN stored_action AS a ON a.layer_id = l.layer_id
      WHERE a.kind = 'tax' AND a.attojoules IS NOT NULL
      GROUP BY l.layer_id, a.component, a.rank
      """,
      """
      SELECT l.run_id, l.name, a.component, a.rank, 'area', 'um2', sum(a.micro_um2) / 1e6,
        1.0 * sum(a.micro_um2) / l.area_micro_um2
      FROM stored_layer AS l CROSS JOIN stored_area AS a ON a.layer_id = l.layer_id
      WHERE a.kind = 'tax'
      GROUP BY l.layer_id, a.component, a.rank
      """,
    ]),
    summary: "What one component, and one rank of sparsity where a rank causes it, costs a layer in cycles, energy or "
      + "area only because sparsity is supported.",
    columns: [
      Column("run_id", "", unit: "id", "The run, as in `run`."),
      Column("layer", "", unit: "text", "The layer, as in `layer_summary`."),
      Column(
        "component", "", unit: "text",
        "The component that exists, or acts, for sparsity; for cycles, the one that the ledger blames."),
      Column("rank", "", unit: "1", "The HSS rank that causes the tax; NULL where none does."),
      Column("quantity", "", unit: "text", "What is paid: `cycles`, `energy` or `area`."),
      Column("unit", "", unit: "text", "Unit of `value`: `lane-cycles`, `pJ` or `um2`."),
      Column(
        "value", "", unit: "see `unit`",
        "How much: `cycle_ledger.tax_lane_cycles`, energy of actions or area of parts of kind `tax`."),
      Column(
        "share", "", unit: "1", "`value` over the layer's total of that quantity.",
        formula: "value / (SELECT CASE quantity WHEN 'cycles' THEN 1.0 * l.lanes * l.cycles "
          + "WHEN 'energy' THEN l.energy_pj ELSE l.area_um2 END FROM layer_summary AS l "
          + "WHERE l.run_id = sparsity_tax.run_id AND l.layer = sparsity_tax.layer)"),
    ])

  static let sparsityGain = Relation(
    "sparsity_gain",
    .union([
      """
      SELECT l.run_id, l.name, 'cycles', 'cycles', l.cycles, l.dense_run_cycles, l.dense_run_cycles - l.cycles,
        1.0 * l.dense_run_cycles / l.cycles
      FROM stored_layer AS l WHERE l.dense_run_cycles IS NOT NULL
      """,
      """
      SELECT l.run_id, l.name, 'energy', 'pJ', l.energy_attojoules / 1e6, l.dense_run_attojoules / 1e6,
        (l.dense_run_attojoules - l.energy_attojoules) / 1e6, 1.0 * l.dense_run_attojoules / l.energy_attojoules
      FROM stored_layer AS l WHERE l.dense_run_attojoules IS NOT NULL
      """,
    ]),
    summary: "What the tax buys: a layer against the same layer on the same design, really simulated dense "
      + "(`hssim simulate --against dense`); empty where that was not asked for.",
    columns: [
      Column("run_id", "", unit: "id", "The run, as in `run`."),
      Column("layer", "", unit: "text", "The layer, as in `layer_summary`."),
      Column("quantity", "", unit: "text", "What is saved: `cycles` or `energy`."),
      Column("unit", "", unit: "text", "Unit of the values: `cycles` or `pJ`."),
      Column("value", "", unit: "see `unit`", "What the run took."),
      Column("dense_value", "", unit: "see `unit`", "What the dense run took."),
      Column("saved", "", unit: "see `unit`", "The difference; negative where sparsity costs more than it saves."),
      Column("ratio", "", unit: "1", "The dense run's over the run's.", formula: "1.0 * dense_value / value"),
    ])

  static let relations = [storedAction, storedArea, energyBreakdown, areaBreakdown, sparsityTax, sparsityGain]
}
