// SPDX-License-Identifier: Apache-2.0
import Foundation
import Recording

/// A run in Google's trace event format (JSON), which ui.perfetto.dev reads.
///
/// A layer is a process, a component a thread of it. Spans are complete events, utilization and the fill of links are
/// counters, messages are flows from the sender's thread to the receiver's. Times are microseconds from the layer's
/// reset, with all digits: a femtosecond is a multiple of 1e-9.
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
  func json() throws -> String {
    var events: [String] = []
    for layer in layers {
      events.append(Self.metadata("process_name", layer.identifier, 0, name: layer.name))
      for (index, component) in layer.components.enumerated() {
        events.append(Self.metadata("thread_name", layer.identifier, Int64(index) + 1, name: component.name))
      }
      try appendSpans(of: layer, to: &events)
      try appendUtilization(of: layer, to: &events)
      try appendMessages(of: layer, to: &events)
    }
    return "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n\(events.joined(separator: ",\n"))\n]}\n"
  }

  private func appendSpans(of layer: Layer, to events: inout [String]) throws {
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
      let link = waits.isEmpty ? "" : ",\"link\":\(Self.quoted(waits))"
      events.append(
        "{\"ph\":\"X\",\"pid\":\(layer.identifier),\"tid\":\(index + 1),\"ts\":\(Self.microseconds(start * period)),"
          + "\"dur\":\(Self.microseconds(cycles * period)),\"name\":\(Self.quoted(Self.text(span[3]))),"
          + "\"args\":{\"cycle\":\(start),\"cycles\":\(cycles)\(link)}}")
    }
  }

  private func appendUtilization(of layer: Layer, to events: inout [String]) throws {
    let windows = try numbers(
      """
      SELECT c.component_index, w.window_start, w.busy_cycles, w.window_cycles
      FROM stored_layer AS l CROSS JOIN stored_component AS c ON c.layer_id = l.layer_id
      CROSS JOIN utilization_window AS w ON w.run_id = l.run_id AND w.layer = l.name AND w.component = c.name
      WHERE l.layer_id = :id ORDER BY c.component_index, w.window_start
      """, of: layer)
    for window in windows {
      let component = layer.components[Int(window[0])]
      events.append(
        Self.counter(
          "\(component.name) utilization", layer.identifier, at: window[1] * component.period, cycle: window[1],
          value: "\(Double(window[2]) / Double(window[3]))"))
    }
  }

  private func appendMessages(of layer: Layer, to events: inout [String]) throws {
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
      let name = Self.quoted(links[Int(message[1])])
      // Arrows of several layers have identifiers of their own.
      let identifier = "\(layer.identifier).\(message[0])"
      func flow(_ phase: String, thread: Int64, cycle: Int64) -> String {
        "{\"ph\":\"\(phase)\",\"cat\":\"message\",\"id\":\"\(identifier)\",\"pid\":\(layer.identifier),\"tid\":\(thread + 1),"
          + "\"ts\":\(Self.microseconds(cycle * layer.period)),\"name\":\(name),"
          + "\"args\":{\"cycle\":\(cycle),\"message\":\(message[0]),\"bytes\":\(message[5])}"
          + (phase == "f" ? ",\"bp\":\"e\"}" : "}")
      }
      events.append(flow("s", thread: message[6], cycle: message[2]))
      changes.append((message[2], Int(message[1]), 1))
      guard message[4] >= 0 else { continue }
      events.append(flow("f", thread: message[7], cycle: message[4]))
      changes.append((message[4], Int(message[1]), -1))
    }
    appendFill(changes, links, of: layer, to: &events)
  }

  /// How many of the recorded messages are on each link, wherever that changes.
  private func appendFill(
    _ changes: [(cycle: Int64, link: Int, change: Int64)], _ links: [String], of layer: Layer,
    to events: inout [String]
  ) {
    var levels = [Int64](repeating: 0, count: links.count)
    let sorted = changes.sorted { ($0.link, $0.cycle, $0.change) < ($1.link, $1.cycle, $1.change) }
    for (index, change) in sorted.enumerated() {
      levels[change.link] += change.change
      let next = index + 1 < sorted.count ? sorted[index + 1] : nil
      if let next, next.link == change.link, next.cycle == change.cycle { continue }
      events.append(
        Self.counter(
          "\(links[change.link]) messages", layer.identifier, at: change.cycle * layer.period, cycle: change.cycle,
          value: "\(levels[change.link])"))
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

  // MARK: Writing

  private static func metadata(_ kind: String, _ process: Int64, _ thread: Int64, name: String) -> String {
    "{\"ph\":\"M\",\"pid\":\(process),\"tid\":\(thread),\"name\":\"\(kind)\",\"args\":{\"name\":\(quoted(name))}}"
  }

  private static func counter(
    _ name: String, _ process: Int64, at time: Int64, cycle: Int64, value: String
  ) -> String {
    "{\"ph\":\"C\",\"pid\":\(process),\"ts\":\(microseconds(time)),\"name\":\(quoted(name)),"
      + "\"args\":{\"value\":\(value)}}"
  }

  /// Femtoseconds as microseconds, exactly.
  private static func microseconds(_ time: Int64) -> String {
    let (whole, rest) = time.quotientAndRemainder(dividingBy: 1_000_000_000)
    guard rest > 0 else { return "\(whole)" }
    let digits = String(rest)
    var fraction = String(repeating: "0", count: 9 - digits.count) + digits
    while fraction.last == "0" { fraction.removeLast() }
    return "\(whole).\(fraction)"
  }

  private static func quoted(_ text: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }
}
