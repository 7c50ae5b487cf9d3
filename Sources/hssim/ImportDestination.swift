// SPDX-License-Identifier: Apache-2.0
import Foundation
import Workloads

/// Where an import goes: a layer trace and, where it has tensors, a file beside it.
struct ImportDestination {
  let path: String
  let isReplacing: Bool

  init(path: String, isReplacing: Bool) {
    self.path = path
    self.isReplacing = isReplacing
  }

  /// The tensors' file: the trace's name with another extension.
  var tensorPath: String { (path as NSString).deletingPathExtension + ".safetensors" }

  /// Refuses to write over what is read.
  func check(isNot input: String) throws {
    for written in [path, tensorPath] where written.resolvedPath == input.resolvedPath {
      throw CommandError(.cannotCreate, "--output \(path): this would replace \(input), which is read")
    }
  }

  /// Finds out whether the files can be made, without making them.
  func check(hasTensors: Bool) throws {
    try TextFile.checkWriting(to: path, replacing: isReplacing)
    if hasTensors { try TextFile.checkWriting(to: tensorPath, replacing: isReplacing) }
  }

  /// Writes the trace and its tensors; both are whole or not there.
  ///
  /// - Returns: the trace as `hssim simulate` reads it.
  func write(_ trace: ImportedTrace, of source: String) throws -> LayerTrace {
    try check(hasTensors: !trace.tensors.isEmpty)
    if !trace.tensors.isEmpty {
      try TensorFile.write(trace.tensors, metadata: trace.metadata, to: tensorPath, replacing: isReplacing)
    }
    let text = trace.yamlText(
      name: ImportedTrace.name(ofFile: path), tensorFile: (tensorPath as NSString).lastPathComponent,
      origin: ["Imported from \((source as NSString).lastPathComponent) by hssim \(Hssim.version)."])
    do {
      // What is written is what simulate reads.
      let read = try LayerTrace(text: text, path: path)
      try TextFile.write(text, to: path, replacing: isReplacing)
      return read
    } catch {
      if !trace.tensors.isEmpty { try? FileManager.default.removeItem(atPath: tensorPath) }
      throw error
    }
  }

  /// A line on what a trace has.
  static func summary(of trace: LayerTrace) -> String {
    let multiplications = trace.layers.reduce(0) { $0 + $1.shape.m * $1.shape.k * $1.shape.n * $1.repeatCount }
    let layers = trace.layers.count == 1 ? "1 layer" : "\(trace.layers.count) layers"
    return "\(trace.name): \(layers), \(multiplications) dense MACs with repetitions, in \(trace.path)"
  }
}
