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
    func integer(_ value: QueryAnswer.Value) -> Int64 { if case .integer(let value) = value { value } else { 0 } }
    func text(_ value: QueryAnswer.Value) -> String { if case .text(let value) = value { value } else { "" } }
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
        identifier: integer(row[0]), name: text(row[1]), period: integer(row[2]),
        components: components.rows.map { (text($0[0]), integer($0[1])) })
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
    let spans = try numbers(
      """
      SELECT component_index, start, cycles, activity_id, ifnull(link_index, -1) FROM stored_span WHERE layer_id = :id
      ORDER BY component_index, start
      """, of: layer)
    let activities = try texts("SELECT activity FROM activity ORDER BY activity_id", of: layer)
    let links = try texts("SELECT name FROM stored_link WHERE layer_id = :id ORDER BY link_index", of: layer)
    for span in spans {
      let period = layer.components[Int(span[0])].period
      form.add(
        TraceSpan(
          thread: layer.thread(span[0]), name: activities[Int(span[3])], start: span[1] * period,
          duration: span[2] * period, cycle: span[1], cycles: span[2],
          link: span[4] >= 0 ? links[Int(span[4])] : nil))
    }
  }

  private func addUtilization(of layer: Layer, to form: inout some TraceForm) throws {
    let windows = try numbers(
      """
      SELECT w.component_index, w.window_start, w.busy_cycles, min(1024, c.cycles - w.window_start)
      FROM stored_window AS w JOIN stored_component AS c USING (layer_id, component_index) WHERE layer_id = :id
      ORDER BY w.component_index, w.window_start
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
    try rows(sql, of: layer).map { $0.map { if case .integer(let value) = $0 { value } else { 0 } } }
  }

  private func texts(_ sql: String, of layer: Layer) throws -> [String] {
    try rows(sql, of: layer).map { if case .text(let value) = $0[0] { value } else { "" } }
  }
}
