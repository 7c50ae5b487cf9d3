// SPDX-License-Identifier: Apache-2.0
import Accelerators
import Foundation
import Workloads

/// The networks that a workload may name: those of the folder `configs/networks`, and any file.
struct NetworkCatalogue {
  private let folder: String

  init(_ configs: ConfigurationFolder) {
    folder = (configs.path as NSString).appendingPathComponent("networks")
  }

  /// The names of all networks, sorted: files of the folder without their ending.
  var names: [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasSuffix(".yaml") && !$0.hasPrefix(".") }.map { String($0.dropLast(5)) }.sorted()
  }

  /// The file of a network or trace. What is no network's name and has a `/` or a `.`, or is a file, is a path.
  ///
  /// - Throws: `CommandError` (64) for a name that there is not.
  func path(of nameOrPath: String) throws(CommandError) -> String {
    let names = names
    if names.contains(nameOrPath) { return (folder as NSString).appendingPathComponent(nameOrPath + ".yaml") }
    if nameOrPath.contains(where: "/.".contains) || FileManager.default.fileExists(atPath: nameOrPath) {
      return nameOrPath
    }
    let near = NearNames.suggestions(for: nameOrPath, among: names).first.map { "; did you mean '\($0)'?" } ?? ""
    throw CommandError(
      .usage,
      "there is no network '\(nameOrPath)' in \(folder); allowed: \(names.joined(separator: ", ")), or the path of a "
        + ".yaml file\(near)")
  }

  /// The path of a name, or of a path whatever there is: without networks, every text is a path.
  static func path(of nameOrPath: String) throws -> String {
    if nameOrPath.isYAMLPath { return nameOrPath }
    return try NetworkCatalogue(ConfigurationFolder()).path(of: nameOrPath)
  }
}
