// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Workloads

/// A seeded generator for property tests (splitmix64: Steele, Lea, Flood, OOPSLA 2014).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}

/// A directory that exists while `body` runs.
func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
  let directory = FileManager.default.temporaryDirectory.appending(path: "hssim-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: directory) }
  return try body(directory)
}

/// The error that `body` throws; records an issue if it throws none, or one of another type.
func workloadError(
  _ body: () throws -> some Any, sourceLocation: SourceLocation = #_sourceLocation
) -> WorkloadError? {
  do {
    _ = try body()
    Issue.record("no error was thrown", sourceLocation: sourceLocation)
  } catch let error as WorkloadError {
    return error
  } catch {
    Issue.record("another error was thrown: \(error)", sourceLocation: sourceLocation)
  }
  return nil
}

/// Checks that `body` throws a `WorkloadError` of a kind whose message has all of `parts`.
func expectError(
  _ kind: WorkloadError.Kind, mentions parts: String..., sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> some Any
) {
  guard let error = workloadError(body, sourceLocation: sourceLocation) else { return }
  #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
  for part in parts {
    #expect(error.description.contains(part), "'\(part)' is not in: \(error)", sourceLocation: sourceLocation)
  }
}

/// The bytes of a version 1.0 `.npy` file with this header text and data, without padding.
func npy(_ header: String, data: [UInt8] = [], version: UInt8 = 1) -> [UInt8] {
  let count = header.utf8.count
  var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [version, 0]
  bytes += [UInt8(count & 0xFF), UInt8(count >> 8 & 0xFF)]
  if version > 1 { bytes += [UInt8(count >> 16 & 0xFF), UInt8(count >> 24 & 0xFF)] }
  return bytes + Array(header.utf8) + data
}

/// The bytes of a `.safetensors` file with this header text and data.
func safetensors(_ header: String, data: [UInt8] = []) -> [UInt8] {
  let count = UInt64(header.utf8.count)
  return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + Array(header.utf8) + data
}

/// Opens bytes as a tensor file of a format.
func open(_ bytes: [UInt8], format: String) throws(WorkloadError) -> TensorFile {
  try TensorFile(InputBytes(bytes, path: "t.\(format)"), format: format)
}
