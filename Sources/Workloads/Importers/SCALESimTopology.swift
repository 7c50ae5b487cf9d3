// SPDX-License-Identifier: Apache-2.0
import Sparsity

/// A topology file of SCALE-Sim: a table of convolutions, or of matrix products, as `.csv`.
///
/// Columns are found by their names in the first row. A convolution has no padding: SCALE-Sim takes IFMAP as it is. A
/// product has M rows of activations, N filters and K values in each: SCALE-Sim's M is a trace's N. The sparsity column,
/// `N:M`, says that N of every M weights along K are not zero. A layer with `DP` in its name is depthwise.
/// Source: scalesim/topology_utils.py of scalesim-project/SCALE-Sim (07dfd507).
public struct SCALESimTopology {
  private let table: CommaSeparatedText
  private let columns: [Column: Int]
  private var trace = ImportedTrace()
  private var names = LayerNames()
  /// What is taken where a layer says nothing of it.
  private let pattern: Pattern?
  private let activationDensity: Double

  /// What a column is.
  private enum Column: String, CaseIterable {
    case layer, height, width, filterHeight, filterWidth, channels, filters, stride, strideHeight, strideWidth
    case m, n, k, sparsity, batch

    /// The names that are read, in lower case and without spaces.
    var spellings: [String] {
      switch self {
      case .layer: ["layername", "layer"]
      case .height: ["ifmapheight"]
      case .width: ["ifmapwidth"]
      case .filterHeight: ["filterheight"]
      case .filterWidth: ["filterwidth"]
      case .channels: ["channels"]
      case .filters: ["numfilter", "numfilters"]
      case .stride: ["strides", "stride"]
      case .strideHeight: ["strideheight"]
      case .strideWidth: ["stridewidth"]
      case .m: ["m"]
      case .n: ["n"]
      case .k: ["k"]
      case .sparsity: ["sparsity"]
      case .batch: ["batch"]
      }
    }

    static let convolution: [Column] = [.layer, .height, .width, .filterHeight, .filterWidth, .channels, .filters]
    static let product: [Column] = [.layer, .m, .n, .k]
  }

  /// The layers of a topology file.
  ///
  /// - Parameters:
  ///   - pattern: for the weights of layers without a sparsity of their own; nil for dense ones.
  ///   - activationDensity: of the drawn activations.
  /// - Throws: `WorkloadError` of kind `missing` or `content`.
  public static func trace(
    path: String, pattern: Pattern? = nil, activationDensity: Double = 1
  ) throws(WorkloadError) -> ImportedTrace {
    try trace(CommaSeparatedText(path: path), pattern: pattern, activationDensity: activationDensity)
  }

  static func trace(
    _ table: CommaSeparatedText, pattern: Pattern? = nil, activationDensity: Double = 1
  ) throws(WorkloadError) -> ImportedTrace {
    var topology = try SCALESimTopology(table, pattern: pattern, activationDensity: activationDensity)
    try topology.readLayers()
    return topology.trace
  }

  private init(_ table: CommaSeparatedText, pattern: Pattern?, activationDensity: Double) throws(WorkloadError) {
    self.table = table
    self.pattern = pattern
    self.activationDensity = activationDensity
    var columns: [Column: Int] = [:]
    var others: [Int] = []
    for (index, cell) in table.header.cells.enumerated() {
      let name = cell.lowercased().filter { !$0.isWhitespace }
      guard let column = Column.allCases.first(where: { $0.spellings.contains(name) }) else {
        others.append(index)
        continue
      }
      guard columns.updateValue(index, forKey: column) == nil else {
        throw table.error(table.header, index, "two columns are called so", allowed: "one")
      }
    }
    self.columns = columns
    let isProduct = columns[.m] != nil
    for column in isProduct ? Column.product : Column.convolution where columns[column] == nil {
      throw Self.missing(column, in: table)
    }
    if !isProduct, columns[.stride] == nil, columns[.strideHeight] == nil || columns[.strideWidth] == nil {
      throw Self.missing(.stride, in: table)
    }
    let left = others.filter { !table.header.cell($0).isEmpty }.map { quoted(table.header.cell($0)) }
    if !left.isEmpty { trace.notes.append("the columns \(left.joined(separator: ", ")) are left out") }
  }

  private static func missing(_ column: Column, in table: CommaSeparatedText) -> WorkloadError {
    let found = table.header.cells.filter { !$0.isEmpty }
    return WorkloadError(
      .content, file: table.path, line: table.header.line,
      "no column is called \(quoted(column.spellings[0])), in any case and spacing; there are \(listed(found, limit: 12))",
      allowed: "a header as SCALE-Sim's: layer name, IFMAP height, IFMAP width, filter height, filter width, channels, "
        + "num filter, strides; or layer name, M, N, K")
  }

  private mutating func readLayers() throws(WorkloadError) {
    guard !table.rows.isEmpty else {
      throw WorkloadError(.content, file: table.path, "has a header and no layer", allowed: "at least one layer")
    }
    if columns[.m] == nil {
      trace.notes.append("convolutions have no padding, as in SCALE-Sim, which takes IFMAP as it is")
    }
    for row in table.rows {
      if row.cells.count > table.header.cells.count,
        row.cells[table.header.cells.count...].contains(where: { !$0.isEmpty })
      {
        throw table.error(row, nil, "has more cells than the header", allowed: "\(table.header.cells.count)")
      }
      for (index, cell) in row.cells.enumerated() where !cell.isEmpty && table.header.cell(index).isEmpty {
        trace.notes.append("line \(row.line): \(quoted(cell)) is in a column without a name, and left out")
      }
      guard let column = columns[.layer], !row.cell(column).isEmpty else {
        throw table.error(row, columns[.layer], "is empty", allowed: "the layer's name")
      }
      let given = row.cell(column)
      let name = names.take(given, at: "line \(row.line)", notes: &trace.notes)
      trace.layers.append(
        columns[.m] == nil ? try convolution(row, name, isDepthwise: given.contains("DP")) : try product(row, name))
    }
  }

  private mutating func product(_ row: CommaSeparatedText.Row, _ name: String) throws(WorkloadError) -> ImportedLayer {
    let extents = 1...GEMMShape.largestExtent
    let (rows, filters) = (try number(row, .m, extents), try number(row, .n, extents))
    let k = try number(row, .k, extents)
    if let problem = GEMMShape.problem(m: filters, k: k, n: rows) {
      throw table.error(row, nil, problem.text, allowed: problem.allowed)
    }
    var layer = ImportedLayer.linear(
      name, GEMMShape(m: filters, k: k, n: rows), weights: try weights(row, name, k: k, channels: k),
      activations: .density(activationDensity))
    if let batch = columns[.batch], !row.cell(batch).isEmpty {
      layer.repeatCount = try number(row, .batch, 1...1_000_000)
      if layer.repeatCount > 1 {
        trace.notes.append(
          "line \(row.line): the \(layer.repeatCount) products of a batch are one layer that is repeated")
      }
    }
    return layer
  }

  private mutating func convolution(
    _ row: CommaSeparatedText.Row, _ name: String, isDepthwise: Bool
  ) throws(WorkloadError) -> ImportedLayer {
    let extents = 1...ConvolutionShape.largestExtent
    let channels = try number(row, .channels, extents)
    if isDepthwise {
      guard channels <= LayerReader.mostGroups else {
        throw table.error(
          row, columns[.channels], "\(channels) channels of a depthwise layer ('DP' in its name)",
          allowed: "1 to \(LayerReader.mostGroups)")
      }
      trace.notes.append("line \(row.line): '\(name)' is depthwise, as SCALE-Sim takes a name with 'DP'")
    }
    let stride =
      columns[.stride] == nil
      ? ConvolutionShape.Pair(try number(row, .strideHeight, extents), try number(row, .strideWidth, extents))
      : ConvolutionShape.Pair(try number(row, .stride, extents), try number(row, .stride, extents))
    let shape = ConvolutionShape(
      batch: 1, channels: isDepthwise ? 1 : channels, height: try number(row, .height, extents),
      width: try number(row, .width, extents), filters: try number(row, .filters, extents),
      filterHeight: try number(row, .filterHeight, extents), filterWidth: try number(row, .filterWidth, extents),
      stride: stride, groups: isDepthwise ? channels : 1)
    if let problem = shape.problem { throw table.error(row, nil, problem.text, allowed: problem.allowed) }
    noteOverhang(row, shape)
    return .convolution(
      name, shape, weights: try weights(row, name, k: shape.lowered.k, channels: shape.channels),
      activations: .density(activationDensity))
  }

  /// SCALE-Sim rounds the number of windows up, so that the last of them may reach beyond the image.
  private mutating func noteOverhang(_ row: CommaSeparatedText.Row, _ shape: ConvolutionShape) {
    let (rows, columns) = (shape.height - shape.filterHeight, shape.width - shape.filterWidth)
    let (vertical, horizontal) = (shape.stride.vertical, shape.stride.horizontal)
    guard rows % vertical != 0 || columns % horizontal != 0 else { return }
    trace.notes.append(
      "line \(row.line): SCALE-Sim counts \((rows + vertical - 1) / vertical + 1) x "
        + "\((columns + horizontal - 1) / horizontal + 1) windows, of which the last reach beyond the image; "
        + "here there are \(shape.outputHeight) x \(shape.outputWidth)")
  }

  /// Weights with the layer's N:M along K, or with what is taken otherwise.
  private mutating func weights(
    _ row: CommaSeparatedText.Row, _ name: String, k: Int, channels: Int
  ) throws(WorkloadError) -> ImportedLayer.Operand {
    guard let column = columns[.sparsity], !row.cell(column).isEmpty else {
      return Workloads.pattern(pattern, forChannels: channels, of: name, notes: &trace.notes)
        .map(ImportedLayer.Operand.pattern) ?? .density(1)
    }
    let cell = row.cell(column)
    let parts = cell.split(separator: ":", omittingEmptySubsequences: false).map { part in
      part.trimmed.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(part.trimmed) : nil
    }
    guard parts.count == 2, let g = parts[0], let h = parts[1], let rule = GH(checking: g, h) else {
      throw table.error(
        row, column, "\(quoted(cell)) is no sparsity", allowed: "N:M with 1 <= N <= M <= \(GH.maximumH), such as 2:4")
    }
    guard !rule.isDense else { return .density(1) }
    if k % h != 0 {
      trace.notes.append(
        "line \(row.line): K = \(k) is no multiple of \(h); the last group of \(rule) counts as padded")
    }
    return .pattern(Pattern(structured: [rule]))
  }

  private func number(
    _ row: CommaSeparatedText.Row, _ column: Column, _ range: ClosedRange<Int>
  ) throws(WorkloadError) -> Int {
    guard let index = columns[column] else { preconditionFailure("required columns are looked for first") }
    return try table.number(row, index, in: range)
  }
}

extension Substring {
  fileprivate var trimmed: String {
    String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }
}
