// SPDX-License-Identifier: Apache-2.0

import Sparsity
import Testing

@testable import Workloads

@Suite("Entries that are several products")
struct BatchTests {
  @Test func `a batch of tensors is one layer per product, with its part of both`() throws {
    try withTraceDirectory { directory in
      let (queries, keys) = (TraceDirectory.tensor([2, 3, 4, 6]), TraceDirectory.tensor([2, 3, 6, 5]))
      try TensorFile.write([("q", .int8(queries)), ("k", .int8(keys))], to: "\(directory.path)/heads.npz")
      let layers = try directory.trace(
        "  - {name: s, operation: matmul, weights: {file: heads.npz, tensor: q}, "
          + "activations: {file: heads.npz, tensor: k}, repeat: 3}"
      ).layers
      #expect(layers.map(\.name) == (0..<6).map { "s.batch\($0)" })
      #expect(layers.allSatisfy { $0.shape == GEMMShape(m: 4, k: 6, n: 5) && $0.repeatCount == 3 })
      #expect(layers[0].source.weights == [2, 3, 4, 6] && layers[0].source.activations == [2, 3, 6, 5])
      for (index, layer) in layers.enumerated() {
        let product = try layer.load()
        #expect(product.a == queries.elements[24 * index..<24 * (index + 1)].map(Int16.init))
        for column in 0..<5 {
          for k in 0..<6 {
            #expect(product.bTransposed[column * 6 + k] == Int16(keys.elements[30 * index + k * 5 + column]))
          }
        }
      }
    }
  }

  @Test func `a tensor beside a random operand has the batch of the shape`() throws {
    try withTraceDirectory { directory in
      let queries = TraceDirectory.tensor([3, 4, 6])
      try TensorFile.write([("", .int8(queries))], to: "\(directory.path)/q.npy")
      let start = "name: s, operation: matmul, weights: {file: q.npy}, activations: {random: {}}, shape: "
      let layers = try directory.trace("  - {\(start){batch: 3, M: 4, K: 6, N: 2}}").layers
      #expect(layers.count == 3)
      // Each has a stream of its own.
      #expect(try layers[0].load().bTransposed != layers[1].load().bTransposed)
      for (shape, message) in [("{batch: 2, M: 4, K: 6, N: 2}", "batch = 3"), ("{M: 4, K: 6, N: 2}", "batch = 3")] {
        expectError(.content, mentions: message) { try directory.trace("  - {\(start)\(shape)}") }
      }
    }
  }

  @Test(arguments: [
    ("matmul", "{M: 4, K: 8, N: 5, batch: 12}", "", GEMMShape(m: 4, k: 8, n: 5)),
    ("conv2d", "{M: 24, C: 36, H: 5, W: 5, R: 3, S: 3}", ", groups: 12", GEMMShape(m: 2, k: 27, n: 9)),
    ("conv2d", "{M: 12, C: 12, H: 5, W: 5, R: 3, S: 3}", ", groups: 12", GEMMShape(m: 1, k: 9, n: 9)),
  ])
  func `random products are alike, and one layer that counts as often`(
    _ operation: String, _ shape: String, _ more: String, _ product: GEMMShape
  ) throws {
    try withTraceDirectory { directory in
      let layers = try directory.trace(
        "  - {name: s, operation: \(operation), shape: \(shape), weights: {random: {}}, activations: {random: {}}, "
          + "repeat: 2\(more)}"
      ).layers
      #expect(layers.map(\.name) == ["s"])
      #expect(layers[0].repeatCount == 24 && layers[0].shape == product)
      let layer = try layers[0].load()
      #expect(layer.repeatCount == 24 && layer.a.count == product.m * product.k)
    }
  }

  @Test func `depthwise with 512 channels is 512 layers of a filter each`() throws {
    try withTraceDirectory { directory in
      let (filters, image) = (TraceDirectory.tensor([512, 1, 3, 3]), TraceDirectory.tensor([1, 512, 4, 4]))
      try TensorFile.write([("w", .int8(filters)), ("x", .int8(image))], to: "\(directory.path)/d.npz")
      let layers = try directory.trace(
        "  - {name: d, operation: conv2d, weights: {file: d.npz, tensor: w}, activations: {file: d.npz, tensor: x}, "
          + "groups: 512, padding: 1}"
      ).layers
      #expect(layers.count == 512)
      #expect(layers.allSatisfy { $0.shape == GEMMShape(m: 1, k: 9, n: 16) })
      let last = try layers[511].load()
      #expect(last.a == filters.elements.suffix(9).map(Int16.init))
      #expect(last.bTransposed[4] == Int16(image.elements[511 * 16]))
    }
  }

  @Test(arguments: [
    ("shape: {M: 4, K: 8, N: 5, batch: 4097}", "batch is 4097; allowed: 1 to 4096"),
    ("shape: {M: 4, K: 8, N: 5, batch: 0}", "batch: '0'"),
    ("shape: {M: 4, K: 8, N: 5, batch: 4096}, repeat: 1000", "1000 times 4096 products; allowed: at most 1000000"),
  ])
  func `a batch that is none is an error`(_ text: String, _ message: String) throws {
    try withTraceDirectory { directory in
      expectError(.content, mentions: message) {
        try directory.layer("name: l, operation: matmul, \(text), weights: {random: {}}, activations: {random: {}}")
      }
    }
  }
}
