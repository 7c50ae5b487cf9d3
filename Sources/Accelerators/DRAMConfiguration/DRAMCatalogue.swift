// SPDX-License-Identifier: Apache-2.0
import Foundation
import Hardware

/// The DRAM parts that `dram.part` may name: those of the folder `configs/dram`, and any file.
public struct DRAMCatalogue: Sendable {
  /// A part and the file it was read from.
  public struct Part: Sendable {
    public let specification: DRAMSpecification
    /// The file's text, of which a run's identity is made.
    public let text: String
  }

  /// The folder of the parts.
  public let path: String

  public init(_ folder: ConfigurationFolder) {
    self.init(path: (folder.path as NSString).appendingPathComponent("dram"))
  }

  public init(path: String) { self.path = path }

  /// The names of all parts, sorted: paths below the folder, without the ending.
  public var names: [String] {
    let files = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return files.filter { $0.hasSuffix(Self.ending) }.map { String($0.dropLast(Self.ending.count)) }.sorted()
  }

  /// The part called `nameOrPath`; what ends in `.yaml` or `.yml`, or starts as a path does, is a file. The folders of a
  /// name may be left out (`ds3_hbm2_1ch`).
  ///
  /// - Throws: `ConfigurationError`: 64 for an unknown name, 66 for a file that is missing or unreadable;
  ///   `DRAMConfigurationError` for its content.
  public func part(_ nameOrPath: String, option: String = "dram.part") throws -> Part {
    let isPath =
      [Self.ending, ".yml"].contains(where: nameOrPath.hasSuffix)
      || ["/", "./", "../"].contains(where: nameOrPath.hasPrefix)
    let names = names
    let name = names.first { $0 == nameOrPath } ?? names.first { $0.hasSuffix("/" + nameOrPath) }
    guard isPath || name != nil else {
      throw ConfigurationError(
        .usage, at: option, problem: "there is no DRAM part \(Excerpt(nameOrPath)) in \(Excerpt(path, limit: 1000))",
        allowed: "\(names.joined(separator: ", ")), or the path of a .yaml file",
        suggestions: NearNames.suggestions(for: nameOrPath, among: names))
    }
    let file = isPath ? nameOrPath : (path as NSString).appendingPathComponent((name ?? nameOrPath) + Self.ending)
    guard let data = FileManager.default.contents(atPath: file) else {
      throw ConfigurationError(
        .missing, at: option, problem: "\(Excerpt(file, limit: 1000)) is missing or cannot be read",
        allowed: "the path of a .yaml file")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw DRAMConfigurationError(file: file, line: nil, column: nil, message: "the file is not UTF-8 text")
    }
    return Part(specification: try DRAMSpecification(yaml: text, file: file), text: text)
  }

  /// The part of a design whose memory is timed; nil where it is ideal.
  public func part(of values: ParameterValues) throws -> Part? {
    guard values.text("dram.model") == "timed" else { return nil }
    let part = try part(values.text("dram.part"))
    let transaction = part.specification.organisation.transactionBytes
    guard transaction <= Line.byteCount else {
      throw ConfigurationError(
        .content, at: "dram.part", problem: "\(part.specification.name) moves \(transaction) bytes in a transaction",
        allowed: "parts of at most \(Line.byteCount), a line of the buffer")
    }
    return part
  }

  private static let ending = ".yaml"
}
