// SPDX-License-Identifier: Apache-2.0

/// What the DRAM channels did.
enum DRAMSchema {
  static let storedDRAM = Relation(
    "stored_dram", .table(key: "layer_id, channel"), .storage,
    summary: "A DRAM channel over a layer.",
    columns: [
      Column("layer_id", "INTEGER NOT NULL", unit: "id", "The layer."),
      Column("channel", "INTEGER NOT NULL", unit: "id", "The channel."),
      Column("requests", "INTEGER NOT NULL", unit: "requests", "Reads and writes."),
      Column("reads", "INTEGER NOT NULL", unit: "requests", "Reads."),
      Column("writes", "INTEGER NOT NULL", unit: "requests", "Writes."),
      Column("read_bytes", "INTEGER NOT NULL", unit: "bytes", "Read."),
      Column("write_bytes", "INTEGER NOT NULL", unit: "bytes", "Written."),
      Column("cycles", "INTEGER NOT NULL", unit: "cycles", "Length of the layer."),
      Column("bandwidth_gb_per_s", "REAL NOT NULL", unit: "GB/s", "Mean bandwidth."),
      Column("latency_mean", "REAL NOT NULL", unit: "cycles", "Mean latency."),
      Column("latency_p50", "INTEGER NOT NULL", unit: "cycles", "Median latency."),
      Column("latency_p99", "INTEGER NOT NULL", unit: "cycles", "99th percentile."),
      Column("latency_max", "INTEGER NOT NULL", unit: "cycles", "Longest latency."),
      Column("row_hits", "INTEGER", unit: "requests", "Row open."),
      Column("row_misses", "INTEGER", unit: "requests", "Bank closed."),
      Column("row_conflicts", "INTEGER", unit: "requests", "Other row open."),
      Column("activates", "INTEGER", unit: "commands", "ACT."),
      Column("precharges", "INTEGER", unit: "commands", "PRE."),
      Column("refreshes", "INTEGER", unit: "commands", "REF."),
    ])

  static let dramSummary = Relation(
    "dram_summary",
    .view(from: "FROM stored_layer AS l CROSS JOIN stored_dram AS d ON d.layer_id = l.layer_id"),
    summary: "A DRAM channel over a layer, in cycles of its own clock.",
    columns: [
      Column("run_id", "l.run_id", unit: "id", "The run, as in `run`."),
      Column("layer", "l.name", unit: "text", "The layer, as in `layer_summary`."),
      Column("channel", "d.channel", unit: "id", "Number of the channel, from 0."),
      Column("requests", "d.requests", unit: "requests", "Requests served.", formula: "reads + writes"),
      Column("reads", "d.reads", unit: "requests", "Read requests served."),
      Column("writes", "d.writes", unit: "requests", "Write requests served."),
      Column("cycles", "d.cycles", unit: "cycles", "Length of the layer in the channel's clock."),
      Column("bandwidth_gb_per_s", "d.bandwidth_gb_per_s", unit: "GB/s", "Bytes moved over the length of the layer."),
      Column(
        "latency_mean", "d.latency_mean", unit: "cycles", "Mean time from a request's arrival to its last data."),
      Column("latency_p50", "d.latency_p50", unit: "cycles", "Median of that latency."),
      Column("latency_p99", "d.latency_p99", unit: "cycles", "99th percentile of that latency."),
      Column("latency_max", "d.latency_max", unit: "cycles", "The longest of these latencies."),
      Column(
        "row_hits", "d.row_hits", unit: "requests",
        "Requests that found their row open; NULL, like all row and command counts, where the model has no rows."),
      Column("row_misses", "d.row_misses", unit: "requests", "Requests that found their bank closed."),
      Column("row_conflicts", "d.row_conflicts", unit: "requests", "Requests that found another row open."),
      Column("activates", "d.activates", unit: "commands", "Activate commands."),
      Column("precharges", "d.precharges", unit: "commands", "Precharge commands."),
      Column("refreshes", "d.refreshes", unit: "commands", "Refresh commands."),
      Column("read_bytes", "d.read_bytes", unit: "bytes", "Bytes read."),
      Column("write_bytes", "d.write_bytes", unit: "bytes", "Bytes written."),
    ])

  static let relations = [storedDRAM, dramSummary]
}
