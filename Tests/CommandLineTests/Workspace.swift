// SPDX-License-Identifier: Apache-2.0
import Foundation

/// An empty folder in which the built program runs as a user runs it; gone with its last test.
final class Workspace {
  /// How the program ended and what it printed.
  struct Answer {
    let code: Int32
    let output: String
    let errors: String
  }

  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "hssim-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The root of the repository.
  static let repository = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

  /// The program lies beside the tests' own executable.
  private static let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "hssim")

  func hssim(_ arguments: String...) throws -> Answer { try hssim(arguments) }

  func hssim(_ arguments: [String]) throws -> Answer { try start(arguments).wait() }

  /// Starts the program and returns while it runs.
  func start(_ arguments: [String]) throws -> Running {
    let process = Process()
    process.executableURL = Self.program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    let configurations = Self.repository.appending(path: "configs").path
    process.environment = ProcessInfo.processInfo.environment.merging(["HSSIM_CONFIGS": configurations]) { $1 }
    process.standardInput = FileHandle.nullDevice
    let running = try Running(process, output: folder.appending(path: ".out"), errors: folder.appending(path: ".err"))
    try process.run()
    return running
  }

  /// A program that was started.
  struct Running {
    private let process: Process
    private let output: URL
    private let errors: URL

    fileprivate init(_ process: Process, output: URL, errors: URL) throws {
      self.process = process
      self.output = output
      self.errors = errors
      for file in [output, errors] { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
      process.standardOutput = try FileHandle(forWritingTo: output)
      process.standardError = try FileHandle(forWritingTo: errors)
    }

    var isRunning: Bool { process.isRunning }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// - Returns: the answer; its code is the signal's number, negated, where one ended the process.
    func wait() throws -> Answer {
      process.waitUntilExit()
      let isSignalled = process.terminationReason == .uncaughtSignal
      return Answer(
        code: isSignalled ? -process.terminationStatus : process.terminationStatus,
        output: try String(contentsOf: output, encoding: .utf8),
        errors: try String(contentsOf: errors, encoding: .utf8))
    }
  }

  /// Names of the files that are not hidden, sorted.
  func files() throws -> [String] {
    try allFiles().filter { !$0.hasPrefix(".") }
  }

  /// Names of all files, sorted.
  func allFiles() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: folder.appending(path: name))
  }

  func path(_ name: String) -> String { folder.appending(path: name).path }
}
