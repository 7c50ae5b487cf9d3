// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The folder `configs`, which holds the designs, DRAM parts, energy tables and networks that come with hssim.
///
/// Where it is found, no path being built into the program: an explicit argument; else the environment variable
/// `HSSIM_CONFIGS`; else the nearest `configs` folder with `designs` in it, walking up from the executable, then from
/// the current directory.
public struct ConfigurationFolder: Sendable {
  /// The environment variable that names the folder.
  public static let environmentVariable = "HSSIM_CONFIGS"

  /// The folder's path.
  public let path: String

  /// - Parameters:
  ///   - explicit: a folder the user named; `option` is how messages call the place it was named at.
  ///   - environment: the environment variables.
  ///   - executable: path of the running program, symbolic links resolved; nil where it is not known.
  ///   - currentDirectory: an absolute path.
  /// - Throws: `ConfigurationError` of the missing class. A folder that was named but has no `designs` is an error,
  ///   never replaced by another.
  public init(
    explicit: String? = nil, option: String = "--configs",
    environment: [String: String] = ProcessInfo.processInfo.environment,
    executable: String? = Self.runningExecutable, currentDirectory: String = FileManager.default.currentDirectoryPath
  ) throws {
    let fromEnvironment = environment[Self.environmentVariable].flatMap { $0.isEmpty ? nil : $0 }
    let named = explicit.map { (option, $0) } ?? fromEnvironment.map { (Self.environmentVariable, $0) }
    if let (place, folder) = named {
      guard Self.holdsDesigns(folder) else {
        throw ConfigurationError(
          .missing, at: place, problem: "\(Excerpt(folder, limit: 1000)) has no folder designs",
          allowed: "a folder laid out as configs of the hssim repository")
      }
      path = folder
      return
    }
    let programFolder = executable.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
    let starts = [programFolder, currentDirectory].compactMap { $0 }
    guard let found = starts.lazy.compactMap(Self.nearestAbove).first else {
      throw ConfigurationError(
        .missing, at: "configs",
        problem: "no folder configs/designs above the program or the current directory",
        allowed: "\(Self.environmentVariable)=<folder> names it")
    }
    path = found
  }

  /// Path of the running program, symbolic links resolved; nil where the system does not tell.
  public static var runningExecutable: String? {
    Bundle.main.executableURL?.resolvingSymlinksInPath().path
  }

  private static func nearestAbove(_ start: String) -> String? {
    var folder = URL(fileURLWithPath: start).standardizedFileURL
    while true {
      let candidate = folder.appendingPathComponent("configs").path
      if holdsDesigns(candidate) { return candidate }
      let parent = folder.deletingLastPathComponent().standardizedFileURL
      guard parent.path != folder.path, parent.path.count < folder.path.count else { return nil }
      folder = parent
    }
  }

  private static func holdsDesigns(_ folder: String) -> Bool {
    var isDirectory: ObjCBool = false
    let designs = (folder as NSString).appendingPathComponent("designs")
    return FileManager.default.fileExists(atPath: designs, isDirectory: &isDirectory) && isDirectory.boolValue
  }
}
