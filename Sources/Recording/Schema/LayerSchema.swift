// SPDX-License-Identifier: Apache-2.0

/// A row per layer: its summary, its mapping, its bounds.
enum LayerSchema {
  static let storedLayer = Relation(
    "stored_layer", .table(key: nil, unique: ["run_id, layer_index", "run_id, name"]), .storage,
    summary: "A finished layer. Present if, and only if, everything else of the layer is.",
    columns: [
      Column(
        "layer_id", "INTEGER PRIMARY KEY", unit: "id",
        "Counts the layers of all runs in the file, from 1; the same whatever the order of simulation."),
      Column("run_id", "INTEGER NOT NULL", unit: "id", "The run."),
      Column("layer_index", "INTEGER NOT NULL", unit: "1", "Position in the trace, from 0."),
      Column("name", "TEXT NOT NULL", unit: "text", "The layer's name in the trace."),
      Column("design", "TEXT NOT NULL", unit: "text", "Name of the design."),
      Column("pattern", "TEXT NOT NULL", unit: "text", "Declared pattern of operand A."),
      Column("pattern_executed", "TEXT NOT NULL", unit: "text", "Pattern that the design ran."),
      Column("m", "INTEGER NOT NULL", unit: "1", "Rows of Z."),
      Column("n", "INTEGER NOT NULL", unit: "1", "Columns of Z."),
      Column("k", "INTEGER NOT NULL", unit: "1", "Length of the sums."),
      Column("lanes", "INTEGER NOT NULL", unit: "lanes", "MAC lanes of the design."),
      Column("cycles", "INTEGER NOT NULL", unit: "cycles", "Core clock cycles."),
      Column("macs_effectual", "INTEGER NOT NULL", unit: "MACs", "MACs with two non-zero operands."),
      Column("lane_cycles_active", "INTEGER NOT NULL", unit: "lane-cycles", "Lane-cycles doing a MAC."),
      Column("dram_read_bytes", "INTEGER NOT NULL", unit: "bytes", "Read from DRAM."),
      Column("dram_write_bytes", "INTEGER NOT NULL", unit: "bytes", "Written to DRAM."),
      Column("dense_run_cycles", "INTEGER", unit: "cycles", "Cycles of the dense run, if one was simulated."),
      Column("dense_run_attojoules", "INTEGER", unit: "aJ", "Energy of the dense run, exact."),
      Column("energy_attojoules", "INTEGER", unit: "aJ", "Energy, exact."),
      Column("area_micro_um2", "INTEGER", unit: "1e-6 um2", "Area, exact."),
      Column("clock_ghz", "REAL NOT NULL", unit: "GHz", "Core clock."),
      Column("verified", "INTEGER NOT NULL CHECK (verified IN (0, 1))", unit: "0 or 1", "All checks passed."),
      Column("mapping", "TEXT NOT NULL", unit: "text", "Loop nest."),
      Column(
        "repeat_count", "INTEGER NOT NULL CHECK (repeat_count > 0)", unit: "1", "How often the network runs the layer."),
      Column("event_hash", "TEXT NOT NULL", unit: "hexadecimal", "Hash over the messages."),
      Column("result_hash", "TEXT NOT NULL", unit: "hexadecimal", "Hash over Z."),
      Column("sampled_fraction", "REAL NOT NULL", unit: "1", "Share of Z that was simulated; 1 for all."),
      Column("cycles_error", "REAL NOT NULL", unit: "cycles", "Standard error of the cycles."),
      Column("cycles_margin", "REAL NOT NULL", unit: "cycles", "Half width of their 95 % interval."),
      Column("energy_error_attojoules", "REAL", unit: "aJ", "Standard error of the energy."),
      Column("energy_margin_attojoules", "REAL", unit: "aJ", "Half width of its 95 % interval."),
    ])

  static let layerSummary = Relation(
    "layer_summary",
    .view(from: "FROM stored_layer AS l"),
    summary: "A finished layer of a run.",
    columns: [
      Column("run_id", "l.run_id", unit: "id", "The run, as in `run`."),
      Column("layer", "l.name", unit: "text", "The layer's name in the trace."),
      Column("design", "l.design", unit: "text", "Name of the simulated design."),
      Column("pattern", "l.pattern", unit: "text", "The pattern that operand A is declared to have."),
      Column(
        "pattern_executed", "l.pattern_executed", unit: "text",
        "The pattern that the design ran it by: the sparsest supported one that contains `pattern`."),
      Column("cycles", "l.cycles", unit: "cycles", "Core clock cycles from reset to the last result in DRAM."),
      Column(
        "macs_dense", "l.m * l.n * l.k", unit: "MACs", "Multiplications of the unpadded dense product.",
        formula: "m * n * k"),
      Column("macs_effectual", "l.macs_effectual", unit: "MACs", "Multiplications with both operands non-zero."),
      Column(
        "utilization", "1.0 * l.lane_cycles_active / (l.lanes * l.cycles)", unit: "1",
        "Share of all lane-cycles that did a MAC, effectual or not.",
        formula: "1.0 * lane_cycles_active / (lanes * cycles)"),
      Column(
        "utilization_effectual", "1.0 * l.macs_effectual / (l.lanes * l.cycles)", unit: "1",
        "Share of all lane-cycles that did a MAC with both operands non-zero.",
        formula: "1.0 * macs_effectual / (lanes * cycles)"),
      Column(
        "speedup_vs_dense", "1.0 * (l.m * l.n * l.k) / (l.lanes * l.cycles)", unit: "1",
        "Cycles of an ideal dense machine with as many lanes, over the cycles of this run.",
        formula: "1.0 * macs_dense / (lanes * cycles)"),
      Column(
        "speedup_vs_dense_run", "1.0 * l.dense_run_cycles / l.cycles", unit: "1",
        "Cycles of the same layer really simulated dense, over the cycles of this run; NULL if it was not simulated.",
        formula: "1.0 * dense_run_cycles / cycles"),
      Column(
        "energy_pj", "l.energy_attojoules / 1e6", unit: "pJ",
        "Energy of the layer over all components; NULL if no energy table was applied.",
        formula: "energy_attojoules / 1e6"),
      Column(
        "area_um2", "l.area_micro_um2 / 1e6", unit: "um2",
        "Area of the whole chip without DRAM; NULL if no area table was applied.", formula: "area_micro_um2 / 1e6"),
      Column(
        "edp", "l.energy_attojoules / 1e18 * (l.cycles / (l.clock_ghz * 1e9))", unit: "J*s",
        "Energy-delay product; NULL without energy.",
        formula: "energy_pj / 1e12 * (cycles / (clock_ghz * 1e9))"),
      Column("dram_read_bytes", "l.dram_read_bytes", unit: "bytes", "Bytes read from DRAM."),
      Column("dram_write_bytes", "l.dram_write_bytes", unit: "bytes", "Bytes written to DRAM."),
      Column(
        "bound_cycles", "(SELECT max(b.cycles) FROM stored_bound AS b WHERE b.layer_id = l.layer_id)",
        unit: "cycles", "The largest of the layer's bounds: no run can take fewer cycles.",
        formula: "(SELECT max(b.cycles) FROM bound AS b "
          + "WHERE b.run_id = layer_summary.run_id AND b.layer = layer_summary.layer)"),
      Column(
        "verified", "l.verified", unit: "0 or 1",
        "1 if Z equals the reference product in every element, and ledger and bounds hold. Of a sampled layer: in every "
          + "element that was simulated, and in every part."),
      Column(
        "event_hash", "l.event_hash", unit: "hexadecimal", "Hash over all messages: link, send time and ordinal."),
      Column("result_hash", "l.result_hash", unit: "hexadecimal", "Hash over the values of Z, exact and requantised."),
      Column("layer_index", "l.layer_index", unit: "1", "Position of the layer in the trace, from 0."),
      Column(
        "repeat_count", "l.repeat_count", unit: "1",
        "How often the network runs the layer. It was simulated once; every other column is of one run."),
      Column("m", "l.m", unit: "1", "Rows of A and of Z, unpadded."),
      Column("n", "l.n", unit: "1", "Columns of B and of Z, unpadded."),
      Column("k", "l.k", unit: "1", "Columns of A, rows of B, unpadded."),
      Column("lanes", "l.lanes", unit: "lanes", "MAC lanes of the design."),
      Column(
        "lane_cycles_active", "l.lane_cycles_active", unit: "lane-cycles",
        "Lane-cycles that did a MAC, effectual or not."),
      Column(
        "dense_run_cycles", "l.dense_run_cycles", unit: "cycles",
        "Cycles of the same layer really simulated dense; NULL if it was not simulated."),
      Column("clock_ghz", "l.clock_ghz", unit: "GHz", "Frequency of the core clock."),
      Column(
        "dense_run_energy_pj", "l.dense_run_attojoules / 1e6", unit: "pJ",
        "Energy of the same layer really simulated dense; NULL if it was not simulated."),
      Column("energy_attojoules", "l.energy_attojoules", unit: "aJ", "`energy_pj` as the exact integer."),
      Column("area_micro_um2", "l.area_micro_um2", unit: "1e-6 um2", "`area_um2` as the exact integer."),
      Column(
        "tax_share_cycles",
        """
        coalesce((SELECT sum(e.tax_lane_cycles) FROM stored_ledger AS e WHERE e.layer_id = l.layer_id), 0)
            / (1.0 * l.lanes * l.cycles)
        """, unit: "1", "Share of all lane-cycles that were lost only because sparsity is supported.",
        formula: "coalesce((SELECT sum(t.value) FROM sparsity_tax AS t WHERE t.quantity = 'cycles' "
          + "AND t.run_id = layer_summary.run_id AND t.layer = layer_summary.layer), 0) / (1.0 * lanes * cycles)"),
      Column(
        "tax_share_energy",
        """
        1.0 * (SELECT coalesce(sum(a.attojoules), 0) FROM stored_action AS a
            WHERE a.layer_id = l.layer_id AND a.kind = 'tax') / l.energy_attojoules
        """, unit: "1", "Share of the energy that was spent only because sparsity is supported; NULL without energy.",
        formula: "1.0 * (SELECT coalesce(sum(e.energy_attojoules), 0) FROM energy_breakdown AS e WHERE e.kind = 'tax' "
          + "AND e.run_id = layer_summary.run_id AND e.layer = layer_summary.layer) / energy_attojoules"),
      Column(
        "tax_share_area",
        """
        1.0 * (SELECT coalesce(sum(a.micro_um2), 0) FROM stored_area AS a
            WHERE a.layer_id = l.layer_id AND a.kind = 'tax') / l.area_micro_um2
        """, unit: "1", "Share of the area that is there only because sparsity is supported; NULL without area.",
        formula: "1.0 * (SELECT coalesce(sum(a.area_micro_um2), 0) FROM area_breakdown AS a WHERE a.kind = 'tax' "
          + "AND a.run_id = layer_summary.run_id AND a.layer = layer_summary.layer) / area_micro_um2"),
      Column(
        "sampled_fraction", "l.sampled_fraction", unit: "1",
        "Share of Z's elements that were simulated, and compared with the reference product. 1: the layer was simulated as a "
          + "whole, and all is exact. Less: cycles, ledger, energy, traffic and all other counts are estimates for the whole "
          + "layer, from the parts in `layer_sample`; bounds but `dram_bandwidth` are the whole layer's, exact."),
      Column(
        "cycles_error", "l.cycles_error", unit: "cycles",
        "Standard error of `cycles`; 0 where the layer was simulated as a whole."),
      Column(
        "cycles_margin", "l.cycles_margin", unit: "cycles",
        "Half width of the interval around `cycles` that holds the true number 95 times of 100 (Student's t); 0 where the "
          + "layer was simulated as a whole."),
      Column(
        "energy_error_pj", "l.energy_error_attojoules / 1e6", unit: "pJ",
        "Standard error of `energy_pj`; 0 where the layer was simulated as a whole, NULL without energy."),
      Column(
        "energy_margin_pj", "l.energy_margin_attojoules / 1e6", unit: "pJ",
        "Half width of the 95 % interval of `energy_pj`; 0 where the layer was simulated as a whole, NULL without energy."
      ),
    ])

  static let mapping = Relation(
    "mapping", .view(from: "FROM stored_layer AS l"),
    summary: "How a layer was laid out in space and time.",
    columns: [
      Column("run_id", "l.run_id", unit: "id", "The run, as in `run`."),
      Column("layer", "l.name", unit: "text", "The layer, as in `layer_summary`."),
      Column("mapping", "l.mapping", unit: "text", "The loop nest, a line a level, outermost first."),
    ])

  static let storedBound = Relation(
    "stored_bound", .table(key: "layer_id, kind"), .storage,
    summary: "A bound of a layer.",
    columns: [
      Column("layer_id", "INTEGER NOT NULL", unit: "id", "The layer."),
      Column("kind", "TEXT NOT NULL", unit: "text", "What bounds it."),
      Column("cycles", "INTEGER NOT NULL", unit: "cycles", "The bound."),
    ])

  static let bound = Relation(
    "bound",
    .view(from: "FROM stored_layer AS l CROSS JOIN stored_bound AS b ON b.layer_id = l.layer_id"),
    summary: "A number of cycles that no run of the layer can beat. An estimate of a sampled layer may, by its error.",
    columns: [
      Column("run_id", "l.run_id", unit: "id", "The run, as in `run`."),
      Column("layer", "l.name", unit: "text", "The layer, as in `layer_summary`."),
      Column(
        "kind", "b.kind", unit: "text",
        "What bounds the run: `compute`, `hss_closed_form`, `glb_port`, `noc`, `dram_bandwidth`, `compulsory_traffic`."),
      Column("cycles", "b.cycles", unit: "cycles", "The bound, in core clock cycles."),
    ])

  static let relations = [storedLayer, storedBound, layerSummary, mapping, bound]
}
