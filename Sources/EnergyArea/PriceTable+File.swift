// SPDX-License-Identifier: Apache-2.0
import Foundation

extension PriceTable {
  /// The version of the format, stated as `hssim_prices: 1`.
  static let formatVersion = "1"

  /// Reads a table from the file at `path`.
  ///
  /// - Throws: `PriceTableError` naming the line, the field, the value and what is allowed.
  public init(path: String) throws(PriceTableError) {
    try self.init(text: TableNode.text(ofFile: path), file: path)
  }

  /// Reads the table `name` of `folder`, without its ending, or the file it is the path of.
  ///
  /// What ends in `.yaml` or `.yml`, or starts with `/`, `./` or `../`, is a path.
  ///
  /// - Parameter folder: the folder `configs/energy`.
  public init(named name: String, in folder: String, option: String = "--energy") throws(PriceTableError) {
    let ending = ".yaml"
    guard ![ending, ".yml"].contains(where: name.hasSuffix), !["/", "./", "../"].contains(where: name.hasPrefix) else {
      try self.init(path: name)
      return
    }
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let names = files.filter { $0.hasSuffix(ending) }.map { String($0.dropLast(ending.count)) }.sorted()
    guard names.contains(name) else {
      throw PriceTableError(
        .usage, at: option, problem: "there is no price table \(quoted(name)) in \(folder)",
        allowed: "\(names.joined(separator: ", ")), or the path of a .yaml file",
        suggestion: nearest(to: name, among: names))
    }
    try self.init(path: (folder as NSString).appendingPathComponent(name + ending))
  }

  /// Reads a table from text; `file` is what messages call it.
  public init(text: String, file: String) throws(PriceTableError) {
    self = try TableNode.withRoot(of: text, file: file) { (root) throws(PriceTableError) in
      try PriceTable(root)
    }
  }

  private init(_ root: TableNode) throws(PriceTableError) {
    let fields = try root.fields(
      ["hssim_prices", "name", "technology", "primitives", "macros", "actions", "items"],
      required: ["hssim_prices", "name", "technology", "primitives", "macros"])
    func field(_ key: String) throws(PriceTableError) -> TableNode {
      guard let field = fields[key] else { throw root.error("\(key) is missing", allowed: "\(key): …") }
      return field
    }
    let version = try field("hssim_prices").scalar()
    guard version.text == Self.formatVersion, !version.isQuoted else {
      throw try field("hssim_prices").error(
        "the version \(quoted(version.text)) is not known", allowed: Self.formatVersion)
    }
    name = try field("name").text()
    technology = try field("technology").text()
    primitives = try Self.primitives(field("primitives"))
    macros = [:]
    for (key, entry) in try field("macros").entries() { macros[key] = try MacroPrice(entry) }
    actions = [:]
    items = [:]
    for (key, entry) in try fields["actions"]?.entries() ?? [] {
      actions[key] = try StatedPrice(entry, key: "energy_pj", unit: "pJ")
    }
    for (key, entry) in try fields["items"]?.entries() ?? [] {
      items[key] = try StatedPrice(entry, key: "area_um2", unit: "um^2")
    }
  }

  private static func primitives(_ node: TableNode) throws(PriceTableError) -> [Primitive: PrimitivePrice] {
    let names = Primitive.allCases.map(\.rawValue)
    let entries = try node.fields(names, required: names)
    var primitives: [Primitive: PrimitivePrice] = [:]
    for primitive in Primitive.allCases {
      guard let entry = entries[primitive.rawValue] else { continue }
      primitives[primitive] = try PrimitivePrice(entry)
    }
    return primitives
  }
}

extension PriceTable.PrimitivePrice {
  fileprivate init(_ node: TableNode) throws(PriceTableError) {
    let reader = try EntryReader(
      node, keys: ["width_bits", "energy_pj", "area_um2", "leakage_mw", "source"],
      optional: ["leakage_mw"])
    widthBits = try reader["width_bits"].integer(1...65_536)
    attojoules = try reader["energy_pj"].millionths(unit: "pJ")
    microSquareMicrons = try reader["area_um2"].millionths(unit: "um^2")
    leakageAttowatts = try reader.leakage()
    source = try reader["source"].text()
  }
}

extension PriceTable.MacroPrice {
  fileprivate init(_ node: TableNode) throws(PriceTableError) {
    let reader = try EntryReader(
      node,
      keys: ["width_bits", "depth", "energy_pj", "area_um2", "leakage_mw", "energy_by_width", "energy_by_depth"]
        + ["source"],
      optional: ["depth", "leakage_mw", "energy_by_width", "energy_by_depth"])
    widthBits = try reader["width_bits"].integer(1...65_536)
    depth = try reader.optional("depth")?.integer(1...1 << 30) ?? 1
    attojoules = [:]
    let known = ["read", "write", "metadata_read", "metadata_write", "compute", "gated"]
    let energies = try reader["energy_pj"].fields(known, required: [])
    for (action, value) in energies { attojoules[action] = try value.millionths(unit: "pJ") }
    guard !attojoules.isEmpty else {
      throw try reader["energy_pj"].error("there is no action", allowed: known.joined(separator: ", "))
    }
    let area = try reader["area_um2"].scalar()
    microSquareMicrons = area.text == "off-chip" ? nil : try reader["area_um2"].millionths(unit: "um^2, or off-chip")
    leakageAttowatts = try reader.leakage()
    widthScaling = try reader.choice("energy_by_width") ?? .exact
    depthScaling = try reader.choice("energy_by_depth") ?? .exact
    source = try reader["source"].text()
  }
}

extension PriceTable.StatedPrice {
  fileprivate init(_ node: TableNode, key: String, unit: String) throws(PriceTableError) {
    let reader = try EntryReader(node, keys: [key, "source"], optional: [])
    value = try reader[key].millionths(unit: unit)
    source = try reader["source"].text()
  }
}

/// The fields of one entry, all of them known.
private struct EntryReader {
  private let node: TableNode
  private let fields: [String: TableNode]

  init(_ node: TableNode, keys: [String], optional: [String]) throws(PriceTableError) {
    self.node = node
    fields = try node.fields(keys, required: keys.filter { !optional.contains($0) })
  }

  subscript(key: String) -> TableNode {
    get throws(PriceTableError) {
      guard let field = fields[key] else { throw node.error("\(key) is missing", allowed: "\(key): …") }
      return field
    }
  }

  func optional(_ key: String) -> TableNode? { fields[key] }

  /// Milliwatts as attowatts, from nanowatts as the file's last digit.
  func leakage() throws(PriceTableError) -> Int64? {
    guard let field = fields["leakage_mw"] else { return nil }
    return try field.millionths(unit: "mW", atMost: 1_000_000_000) * 1_000_000_000
  }

  func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String
  ) throws(PriceTableError) -> Choice? where Choice.RawValue == String {
    guard let field = fields[key] else { return nil }
    let text = try field.scalar().text
    let names = Choice.allCases.map(\.rawValue)
    guard let choice = Choice(rawValue: text) else {
      throw field.error(
        "\(quoted(text)) is not a choice", allowed: names.joined(separator: " or "),
        suggestion: nearest(to: text, among: names))
    }
    return choice
  }
}
