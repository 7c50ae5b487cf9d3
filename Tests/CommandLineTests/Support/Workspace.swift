// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A folder of a test's own, in which the built program is run as a user runs it. It goes with the test.
final class Workspace {
  /// What a command said, and how it ended.
  struct Answer {
    let code: Int32
    let output: String
    let errors: String
  }

  let url: URL
  /// Where standard output and error go, so that the folder holds nothing but what the program makes.
  private let streams: URL

  /// The program lies beside the tests' own executable.
  static let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    .appending(path: "hssim")
  /// The root of the repository.
  static let repository = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized

  init() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "hssim-\(UUID().uuidString)")
    url = root.appending(path: "work")
    streams = root.appending(path: "streams")
    for folder in [url, streams] {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
  }

  deinit { try? FileManager.default.removeItem(at: url.deletingLastPathComponent()) }

  func path(_ name: String) -> String { url.appending(path: name).path }

  func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
    try Data(bytes).write(to: url.appending(path: name))
  }

  func write(_ text: String, to name: String) throws { try write(text.utf8, to: name) }

  func bytes(of name: String) throws -> [UInt8] { Array(try Data(contentsOf: url.appending(path: name))) }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  /// Names of everything in the folder, hidden files too, sorted.
  func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }

  /// Runs `hssim` to its end.
  @discardableResult
  func hssim(_ arguments: String..., environment: [String: String] = [:]) throws -> Answer {
    try hssim(arguments, environment: environment)
  }

  @discardableResult
  func hssim(_ arguments: [String], environment: [String: String] = [:]) throws -> Answer {
    try run(Self.program, arguments, environment: environment)
  }

  /// Runs a script of `sh`, in which `"$HSSIM"` is the program.
  func shell(_ script: String) throws -> Answer {
    try run(URL(filePath: "/bin/sh"), ["-c", script], environment: ["HSSIM": Self.program.path])
  }

  /// Starts `hssim` and leaves it running; `terminal` takes the place of standard error.
  func start(_ arguments: [String], errors terminal: FileHandle? = nil) throws -> RunningCommand {
    let (process, output, errors) = try process(Self.program, arguments, environment: [:], streams: "started")
    if let terminal { process.standardError = terminal }
    try process.run()
    return RunningCommand(process, output: output, errors: errors)
  }

  private func run(_ program: URL, _ arguments: [String], environment: [String: String]) throws -> Answer {
    let (process, output, errors) = try process(program, arguments, environment: environment, streams: "run")
    try process.run()
    process.waitUntilExit()
    return Answer(
      code: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
      errors: try String(contentsOf: errors, encoding: .utf8))
  }

  private func process(
    _ program: URL, _ arguments: [String], environment: [String: String], streams name: String
  ) throws -> (Process, output: URL, errors: URL) {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = url
    let own = ["HSSIM_CONFIGS": Self.repository.appending(path: "configs").path]
    process.environment = ProcessInfo.processInfo.environment.merging(own) { $1 }.merging(environment) { $1 }
    let (output, errors) = (streams.appending(path: "\(name).out"), streams.appending(path: "\(name).err"))
    for file in [output, errors] { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardInput = FileHandle.nullDevice
    return (process, output, errors)
  }
}
