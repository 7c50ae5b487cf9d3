// SPDX-License-Identifier: Apache-2.0

import Statistics

/// What every component did, and when.
///
/// Spans and windows come by the million. Each is one number, made of several by mixed radix, and a row holds many of them
/// as a JSON array, which the views take apart with `json_each`.
enum ActivitySchema {
  /// Cycles of the longest stored span; longer ones are split. The number of rows of `stored_offset`.
  static let longestSpan = ActivityLog.longestSpan

  /// Cycles of a row of `utilization_window`, in the component's own clock; the last of a layer may be shorter.
  static let windowCycles: Int64 = 1024

  /// Windows of a row of `stored_window`, at most.
  static let windowsOfRow = 256

  /// More than a window has cycles: what the counts of a window are digits of.
  static let windowRadix = windowCycles + 1

  static let activity = Relation(
    "activity", .table(key: nil),
    summary: "Something that a component can be doing: the legend of `cycle_activity.activity`.",
    columns: [
      Column("activity_id", "INTEGER PRIMARY KEY", unit: "id", "Its number, in this order."),
      Column("activity", "TEXT NOT NULL", unit: "text", "Name of the activity."),
    ])

  static let storedOffset = Relation(
    "stored_offset", .table(key: nil), .storage,
    summary: "The integers from 0 to \(longestSpan - 1), with which `cycle_activity` expands spans.",
    columns: [Column("cycle_offset", "INTEGER PRIMARY KEY", unit: "cycles", "The integer.")])

  static let storedComponent = Relation(
    "stored_component", .table(key: "layer_id, component_index", unique: ["layer_id, name"]), .storage,
    summary: "A component over a layer.",
    columns: [
      Column("layer_id", "INTEGER NOT NULL", unit: "id", "The layer."),
      Column("component_index", "INTEGER NOT NULL", unit: "id", "Position in the layer's statistics."),
      Column("name", "TEXT NOT NULL", unit: "text", "Its name."),
      Column("clock_domain", "TEXT NOT NULL", unit: "text", "Its clock."),
      Column("clock_period_fs", "INTEGER NOT NULL", unit: "fs", "Time of a cycle."),
      Column("cycles", "INTEGER NOT NULL", unit: "cycles", "Length of the layer."),
      Column("busy_cycles", "INTEGER NOT NULL", unit: "cycles", "Busy."),
      Column("starved_cycles", "INTEGER NOT NULL", unit: "cycles", "Waiting for input."),
      Column("backpressured_cycles", "INTEGER NOT NULL", unit: "cycles", "Waiting for output."),
      Column("idle_cycles", "INTEGER NOT NULL", unit: "cycles", "Without work."),
    ])

  static let storedSymbol = Relation(
    "stored_symbol", .table(key: "layer_id, component_index, symbol"), .storage,
    summary: "Something that a component did in a layer, numbered from 0 by when it first did it.",
    columns: [
      Column("layer_id", "INTEGER NOT NULL", unit: "id", "The layer."),
      Column("component_index", "INTEGER NOT NULL", unit: "id", "The component."),
      Column("symbol", "INTEGER NOT NULL", unit: "id", "Its number."),
      Column("activity", "TEXT NOT NULL", unit: "text", "What it did, as in `activity`."),
      Column("link", "TEXT", unit: "text", "The link that it waited for; NULL for none."),
    ])

  static let storedSpan = Relation(
    "stored_span", .table(key: "layer_id, component_index, start"), .storage,
    summary: "Stretches in which a component did the same thing, one behind the other, each of at most "
      + "\(longestSpan) cycles. The rows of a component tile the layer.",
    columns: [
      Column("layer_id", "INTEGER NOT NULL", unit: "id", "The layer."),
      Column("component_index", "INTEGER NOT NULL", unit: "id", "The component."),
      Column("start", "INTEGER NOT NULL", unit: "cycles", "First cycle, in the component's clock."),
      Column("cycles", "INTEGER NOT NULL", unit: "cycles", "Length of all of them."),
      Column("symbols", "INTEGER NOT NULL", unit: "1", "Number of symbols of the component."),
      Column(
        "spans", "TEXT NOT NULL", unit: "text",
        "An array of one number for each: ((its length - 1) * `cycles` + its start - `start`) * `symbols` + its symbol."
      ),
    ])

  static let storedWindow = Relation(
    "stored_window", .table(key: "layer_id, component_index, window_start"), .storage,
    summary: "A component over windows of \(windowCycles) cycles, at most \(windowsOfRow) of them.",
    columns: [
      Column("layer_id", "INTEGER NOT NULL", unit: "id", "The layer."),
      Column("component_index", "INTEGER NOT NULL", unit: "id", "The component."),
      Column("window_start", "INTEGER NOT NULL", unit: "cycles", "First cycle."),
      Column(
        "windows", "TEXT NOT NULL", unit: "text",
        "An array of one number for each: (cycles waiting for output * \(windowRadix) + waiting for input) * "
          + "\(windowRadix) + busy."),
    ])

  static let component = Relation(
    "component", .view(from: componentJoin),
    summary: "A component over a layer, in cycles of its own clock.",
    columns: identity + [
      Column("cycles", "c.cycles", unit: "cycles", "Length of the layer."),
      Column("busy_cycles", "c.busy_cycles", unit: "cycles", "Cycles in which it did work."),
      Column("starved_cycles", "c.starved_cycles", unit: "cycles", "Cycles in which it waited for a message."),
      Column(
        "backpressured_cycles", "c.backpressured_cycles", unit: "cycles", "Cycles in which it waited for a slot."),
      Column(
        "idle_cycles", "c.idle_cycles", unit: "cycles", "Cycles in which it had nothing to do.",
        formula: "cycles - busy_cycles - starved_cycles - backpressured_cycles"),
      Column(
        "utilization", "1.0 * c.busy_cycles / c.cycles", unit: "1", "Share of the layer in which it did work.",
        formula: "1.0 * busy_cycles / cycles"),
      Column("clock_period_fs", "c.clock_period_fs", unit: "fs", "Time of a cycle of its clock."),
    ])

  static let activitySpan = Relation(
    "activity_span",
    .view(from: spanJoin()),
    summary: "A stretch of at most \(longestSpan) cycles in which a component did the same thing. "
      + "Fast to aggregate: `sum(cycles)` here equals `count(*)` over `cycle_activity`.",
    columns: identity + [
      Column("start", "\(spanStart)", unit: "cycles", "First cycle of the stretch, from 0."),
      Column("cycles", "\(spanLength)", unit: "cycles", "Length, 1 to \(longestSpan)."),
      Column("activity", "y.activity", unit: "text", "What it did, as in `activity`."),
      Column("link", "y.link", unit: "text", "The link that it waited for, as in `link`; NULL if it did not wait."),
    ])

  static let cycleActivity = Relation(
    "cycle_activity",
    .view(from: spanJoin(and: "CROSS JOIN stored_offset AS o ON o.cycle_offset < \(spanLength)")),
    summary: "A component in one cycle of its own clock. Filter by component, or aggregate `activity_span` instead.",
    columns: identity + [
      Column("cycle", "\(spanStart) + o.cycle_offset", unit: "cycles", "The cycle, from 0 at the layer's reset."),
      Column("activity", "y.activity", unit: "text", "What it did, as in `activity`."),
      Column("link", "y.link", unit: "text", "The link that it waited for, as in `link`; NULL if it did not wait."),
    ])

  static let utilizationWindow = Relation(
    "utilization_window",
    .view(
      from: componentJoin + """

        CROSS JOIN stored_window AS w ON w.layer_id = c.layer_id AND w.component_index = c.component_index
        CROSS JOIN json_each(w.windows) AS j
        """),
    summary: "A component over a window of \(windowCycles) cycles of its own clock. "
      + "The windows of a component tile the layer.",
    columns: [
      Column("run_id", "l.run_id", unit: "id", "The run, as in `run`."),
      Column("layer", "l.name", unit: "text", "The layer, as in `layer_summary`."),
      Column("component", "c.name", unit: "text", "The component, as in `component`."),
      Column(
        "window_start", "\(windowStart)", unit: "cycles", "First cycle of the window, a multiple of \(windowCycles)."),
      Column(
        "window_cycles", windowLength, unit: "cycles",
        "Length of the window: \(windowCycles), or what is left of the layer.",
        formula: "min(\(windowCycles), (SELECT c.cycles FROM component AS c "
          + "WHERE c.run_id = utilization_window.run_id AND c.layer = utilization_window.layer "
          + "AND c.component = utilization_window.component) - window_start)"),
      Column("busy_cycles", "j.value % \(windowRadix)", unit: "cycles", "Cycles of the window in which it did work."),
      Column(
        "utilization", "1.0 * (j.value % \(windowRadix)) / \(windowLength)", unit: "1",
        "Share of the window in which it did work.", formula: "1.0 * busy_cycles / window_cycles"),
      Column("clock_domain", "c.clock_domain", unit: "text", "The clock that its cycles count."),
      Column(
        "starved_cycles", "j.value / \(windowRadix) % \(windowRadix)", unit: "cycles",
        "Cycles of the window in which it waited for a message."),
      Column(
        "backpressured_cycles", "j.value / \(windowRadix * windowRadix)", unit: "cycles",
        "Cycles of the window in which it waited for a slot."),
    ])

  static let relations = [
    activity, storedOffset, storedComponent, storedSymbol, storedSpan, storedWindow, component, activitySpan,
    cycleActivity,
    utilizationWindow,
  ]

  private static let identity = [
    Column("run_id", "l.run_id", unit: "id", "The run, as in `run`."),
    Column("layer", "l.name", unit: "text", "The layer, as in `layer_summary`."),
    Column("component", "c.name", unit: "text", "The component, e.g. `PEArray[0]`."),
    Column("clock_domain", "c.clock_domain", unit: "text", "The clock that its cycles count."),
  ]

  /// CROSS JOIN keeps SQLite from reordering: the few layers and components come first, then their spans by key.
  private static let componentJoin =
    "FROM stored_layer AS l CROSS JOIN stored_component AS c ON c.layer_id = l.layer_id"

  private static let spanStart = "s.start + j.value / s.symbols % s.cycles"
  private static let spanLength = "j.value / s.symbols / s.cycles + 1"
  private static let windowStart = "w.window_start + j.key * \(windowCycles)"
  private static let windowLength = "min(\(windowCycles), c.cycles - (\(windowStart)))"

  /// - Parameter join: what else each span is joined to, before its symbol is looked up.
  private static func spanJoin(and join: String? = nil) -> String {
    [
      componentJoin,
      "CROSS JOIN stored_span AS s ON s.layer_id = c.layer_id AND s.component_index = c.component_index",
      "CROSS JOIN json_each(s.spans) AS j", join,
      "CROSS JOIN stored_symbol AS y",
      "  ON y.layer_id = s.layer_id AND y.component_index = s.component_index AND y.symbol = j.value % s.symbols",
    ].compactMap(\.self).joined(separator: "\n")
  }
}
