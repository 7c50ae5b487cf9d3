// SPDX-License-Identifier: Apache-2.0

/// What an Accelergy energy reference table (ERT) and area reference table (ART) say of components.
///
/// Read is the form of Accelergy 0.3 and 0.4: `ERT: {tables: [{name, actions: [{name, energy}]}]}` in pJ, and
/// `ART: {tables: [{name, area}]}` in um^2. Of a component, the last part of its name counts, without instance ranges
/// (`system.chip.GLB[1..2]` is `GLB`). Where an action is listed for several arguments, the dearest counts.
public struct AccelergyTables: Equatable, Sendable {
  /// Attojoules by component and action.
  public private(set) var energies: [String: [String: Int64]] = [:]
  /// 1e-6 um^2 by component.
  public private(set) var areas: [String: Int64] = [:]

  /// Reads the files at the paths.
  ///
  /// - Throws: `PriceTableError` naming the line, the field and what is allowed.
  public init(energyPath: String, areaPath: String? = nil) throws(PriceTableError) {
    try readEnergies(text: TableNode.text(ofFile: energyPath), file: energyPath)
    if let areaPath { try readAreas(text: TableNode.text(ofFile: areaPath), file: areaPath) }
  }

  /// Reads from text.
  public init(energies: String, areas: String? = nil, file: String = "text") throws(PriceTableError) {
    try readEnergies(text: energies, file: file)
    if let areas { try readAreas(text: areas, file: file) }
  }

  /// The components that have energies, sorted.
  public var components: [String] { energies.keys.sorted() }

  private mutating func readEnergies(text: String, file: String) throws(PriceTableError) {
    let tables = try TableNode.withRoot(of: text, file: file) { (root) throws(PriceTableError) in
      try Self.tables(of: "ERT", in: root).map { (table) throws(PriceTableError) in
        let fields = try Self.fields(table)
        guard let name = fields["name"], let actions = fields["actions"] else {
          throw table.error("this is no table of a component", allowed: "name and actions")
        }
        return (component: Self.component(try name.text()), actions: try Self.actions(actions))
      }
    }
    for table in tables {
      energies[table.component, default: [:]].merge(table.actions) { max($0, $1) }
    }
  }

  private mutating func readAreas(text: String, file: String) throws(PriceTableError) {
    let tables = try TableNode.withRoot(of: text, file: file) { (root) throws(PriceTableError) in
      try Self.tables(of: "ART", in: root).map { (table) throws(PriceTableError) in
        let fields = try Self.fields(table)
        guard let name = fields["name"], let area = fields["area"] else {
          throw table.error("this is no table of a component", allowed: "name and area")
        }
        return (component: Self.component(try name.text()), area: try area.millionths(unit: "um^2"))
      }
    }
    for table in tables { areas[table.component] = table.area }
  }

  private static func tables(of key: String, in root: TableNode) throws(PriceTableError) -> [TableNode] {
    guard let reference = try fields(root)[key] else {
      throw root.error("there is no \(key)", allowed: "a file that Accelergy wrote: \(key): {tables: …}")
    }
    guard let tables = try fields(reference)["tables"] else {
      throw reference.error("there are no tables", allowed: "tables: [ … ]")
    }
    return try tables.elements()
  }

  private static func actions(_ node: TableNode) throws(PriceTableError) -> [String: Int64] {
    var actions: [String: Int64] = [:]
    for entry in try node.elements() {
      let fields = try fields(entry)
      guard let name = fields["name"], let energy = fields["energy"] else {
        throw entry.error("this is no action", allowed: "name and energy")
      }
      actions[try name.text(), default: 0] = max(
        actions[try name.text()] ?? 0, try energy.millionths(unit: "pJ"))
    }
    return actions
  }

  /// All entries of a mapping: other keys, such as versions and arguments, are none of ours.
  private static func fields(_ node: TableNode) throws(PriceTableError) -> [String: TableNode] {
    Dictionary(try node.entries().map { ($0.key, $0.value) }) { first, _ in first }
  }

  private static func component(_ name: String) -> String {
    var depth = 0
    let plain = name.filter { character in
      if "[(".contains(character) { depth += 1 }
      defer { if "])".contains(character) { depth -= 1 } }
      return depth == 0
    }
    return plain.split(separator: ".").last.map(String.init) ?? name
  }
}

extension PriceTable {
  /// Names that Accelergy's component classes give to the actions of a macro, the preferred first.
  private static let accelergyActions: [(own: String, theirs: [String])] = [
    ("read", ["read", "random_read"]),
    ("write", ["write", "random_write", "update"]),
    ("metadata_read", ["metadata_read", "random_metadata_read"]),
    ("metadata_write", ["metadata_write", "random_metadata_write", "metadata_update"]),
    ("compute", ["compute", "mac_random", "mult_random", "random_compute"]),
    ("gated", ["gated", "gated_compute", "mac_gated", "gated_read", "idle"]),
  ]

  /// This table with macros priced by Accelergy's components.
  ///
  /// Width, depth and scaling of a macro stay; its energies are the imported ones alone, so that no macro mixes
  /// technologies, and an action that they lack is an error when it is needed.
  ///
  /// - Parameters:
  ///   - map: component by macro.
  ///   - source: what the entries name as their source.
  /// - Throws: `PriceTableError` (usage) naming the macro or component that is not known.
  public func importing(
    _ tables: AccelergyTables, _ map: [String: String], source: String
  ) throws(PriceTableError) -> PriceTable {
    var table = self
    for (macro, component) in map.sorted(by: { $0.key < $1.key }) {
      guard var price = table.macros[macro] else {
        throw PriceTableError(
          .usage, at: "--map", problem: "the table '\(name)' has no macro \(quoted(macro))",
          allowed: macros.keys.sorted().joined(separator: ", "),
          suggestion: nearest(to: macro, among: Array(macros.keys)))
      }
      guard let actions = tables.energies[component] else {
        throw PriceTableError(
          .usage, at: "--map", problem: "there is no component \(quoted(component)) in \(source)",
          allowed: tables.components.joined(separator: ", "),
          suggestion: nearest(to: component, among: tables.components))
      }
      price.attojoules = Dictionary(
        uniqueKeysWithValues: Self.accelergyActions.compactMap { own, theirs in
          theirs.lazy.compactMap { actions[$0] }.first.map { (own, $0) }
        })
      guard !price.attojoules.isEmpty else {
        let known = actions.keys.sorted().joined(separator: ", ")
        throw PriceTableError(
          .content, at: source, field: component, problem: "no action is known, only \(known)",
          allowed: Self.accelergyActions.flatMap(\.theirs).joined(separator: ", "))
      }
      if price.microSquareMicrons != nil, let area = tables.areas[component] { price.microSquareMicrons = area }
      let isAreaKept = price.microSquareMicrons != nil && tables.areas[component] == nil
      price.source = "\(source), component \(component)" + (isAreaKept ? "; area of \(name)" : "")
      table.macros[macro] = price
    }
    return table
  }

  /// Components that are called as macros of this table are, but for case.
  public func macrosNamedAlike(in tables: AccelergyTables) -> [String: String] {
    var map: [String: String] = [:]
    for component in tables.components {
      if let macro = macros.keys.first(where: { $0 == component.lowercased() }) { map[macro] = component }
    }
    return map
  }
}
