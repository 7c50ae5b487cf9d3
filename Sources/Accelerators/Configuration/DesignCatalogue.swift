// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The designs that a `--design` option may name: those of the folder `configs/designs`, and any file.
public struct DesignCatalogue: Sendable {
  /// The folder of the designs.
  public let path: String

  public init(_ folder: ConfigurationFolder) {
    path = (folder.path as NSString).appendingPathComponent("designs")
  }

  /// The names of all designs, sorted: paths below the folder, without the ending (`highlight`, `calibration/tc`).
  public var names: [String] {
    let files = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return files.compactMap(Self.nameOfDesign).sorted()
  }

  /// The design called `nameOrPath`.
  ///
  /// What ends in `.yaml` or `.yml`, or starts as a path does (`/`, `./`, `../`), is a file; all else is a name.
  ///
  /// - Throws: `ConfigurationError`: 64 for an unknown name, 66 for a file that is missing or unreadable, 65 for its
  ///   content.
  public func design(_ nameOrPath: String, option: String = "--design") throws -> DesignFile {
    if Self.isPath(nameOrPath) { return try DesignFile(path: nameOrPath) }
    let names = names
    guard names.contains(nameOrPath) else {
      let near = NearNames.suggestions(for: nameOrPath, among: names)
      throw ConfigurationError(
        .usage, at: option, problem: "there is no design \(Excerpt(nameOrPath)) in \(Excerpt(path, limit: 1000))",
        allowed: "\(names.joined(separator: ", "))\(names.isEmpty ? "" : ", ")or the path of a .yaml file",
        suggestions: near)
    }
    return try DesignFile(path: (path as NSString).appendingPathComponent(nameOrPath + Self.ending))
  }

  private static let ending = ".yaml"

  private static func isPath(_ text: String) -> Bool {
    [ending, ".yml"].contains(where: text.hasSuffix) || ["/", "./", "../"].contains(where: text.hasPrefix)
  }

  private static func nameOfDesign(_ file: String) -> String? {
    guard file.hasSuffix(ending), !file.hasPrefix("."), !file.contains("/.") else { return nil }
    return String(file.dropLast(ending.count))
  }
}
