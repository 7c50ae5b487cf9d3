// SPDX-License-Identifier: Apache-2.0
import Accelerators
import Foundation
import Recording
import Replay

/// What differs between two runs, in the order in which one asks.
struct DiffReport: Encodable {
  /// A parameter with two values.
  struct Parameter: Encodable, Equatable {
    let key: String
    /// Nil where the design has no such parameter, or it is unset.
    let first: String?
    let second: String?
  }

  /// Where a layer's two runs part.
  struct Layer: Encodable {
    let name: String
    let window: Int64?
    let cycle: Int64?
    let components: [String]
    let links: [String]
    let message: Message?

    struct Message: Encodable {
      let link: String
      let sender: String
      let ordinal: Int64
      let first: String?
      let second: String?
    }

    /// - Parameter divergence: nil where nothing differs.
    init(name: String, divergence: Divergence?) {
      self.name = name
      window = divergence?.window
      cycle = divergence?.cycle
      components = divergence?.components ?? []
      links = divergence?.links ?? []
      message = (divergence?.message).map {
        Message(link: $0.link, sender: $0.sender, ordinal: $0.ordinal, first: $0.first, second: $0.second)
      }
    }
  }

  /// What is compared of two databases.
  enum Kind: String, CaseIterable, Encodable {
    case cycles, ledger, energy, traffic

    /// Yields layer, name and value.
    var sql: String {
      switch self {
      case .cycles: "SELECT layer, 'cycles', cycles FROM layer_summary WHERE run_id = 1"
      case .ledger:
        "SELECT layer, cause || ' by ' || blamed, sum(lane_cycles) FROM cycle_ledger WHERE run_id = 1 GROUP BY 1, 2"
      case .energy:
        "SELECT layer, component || '.' || action, sum(energy_pj) FROM energy_breakdown WHERE run_id = 1 GROUP BY 1, 2"
      case .traffic: "SELECT layer, link, bytes_sent FROM link WHERE run_id = 1"
      }
    }

    var unit: String {
      switch self {
      case .cycles: "cycles"
      case .ledger: "lane-cycles"
      case .energy: "pJ"
      case .traffic: "bytes"
      }
    }
  }

  /// A quantity with two values.
  struct Difference: Encodable {
    let kind: Kind
    let layer: String
    let name: String
    let first: Double
    let second: Double
    let unit: String

    /// To the millionth: energies are whole attojoules.
    var change: Double { ((second - first) * 1_000_000).rounded() / 1_000_000 }
  }

  let configuration: [Parameter]
  var layers: [Layer] = []
  var differences: [Difference] = []

  init(configuration: [Parameter]) { self.configuration = configuration }

  /// Parameters that differ, in the order of the first's schema.
  static func configuration(_ first: ParameterValues, _ second: ParameterValues) -> [Parameter] {
    let keys = first.schema.keys + second.schema.keys.filter { !first.schema.keys.contains($0) }
    func value(_ key: String, in values: ParameterValues) -> String? {
      guard values.schema.parameter(key) != nil, values.applies(key) else { return nil }
      return values[key].map(text(of:))
    }
    let kinds = Parameter(key: "design", first: first.schema.design, second: second.schema.design)
    return (kinds.first == kinds.second ? [] : [kinds])
      + keys.compactMap { key in
        let parameter = Parameter(key: key, first: value(key, in: first), second: value(key, in: second))
        return parameter.first == parameter.second ? nil : parameter
      }
  }

  private static func text(of value: ParameterValue) -> String {
    switch value {
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .boolean(let value): "\(value)"
    case .text(let value): value
    }
  }

  /// The largest differences of a kind between the first runs of two databases.
  static func differences(
    of kind: Kind, _ first: String, _ second: String, layer: String?, limit: Int
  ) throws -> [Difference] {
    func values(_ path: String) throws -> [[String]: Double] {
      var values: [[String]: Double] = [:]
      for row in try QueryAnswer(of: kind.sql, named: kind.rawValue, on: path).rows {
        guard case .text(let layer) = row[0], case .text(let name) = row[1] else { continue }
        switch row[2] {
        case .integer(let value): values[[layer, name]] = Double(value)
        case .real(let value): values[[layer, name]] = value
        default: break
        }
      }
      return values
    }
    let (before, after) = (try values(first), try values(second))
    let all = Set(before.keys).union(after.keys).filter { layer == nil || $0[0] == layer }.map { key in
      Difference(
        kind: kind, layer: key[0], name: key[1], first: before[key] ?? 0, second: after[key] ?? 0, unit: kind.unit)
    }
    return Array(
      all.filter { $0.change != 0 }
        .sorted { (-abs($0.change), $0.layer, $0.name) < (-abs($1.change), $1.layer, $1.name) }.prefix(limit))
  }

  // MARK: Answers

  private func sentence(of layer: Layer) -> String {
    guard let cycle = layer.cycle, let window = layer.window else { return "\(layer.name): no cycle differs" }
    var text = "\(layer.name): the first difference is in cycle \(cycle) (window \(window)): "
    text += layer.components.isEmpty ? "no component's own state" : layer.components.joined(separator: ", ")
    if layer.message == nil, !layer.links.isEmpty {
      text += "; the traffic on \(layer.links.joined(separator: ", "))"
    }
    if let message = layer.message {
      text +=
        "; message #\(message.ordinal) on \(message.link): \(message.first ?? "nothing") against "
        + "\(message.second ?? "nothing")"
    }
    return text
  }

  private func number(_ value: Double) -> String { value == value.rounded() ? decimal(value, places: 0) : "\(value)" }

  private var rows: [[String]] {
    differences.map {
      [
        $0.kind.rawValue, $0.layer, $0.name, number($0.first), number($0.second),
        ($0.change > 0 ? "+" : "") + number($0.change), $0.unit,
      ]
    }
  }

  private static let heads = ["kind", "layer", "what", "first", "second", "change", "unit"]

  var text: String {
    var text = configuration.isEmpty ? "the configurations are equal\n" : ""
    if !configuration.isEmpty {
      var table = TextTable([("parameter", .left), ("first", .left), ("second", .left)])
      for parameter in configuration { table.append([parameter.key, parameter.first ?? "-", parameter.second ?? "-"]) }
      text += table.description
    }
    text += "\n" + layers.map { sentence(of: $0) + "\n" }.joined()
    guard !differences.isEmpty else { return text + "\nledger, energy and traffic are equal\n" }
    var table = TextTable(
      zip(Self.heads, [.left, .left, .left, .right, .right, .right, .left] as [TextTable.Alignment]).map {
        (title: $0, alignment: $1)
      })
    for row in rows { table.append(row) }
    return text + "\n" + table.description
  }

  var markdown: String {
    func table(_ heads: [String], _ rows: [[String]]) -> String {
      ([heads, heads.map { _ in "---" }] + rows).map { cells in
        "| " + cells.map { $0.replacingOccurrences(of: "|", with: "\\|") }.joined(separator: " | ") + " |\n"
      }.joined()
    }
    let parameters = configuration.map { [$0.key, $0.first ?? "", $0.second ?? ""] }
    return "## Configuration\n\n"
      + (parameters.isEmpty ? "Equal.\n" : table(["parameter", "first", "second"], parameters))
      + "\n## First difference\n\n" + layers.map { "- \(sentence(of: $0))\n" }.joined()
      + "\n## Differences\n\n" + (rows.isEmpty ? "None.\n" : table(Self.heads, rows))
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }
}
