// SPDX-License-Identifier: Apache-2.0
import Recording

/// A run for ui.perfetto.dev, in either of the forms that it reads.
///
/// A layer is a process, a component a thread of it. Utilization and the fill of links are counters, messages arrows from the
/// sender's thread to the receiver's.
struct PerfettoTrace {
  private let file: String
  private let run: Int64
  private let layers: [Layer]

  private struct Layer {
    let identifier: Int64
    let name: String
    /// Femtoseconds of a cycle of the core's clock.
    let period: Int64
    /// By index.
    let components: [(name: String, period: Int64)]

    /// The thread of a component.
    func thread(_ index: Int64) -> TraceThread { TraceThread(process: identifier, number: index + 1) }
  }

  init(of file: String, run: Int64, layer: String?) throws {
    self.file = file
    self.run = run
    let rows = try QueryAnswer(
      of: """
        SELECT layer_id, name, CAST(round(1e6 / clock_ghz) AS INTEGER) FROM stored_layer
        WHERE run_id = :run AND (:layer IS NULL OR name = :layer) ORDER BY layer_index
        """, named: "layers", on: file,
      parameters: ["run": .integer(run), "layer": layer.map { .text($0) } ?? .null]
    ).rows
    layers = try rows.map { row in
      let components = try QueryAnswer(
        of: "SELECT name, clock_period_fs FROM stored_component WHERE layer_id = :id ORDER BY component_index",
        named: "components", on: file, parameters: ["id": row[0]])
      return Layer(
        identifier: Self.number(row[0]), name: Self.text(row[1]), period: Self.number(row[2]),
        components: components.rows.map { (Self.text($0[0]), Self.number($0[1])) })
    }
  }

  /// The whole trace.
  func bytes(in form: some TraceForm) throws -> [UInt8] {
    var form = form
    for layer in layers {
      form.add(process: layer.identifier, name: layer.name)
      for (index, component) in layer.components.enumerated() {
        form.add(thread: layer.thread(Int64(index)), name: component.name)
      }
      try addSpans(of: layer, to: &form)
      try addUtilization(of: layer, to: &form)
      try addMessages(of: layer, to: &form)
    }
    return form.bytes()
  }

  private func addSpans(of layer: Layer, to form: inout some TraceForm) throws {
    let spans = try rows(
      """
      SELECT c.component_index, s.start, s.cycles, s.activity, s.link
      FROM stored_layer AS l CROSS JOIN stored_component AS c ON c.layer_id = l.layer_id
      CROSS JOIN activity_span AS s ON s.run_id = l.run_id AND s.layer = l.name AND s.component = c.name
      WHERE l.layer_id = :id ORDER BY c.component_index, s.start
      """, of: layer)
    for span in spans {
      let (index, start, cycles) = (Self.number(span[0]), Self.number(span[1]), Self.number(span[2]))
      let period = layer.components[Int(index)].period
      let waits = Self.text(span[4])
      form.add(
        TraceSpan(
          thread: layer.thread(index), name: Self.text(span[3]), start: start * period, duration: cycles * period,
          cycle: start, cycles: cycles, link: waits.isEmpty ? nil : waits))
    }
  }

  private func addUtilization(of layer: Layer, to form: inout some TraceForm) throws {
    let windows = try numbers(
      """
      SELECT c.component_index, w.window_start, w.busy_cycles, w.window_cycles
      FROM stored_layer AS l CROSS JOIN stored_component AS c ON c.layer_id = l.layer_id
      CROSS JOIN utilization_window AS w ON w.run_id = l.run_id AND w.layer = l.name AND w.component = c.name
      WHERE l.layer_id = :id ORDER BY c.component_index, w.window_start
      """, of: layer)
    for window in windows {
      let component = layer.components[Int(window[0])]
      form.add(
        TraceCounter(
          process: layer.identifier, name: "\(component.name) utilization", time: window[1] * component.period,
          cycle: window[1], value: .real(Double(window[2]) / Double(window[3]))))
    }
  }

  private func addMessages(of layer: Layer, to form: inout some TraceForm) throws {
    let messages = try numbers(
      """
      SELECT m.number, m.link_index, m.sent, m.arrived, ifnull(m.received, -1), m.bytes, s.component_index,
        r.component_index
      FROM stored_message AS m JOIN stored_link AS k USING (layer_id, link_index)
      JOIN stored_component AS s ON s.layer_id = m.layer_id AND s.name = k.sender
      JOIN stored_component AS r ON r.layer_id = m.layer_id AND r.name = k.receiver
      WHERE m.layer_id = :id ORDER BY m.number
      """, of: layer)
    let links = try texts("SELECT name FROM stored_link WHERE layer_id = :id ORDER BY link_index", of: layer)
    var changes: [(cycle: Int64, link: Int, change: Int64)] = []
    for message in messages {
      func end(isReceived: Bool, thread: Int64, cycle: Int64) -> TraceMessageEnd {
        TraceMessageEnd(
          thread: layer.thread(thread), isReceived: isReceived, name: links[Int(message[1])],
          time: cycle * layer.period, cycle: cycle, message: message[0], bytes: message[5])
      }
      form.add(end(isReceived: false, thread: message[6], cycle: message[2]))
      changes.append((message[2], Int(message[1]), 1))
      guard message[4] >= 0 else { continue }
      form.add(end(isReceived: true, thread: message[7], cycle: message[4]))
      changes.append((message[4], Int(message[1]), -1))
    }
    addFill(changes, links, of: layer, to: &form)
  }

  /// How many of the recorded messages are on each link, wherever that changes.
  private func addFill(
    _ changes: [(cycle: Int64, link: Int, change: Int64)], _ links: [String], of layer: Layer,
    to form: inout some TraceForm
  ) {
    var levels = [Int64](repeating: 0, count: links.count)
    let sorted = changes.sorted { ($0.link, $0.cycle, $0.change) < ($1.link, $1.cycle, $1.change) }
    for (index, change) in sorted.enumerated() {
      levels[change.link] += change.change
      let next = index + 1 < sorted.count ? sorted[index + 1] : nil
      if let next, next.link == change.link, next.cycle == change.cycle { continue }
      form.add(
        TraceCounter(
          process: layer.identifier, name: "\(links[change.link]) messages", time: change.cycle * layer.period,
          cycle: change.cycle, value: .integer(levels[change.link])))
    }
  }

  // MARK: Reading

  private func rows(_ sql: String, of layer: Layer) throws -> [[QueryAnswer.Value]] {
    try QueryAnswer(of: sql, named: "export", on: file, parameters: ["id": .integer(layer.identifier)]).rows
  }

  private func numbers(_ sql: String, of layer: Layer) throws -> [[Int64]] {
    try rows(sql, of: layer).map { $0.map(Self.number) }
  }

  private func texts(_ sql: String, of layer: Layer) throws -> [String] {
    try rows(sql, of: layer).map { Self.text($0[0]) }
  }

  private static func number(_ value: QueryAnswer.Value) -> Int64 {
    if case .integer(let value) = value { value } else { 0 }
  }

  /// Empty where there is none.
  private static func text(_ value: QueryAnswer.Value) -> String {
    if case .text(let value) = value { value } else { "" }
  }
}
