// SPDX-License-Identifier: Apache-2.0

extension PriceTable {
  /// The table as a file that reads back as the same table: every entry spelt out, in a fixed order.
  public var yamlText: String {
    var lines = [
      "hssim_prices: \(Self.formatVersion)", "name: \(Self.text(name))", "technology: \(Self.text(technology))",
      "primitives:",
    ]
    for (primitive, price) in primitives.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      lines.append("  \(primitive.rawValue):")
      lines += price.lines.map { "    " + $0 }
    }
    lines.append("macros:")
    for (name, price) in macros.sorted(by: { $0.key < $1.key }) {
      lines.append("  \(Self.text(name)):")
      lines += price.lines.map { "    " + $0 }
    }
    for (title, unit, prices) in [("actions", "energy_pj", actions), ("items", "area_um2", items)]
    where !prices.isEmpty {
      lines.append("\(title):")
      for (name, price) in prices.sorted(by: { $0.key < $1.key }) {
        lines.append("  \(Self.text(name)):")
        lines += ["\(unit): \(Self.decimal(price.value))", "source: \(Self.text(price.source))"].map { "    " + $0 }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A number of millionths as a decimal number, exactly.
  static func decimal(_ millionths: Int64) -> String {
    let (whole, rest) = millionths.quotientAndRemainder(dividingBy: 1_000_000)
    guard rest != 0 else { return "\(whole)" }
    let digits = String(rest)
    var fraction = String(repeating: "0", count: 6 - digits.count) + digits
    while fraction.last == "0" { fraction.removeLast() }
    return "\(whole).\(fraction)"
  }

  /// A text in double quotes, as YAML has them.
  fileprivate static func text(_ text: String) -> String {
    var quoted = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return "\"\(quoted)\""
  }
}

extension PriceTable.PrimitivePrice {
  fileprivate var lines: [String] {
    [
      "width_bits: \(widthBits)", "energy_pj: \(PriceTable.decimal(attojoules))",
      "area_um2: \(PriceTable.decimal(microSquareMicrons))",
    ] + leakageLines(leakageAttowatts) + ["source: \(PriceTable.text(source))"]
  }
}

extension PriceTable.MacroPrice {
  fileprivate var lines: [String] {
    let energies = attojoules.sorted { $0.key < $1.key }.map { "\($0.key): \(PriceTable.decimal($0.value))" }
    return [
      "width_bits: \(widthBits)", "depth: \(depth)", "energy_pj: {\(energies.joined(separator: ", "))}",
      "area_um2: \(microSquareMicrons.map(PriceTable.decimal) ?? "off-chip")",
    ] + leakageLines(leakageAttowatts) + [
      "energy_by_width: \(widthScaling.rawValue)", "energy_by_depth: \(depthScaling.rawValue)",
      "source: \(PriceTable.text(source))",
    ]
  }
}

/// Leakage in mW; the file's last digit is a nanowatt.
private func leakageLines(_ attowatts: Int64?) -> [String] {
  attowatts.map { ["leakage_mw: \(PriceTable.decimal($0 / 1_000_000_000))"] } ?? []
}
