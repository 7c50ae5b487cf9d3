// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Workloads

extension ImportedTrace {
  /// Whether it is a trace with layers; records an issue where it is none.
  func isTrace() -> Bool {
    do {
      return try !reread().layers.isEmpty
    } catch {
      Issue.record("what was imported is no trace: \(error)")
      return false
    }
  }

  /// The trace as it would be read, without its tensors' file being there.
  func reread() throws -> LayerTrace {
    try LayerTrace(text: yamlText(name: "t", tensorFile: "t.safetensors", origin: ["A test."]), path: "t.yaml")
  }
}

/// A file that the tests may read, by its name in Tests/Resources.
func resource(_ name: String) -> String {
  URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Resources/\(name)").standardized.path
}

/// Damages a text in every way that a seed gives, and lets `body` read it.
func forDamaged(_ whole: String, rounds: Int, seed: UInt64, _ body: ([UInt8]) -> Void) {
  var random = SeededGenerator(seed: seed)
  let bytes = Array(whole.utf8)
  for count in 0..<bytes.count { body(Array(bytes.prefix(count))) }
  let insertions = ["9", "99999999999999999999", "-", ",", "\n", ":", "nan", "\u{FF}", " ", "e308", "0", "[", "}", "%"]
  for _ in 0..<rounds {
    var damaged = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) where !damaged.isEmpty {
      let index = Int.random(in: 0..<damaged.count, using: &random)
      switch Int.random(in: 0...3, using: &random) {
      case 0: damaged[index] = UInt8.random(in: .min ... .max, using: &random)
      case 1: damaged.remove(at: index)
      case 2: damaged.removeSubrange(index..<min(damaged.count, index + Int.random(in: 1...20, using: &random)))
      default:
        damaged.insert(contentsOf: insertions.randomElement(using: &random).map { Array($0.utf8) } ?? [], at: index)
      }
    }
    body(damaged)
  }
}

/// Reads a damaged file: what is refused must be refused with its name and as content.
///
/// - Returns: nil where it was refused.
func readDamaged<Result>(_ file: String, _ body: () throws -> Result) -> Result? {
  do {
    return try body()
  } catch let error as WorkloadError {
    #expect(error.kind == .content, "\(error)")
    #expect(error.description.hasPrefix(file) && error.description.count < 1000, "\(error)")
  } catch {
    Issue.record("another error was thrown: \(error)")
  }
  return nil
}
