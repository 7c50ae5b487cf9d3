// SPDX-License-Identifier: Apache-2.0

extension ParameterValues {
  /// The design with every value spelt out: a design file that gives the same values whatever the defaults become.
  ///
  /// - Parameter annotated: adds each value's unit and where it was stated. Without, the text depends on nothing but
  ///   the values, so that it may be hashed and compared.
  public func resolvedText(annotated: Bool = true) -> String {
    var text = ""
    if annotated { text += "# Fully resolved: every parameter with its unit and where its value was stated.\n" }
    text += "hssim_design: \(DesignHeader.version)\n"
    text += "name: \(ParameterValue.quoted(name))\n"
    text += "design: \(ParameterValue.quoted(schema.design))\n"
    append(schema.parameters[...].map { ($0.key.split(separator: ".")[...], $0) }, depth: 0, annotated, to: &text)
    return text
  }

  /// Appends parameters whose keys share what is above `depth`, each group where its first parameter stands.
  private func append(
    _ entries: [(path: ArraySlice<Substring>, parameter: Parameter)], depth: Int, _ annotated: Bool,
    to text: inout String
  ) {
    let indent = String(repeating: "  ", count: depth)
    var written: Set<Substring> = []
    for (path, parameter) in entries {
      guard let head = path.first, written.insert(head).inserted else { continue }
      guard path.count > 1 else {
        text += line(for: parameter, named: head, indent, annotated)
        continue
      }
      let group = entries.filter { $0.path.first == head }
      let applicable = group.contains { applies($0.parameter.key) }
      // A group of nothing but dormant parameters is a comment as a whole: an empty mapping would be no mapping.
      guard applicable || annotated else { continue }
      text += indent + (applicable ? "" : "# ") + "\(head):\n"
      append(group.map { ($0.path.dropFirst(), $0.parameter) }, depth: depth + 1, annotated, to: &text)
    }
  }

  private func line(for parameter: Parameter, named name: Substring, _ indent: String, _ annotated: Bool) -> String {
    guard applies(parameter.key) else {
      guard annotated, let condition = parameter.condition else { return "" }
      return indent + "# \(name): applies only where \(condition.sentence)\n"
    }
    let value = self[parameter.key]?.yaml ?? "unset"
    guard annotated else { return indent + "\(name): \(value)\n" }
    let notes = [parameter.unit, origin(of: parameter.key).shortPlace].filter { !$0.isEmpty }
    return indent + "\(name): \(value)  # \(notes.joined(separator: "; "))\n"
  }

  /// A table of every parameter for a terminal: key, value, unit, where stated, source of the default, meaning.
  public func describe() -> String {
    let header = ["key", "value", "unit", "stated in", "default from", "meaning"]
    let rows = schema.parameters.map { parameter in
      [
        parameter.key, shownValue(of: parameter), parameter.unit.isEmpty ? "-" : parameter.unit,
        origin(of: parameter.key).shortPlace, parameter.source.description, parameter.meaning,
      ]
    }
    let table = [header] + rows
    let widths = header.indices.map { column in table.map { $0[column].count }.max() ?? 0 }
    return table.map { row in
      let cells = zip(row, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }
      var line = cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }

  private func shownValue(of parameter: Parameter) -> String {
    applies(parameter.key) ? self[parameter.key]?.yaml ?? "unset" : "(does not apply)"
  }
}
