// SPDX-License-Identifier: Apache-2.0

import Foundation
import Sparsity
import Testing

@testable import Workloads

@Suite("Tensors that are read once")
struct DecodedTensorsTests {
  private func key(_ path: String, _ tensor: String) throws -> DecodedTensors.Key {
    let description = try TensorFile(path: path).description(of: tensor)
    return DecodedTensors.Key(path: path, tensor: tensor, description: description)
  }

  @Test func `the products of a batch read each tensor once`() throws {
    try withTraceDirectory { directory in
      try TensorFile.write(
        [("q", .int8(TraceDirectory.tensor([6, 4, 6]))), ("k", .int8(TraceDirectory.tensor([6, 6, 5])))],
        to: "\(directory.path)/heads.npz")
      let trace = try directory.trace(
        "  - {name: s, operation: matmul, weights: {file: heads.npz, tensor: q}, "
          + "activations: {file: heads.npz, tensor: k}}")
      guard case .stored(let operand) = trace.layers[0].weights else { throw CancellationError() }
      for layer in trace.layers { try layer.checkStoredValues() }
      // Copies of the trace read from where it does.
      for layer in trace.replacingLayers({ $0.pruned(.dense) }).layers { _ = try layer.load() }
      #expect(trace.layers.count == 6 && operand.tensors.readCount == 2)
    }
  }

  @Test func `what was used last is kept, up to the limit`() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/t.npz"
      let names = ["a", "b", "c", "large"]
      let written = names.map { name in
        let count = name == "large" ? 51 : 20
        return Tensor<Int8>(shape: [count], elements: (0..<count).map { Int8($0 + name.utf8.count) })
      }
      try TensorFile.write(zip(names, written).map { ($0, .int8($1)) }, to: path)
      // Twenty values take forty bytes: two tensors.
      let tensors = DecodedTensors(byteLimit: 100)
      for (name, reads) in [("a", 1), ("b", 2), ("a", 2), ("c", 3), ("a", 3), ("b", 4), ("large", 5), ("large", 6)] {
        let values = try tensors.values(of: key(path, name))
        #expect(values.elements == written[names.firstIndex(of: name) ?? 0].elements.map(Int16.init))
        #expect(tensors.readCount == reads, "\(name)")
        #expect(tensors.byteCount <= 100)
      }
      // The large one pushed nothing out.
      _ = try tensors.values(of: key(path, "a"))
      #expect(tensors.readCount == 6 && tensors.byteCount == 80)
    }
  }

  @Test func `a tensor that changed since the trace was read is found`() throws {
    try withTraceDirectory { directory in
      let layer = try directory.layer(
        "name: l, operation: linear, weights: {file: t.safetensors, tensor: w}, "
          + "activations: {file: t.safetensors, tensor: x}")
      try FileManager.default.removeItem(atPath: "\(directory.path)/t.safetensors")
      try TensorFile.write(
        [("w", .int16(Tensor(shape: [4, 8], repeating: 1))), ("x", .int8(TraceDirectory.tensor([2, 3, 8])))],
        to: "\(directory.path)/t.safetensors")
      expectError(.inputOutput, mentions: "w", "changed") { try layer.load() }
    }
  }

  @Test func `a check finds what loading would, and prunes nothing`() throws {
    try withTraceDirectory { directory in
      let start = "name: l, operation: linear, activations: {file: t.safetensors, tensor: x}, "
      let wrong = try directory.layer(start + "weights: {file: t.safetensors, tensor: w, pattern: '1:4'}")
      let loading = workloadError { try wrong.load() }
      let checking = workloadError { try wrong.checkStoredValues() }
      #expect(loading != nil && loading == checking)
      let pruned = try directory.layer(
        start + "weights: {file: t.safetensors, tensor: w, pattern: '1:4', prune: magnitude}")
      try pruned.checkStoredValues()
    }
  }
}
