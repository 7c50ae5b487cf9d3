// SPDX-License-Identifier: Apache-2.0

/// A mapping as a user writes it: the loops of each level of memory, outermost first.
///
///     let mapping = try LoopMapping("DRAM: N8 | SMEM: M2 Ms4 | RF: K36 Ms16 Ks32 | LRF: N128")
///     mapping.loops(of: .lrf)  // [N128]
///
/// The notation is that of the Sparseloop artifact's results: a dimension and its extent, with an `s` between them where
/// the loop is spread over parts instead of time. What a machine makes of it, and which mappings it can run, is the
/// machine's to say.
public struct LoopMapping: Hashable, Sendable, CustomStringConvertible {
  /// A level of memory: off chip, global buffer, register files of sums, stationary registers.
  public enum Level: String, CaseIterable, Sendable {
    case dram = "DRAM"
    case smem = "SMEM"
    case rf = "RF"
    case lrf = "LRF"
  }

  /// A dimension of Z[M,N] = A[M,K] x B[K,N].
  public enum Dimension: String, CaseIterable, Sendable {
    case m = "M"
    case k = "K"
    case n = "N"
  }

  public struct Loop: Hashable, Sendable, CustomStringConvertible {
    public var dimension: Dimension
    public var extent: Int
    /// Whether its turns happen side by side.
    public var isSpatial: Bool

    public init(_ dimension: Dimension, _ extent: Int, isSpatial: Bool = false) {
      self.dimension = dimension
      self.extent = extent
      self.isSpatial = isSpatial
    }

    public var description: String { "\(dimension.rawValue)\(isSpatial ? "s" : "")\(extent)" }
  }

  private var levels: [Level: [Loop]] = [:]

  /// The loops of a level, outermost first.
  public func loops(of level: Level) -> [Loop] { levels[level] ?? [] }

  /// Product of the extents of a level's loops over `dimension`.
  public func extent(of dimension: Dimension, at level: Level, isSpatial: Bool = false) -> Int {
    loops(of: level).reduce(1) { $0 * ($1.dimension == dimension && $1.isSpatial == isSpatial ? $1.extent : 1) }
  }

  /// The canonical notation, which reads back as an equal mapping.
  public var description: String {
    Level.allCases.map { level in
      ([level.rawValue + ":"] + loops(of: level).map(\.description)).joined(separator: " ")
    }.joined(separator: " | ")
  }
}

extension LoopMapping {
  /// Reads `DRAM: … | SMEM: … | RF: … | LRF: …`, in this order; a level without loops may be left out.
  ///
  /// - Parameter place: what messages call the text.
  /// - Throws: `ConfigurationError` of the usage class, naming level, loop, value and what is allowed.
  public init(_ text: String, place: String = "--mapping") throws {
    try self.init(
      text.split(separator: "|", omittingEmptySubsequences: false).map { part in
        guard let colon = part.firstIndex(of: ":") else {
          throw ConfigurationError(
            .usage, at: place, problem: "'\(Excerpt(part.trimmed))' names no level",
            allowed: "DRAM: … | SMEM: … | RF: … | LRF: …, such as 'LRF: N128'")
        }
        return (level: part[..<colon].trimmed, loops: String(part[part.index(after: colon)...]))
      }, place: place, .usage)
  }

  /// Reads a YAML file: `hssim_mapping: 1`, and a line a level, such as `SMEM: M2 Ms4`.
  ///
  /// - Throws: `ConfigurationError`: 66 for a file that is missing or unreadable, 65 for its content.
  public init(path: String) throws {
    let yaml = try StrictYAML(text: StrictYAML.text(ofFile: path), path: path)
    guard let version = yaml.entries.first(where: { $0.key == "hssim_mapping" }), version.value.text == "1" else {
      throw ConfigurationError(
        .content, at: Excerpt(path, limit: 1000).description, problem: "this is no mapping", allowed: "hssim_mapping: 1"
      )
    }
    let levels = yaml.entries.filter { $0.key != "hssim_mapping" }
    try self.init(
      levels.map { (level: $0.key, loops: $0.value.text) }, place: Excerpt(path, limit: 1000).description, .content)
  }

  /// A mapping by its notation, or by the path of a `.yaml` or `.yml` file.
  public init(notationOrPath text: String) throws {
    if text.hasSuffix(".yaml") || text.hasSuffix(".yml") {
      try self.init(path: text)
    } else {
      try self.init(text)
    }
  }

  private init(
    _ parts: [(level: String, loops: String)], place: String, _ kind: ConfigurationError.ExitClass
  ) throws {
    let names = Level.allCases.map(\.rawValue)
    var last = -1
    for part in parts {
      guard let index = names.firstIndex(of: part.level.uppercased()) else {
        throw ConfigurationError(
          kind, at: place, problem: "'\(Excerpt(part.level))' is no level", allowed: names.joined(separator: ", "))
      }
      guard index > last else {
        throw ConfigurationError(
          kind, at: place, field: names[index], problem: "this level is out of order or given twice",
          allowed: "\(names.joined(separator: ", ")) in this order, each once")
      }
      last = index
      levels[Level.allCases[index]] = try part.loops.split(whereSeparator: \.isWhitespace).map { word in
        guard let loop = Loop(parsing: word) else {
          throw ConfigurationError(
            kind, at: place, field: names[index], problem: "'\(Excerpt(String(word)))' is no loop",
            allowed: "M, K or N, an s where the loop is spatial, and 1 to 1000000000, such as M2 or Ks32")
        }
        return loop
      }
    }
  }
}

extension LoopMapping.Loop {
  fileprivate init?(parsing word: Substring) {
    guard let dimension = LoopMapping.Dimension(rawValue: word.prefix(1).uppercased()) else { return nil }
    var digits = word.dropFirst()
    let isSpatial = digits.first == "s"
    if isSpatial { digits.removeFirst() }
    guard !digits.isEmpty, digits.utf8.allSatisfy(\.isDigit), let extent = Int(digits),
      (1...1_000_000_000).contains(extent)
    else { return nil }
    self.init(dimension, extent, isSpatial: isSpatial)
  }
}

extension StringProtocol {
  fileprivate var trimmed: String {
    String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
