// SPDX-License-Identifier: Apache-2.0

/// A row per run: what its layers come to, each counted as often as the network runs it.
enum TotalSchema {
  static let runTotal = Relation(
    "run_total",
    .view(from: "FROM stored_layer AS l GROUP BY l.run_id"),
    summary: "What the finished layers of a run come to, each as often as the network runs it, one after the other.",
    columns: [
      Column("run_id", "l.run_id", unit: "id", "The run, as in `run`."),
      Column("design", "max(l.design)", unit: "text", "Name of the simulated design."),
      Column(
        "layers", "count(*)", unit: "layers", "Layers that are finished.", formula: sum(of: "1", apart: true)),
      Column(
        "layer_runs", "sum(l.repeat_count)", unit: "layers", "How many layers the network runs, repetitions counted.",
        formula: sum(of: "1")),
      Column(
        "cycles", "sum(l.repeat_count * l.cycles)", unit: "cycles", "Core clock cycles.", formula: sum(of: "cycles")),
      Column(
        "seconds", "sum(l.repeat_count * (l.cycles / (l.clock_ghz * 1e9)))", unit: "s", "Time that those cycles take.",
        formula: sum(of: "(cycles / (clock_ghz * 1e9))")),
      Column(
        "macs_dense", "sum(l.repeat_count * (l.m * l.n * l.k))", unit: "MACs",
        "Multiplications of the unpadded dense products.", formula: sum(of: "macs_dense")),
      Column(
        "macs_effectual", "sum(l.repeat_count * l.macs_effectual)", unit: "MACs",
        "Multiplications with both operands non-zero.", formula: sum(of: "macs_effectual")),
      Column(
        "utilization", "1.0 * sum(l.repeat_count * l.lane_cycles_active) / sum(l.repeat_count * (l.lanes * l.cycles))",
        unit: "1", "Share of all lane-cycles that did a MAC, effectual or not.",
        formula: "1.0 * \(sum(of: "lane_cycles_active")) / \(sum(of: "(lanes * cycles)"))"),
      Column(
        "energy_pj",
        "CASE WHEN count(l.energy_attojoules) = count(*) "
          + "THEN sum(l.repeat_count * (l.energy_attojoules / 1e6)) END", unit: "pJ",
        "Energy over all components; NULL if no energy table was applied.", formula: sum(of: "energy_pj")),
      Column(
        "edp",
        "CASE WHEN count(l.energy_attojoules) = count(*) "
          + "THEN sum(l.repeat_count * (l.energy_attojoules / 1e18)) "
          + "* sum(l.repeat_count * (l.cycles / (l.clock_ghz * 1e9))) END", unit: "J*s",
        "Energy of the whole times time of the whole, which is not the sum of the layers' products; NULL without energy.",
        formula: "energy_pj / 1e12 * seconds"),
      Column(
        "area_um2", "max(l.area_micro_um2) / 1e6", unit: "um2",
        "Area of the whole chip without DRAM; NULL if no area table was applied.",
        formula: "(SELECT max(s.area_um2) FROM layer_summary AS s WHERE s.run_id = run_total.run_id)"),
      Column(
        "dram_read_bytes", "sum(l.repeat_count * l.dram_read_bytes)", unit: "bytes", "Bytes read from DRAM.",
        formula: sum(of: "dram_read_bytes")),
      Column(
        "dram_write_bytes", "sum(l.repeat_count * l.dram_write_bytes)", unit: "bytes", "Bytes written to DRAM.",
        formula: sum(of: "dram_write_bytes")),
      Column(
        "sampled_layers", "sum(l.sampled_fraction < 1)", unit: "layers",
        "Layers of which only a share was simulated: the totals are as uncertain as theirs.",
        formula: sum(of: "(sampled_fraction < 1)", apart: true)),
    ])

  /// The sum of an expression over the layers of the run, in columns of `layer_summary`.
  ///
  /// - Parameter apart: whether a layer counts once, however often the network runs it.
  private static func sum(of expression: String, apart: Bool = false) -> String {
    let term = apart ? expression : expression == "1" ? "repeat_count" : "repeat_count * \(expression)"
    return "(SELECT sum(\(term)) FROM layer_summary AS s WHERE s.run_id = run_total.run_id)"
  }

  static let relations = [runTotal]
}
