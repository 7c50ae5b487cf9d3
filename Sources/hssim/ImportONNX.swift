// SPDX-License-Identifier: Apache-2.0
import Accelerators
import Foundation
import Sparsity
import Workloads

/// The import of an ONNX model, which a tool in Python does (tools/import-onnx): it has ONNX's own reader and runtime.
struct ONNXImport {
  let model: String
  /// Inputs for real activations; nil for drawn ones.
  let sample: String?
  /// Nodes that are left out.
  let skipped: [String]
  let pattern: Pattern?
  let destination: ImportDestination

  /// - Throws: `CommandError` where there is no Python for it, with what to type; else what the tool ends with.
  func run() throws {
    for input in [model, sample].compactMap({ $0 }) where !FileManager.default.isReadableFile(atPath: input) {
      throw CommandError(.missing, "\(input): there is no such file that can be read")
    }
    let root = URL(filePath: try ConfigurationFolder().path).deletingLastPathComponent()
    let tool = root.appending(path: "tools/import-onnx/import_onnx.py").path
    guard FileManager.default.fileExists(atPath: tool) else {
      throw CommandError(.missing, "\(tool): the tool that reads ONNX is not there; allowed: a whole copy of hssim")
    }
    var words = [tool, model, "--output", destination.path]
    for node in skipped { words += ["--skip", node] }
    if let sample { words += ["--sample", sample] }
    if let pattern { words += ["--pattern", "\(pattern)"] }
    if destination.isReplacing { words.append("--force") }
    let (code, errors) = try Self.start(try python(in: root), words)
    var lines = errors.split(separator: "\n").map(String.init)
    let last = code == 0 ? nil : lines.popLast()
    for line in lines { FileHandle.standardError.write(Data("hssim: \(line)\n".utf8)) }
    guard code != 0 else { return }
    let kind = WorkloadError.Kind(rawValue: code)
    throw WorkloadError(kind ?? .inputOutput, last ?? "\(model): the tool ended with code \(code), without a word")
  }

  /// The environment that was made for the tool; else the first python3, if it has what the tool needs.
  private func python(in root: URL) throws -> [String] {
    let environment = root.appending(path: ".build/python/import-onnx").path
    for candidate in [["\(environment)/bin/python"], ["/usr/bin/env", "python3"]] {
      guard FileManager.default.isExecutableFile(atPath: candidate[0]) else { continue }
      let answer = try? Self.start(candidate, ["-c", "import numpy, onnx, onnxruntime"])
      if answer?.code == 0 { return candidate }
    }
    throw CommandError(
      .missing,
      "\(model): reading ONNX takes Python with numpy, onnx and onnxruntime; type: python3 -m venv \(environment) && "
        + "\(environment)/bin/pip install -r \(root.appending(path: "tools/import-onnx/requirements.txt").path)")
  }

  /// Runs a program to its end; its answer goes where this program's goes.
  private static func start(
    _ program: [String], _ words: [String]
  ) throws -> (code: Int32, errors: String) {
    let process = Process()
    process.executableURL = URL(filePath: program[0])
    process.arguments = Array(program.dropFirst()) + words
    process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
    let errors = Pipe()
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      throw CommandError(.missing, "\(program[0]): cannot be started")
    }
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }
}
