// SPDX-License-Identifier: Apache-2.0

import Foundation
import Sparsity

@testable import Workloads

/// A directory with a few tensors, in which traces are read.
struct TraceDirectory {
  let path: String

  /// Writes `t.safetensors`: `w` [4, 8] int8, `x` [2, 3, 8] int8, `w16` [4, 8] int16, `filters` [4, 2, 3, 3],
  /// `image` [1, 2, 5, 5], `z` [4] int32.
  init(_ path: String) throws {
    self.path = path
    try TensorFile.write(
      [
        ("w", .int8(Self.tensor([4, 8]))), ("x", .int8(Self.tensor([2, 3, 8]))),
        ("w16", .int16(Tensor(shape: [4, 8], elements: (0..<32).map { 1000 - 70 * $0 }))),
        ("filters", .int8(Self.tensor([4, 2, 3, 3]))), ("image", .int8(Self.tensor([1, 2, 5, 5]))),
        ("z", .int32(Tensor(shape: [4], repeating: 0))),
      ], to: "\(path)/t.safetensors")
  }

  /// Values that are all different in small tensors, with some zeros.
  static func tensor(_ shape: [Int]) -> Tensor<Int8> {
    let count = shape.reduce(1, *)
    return Tensor(shape: shape, elements: (0..<count).map { $0 % 5 == 0 ? 0 : Int8(truncatingIfNeeded: 3 * $0 - 60) })
  }

  /// Reads a trace whose `layers` are given, indented by two.
  func trace(_ layers: String) throws -> LayerTrace {
    let text = "hssim_trace: 1\nname: test\nlayers:\n" + layers
    return try LayerTrace(text: text, path: "\(path)/trace.yaml")
  }

  /// Reads a trace of a single layer, given as a flow mapping.
  func layer(_ layer: String) throws -> TraceLayer {
    try trace("  - {\(layer)}").layers[0]
  }
}

/// Runs `body` with a directory of tensors.
func withTraceDirectory<Result>(_ body: (TraceDirectory) throws -> Result) throws -> Result {
  try withTemporaryDirectory { try body(TraceDirectory($0)) }
}
