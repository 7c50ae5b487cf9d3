// SPDX-License-Identifier: Apache-2.0

import Sparsity
import Testing

@testable import Workloads

@Suite("Layer traces")
struct LayerTraceTests {
  @Test func `the example of the documentation is read`() throws {
    try withTraceDirectory { directory in
      let trace = try directory.trace(
        """
          - name: ffn.up
            operation: linear        # linear | conv2d | matmul
            weights:     {file: t.safetensors, tensor: w, pattern: "C1(4:6)->C0(2:4)", prune: magnitude}
            activations: {file: t.safetensors, tensor: x}
            output:      {activation: relu, multiplier: 3, shift: 9}
            repeat: 12
          - name: synthetic
            operation: matmul
            shape: {M: 16, K: 32, N: 8}
            weights:     {random: {pattern: "2:4"}}
            activations: {random: {density: 0.56, seed: 7}}
        """)
      #expect(trace.name == "test")
      #expect(trace.layers.map(\.name) == ["ffn.up", "synthetic"])
      let up = trace.layers[0]
      #expect(up.operation == .linear && up.shape == GEMMShape(m: 4, k: 8, n: 6))
      #expect(try up.declaredPattern == Pattern("C1(4:6)->C0(2:4)"))
      #expect(up.output.activation == .relu)
      #expect(up.output.requantisation == Requantisation(multiplier: 3, shift: 9))
      #expect(up.repeatCount == 12 && up.operandBits == 8)
      #expect(up.source == .init(operation: "linear", weights: [4, 8], activations: [2, 3, 8]))
      let synthetic = trace.layers[1]
      #expect(synthetic.shape == GEMMShape(m: 16, k: 32, n: 8))
      #expect(synthetic.source == .init(operation: "matmul", weights: [16, 32], activations: [32, 8]))
      #expect(synthetic.output == OutputSpecification())
    }
  }

  @Test func `a linear layer multiplies weights by every token`() throws {
    try withTraceDirectory { directory in
      let layer = try directory.layer(
        "name: l, operation: linear, weights: {file: t.safetensors, tensor: w}, "
          + "activations: {file: t.safetensors, tensor: x}"
      ).load()
      #expect(layer.name == "l" && layer.shape == GEMMShape(m: 4, k: 8, n: 6))
      #expect(layer.a == TraceDirectory.tensor([4, 8]).elements.map(Int16.init))
      #expect(layer.bTransposed == TraceDirectory.tensor([2, 3, 8]).elements.map(Int16.init))
      #expect(layer.declaredPattern == nil && layer.operandBits == 8 && layer.repeatCount == 1)
    }
  }

  @Test func `a matmul's second operand is transposed`() throws {
    try withTraceDirectory { directory in
      let b = Tensor<Int8>(shape: [8, 70], elements: (0..<560).map { Int8(truncatingIfNeeded: $0) })
      try TensorFile.write([("", .int8(b))], to: "\(directory.path)/b.npy")
      let layer = try directory.layer(
        "name: l, operation: matmul, weights: {file: t.safetensors, tensor: w}, activations: {file: b.npy}"
      ).load()
      #expect(layer.shape == GEMMShape(m: 4, k: 8, n: 70))
      #expect(layer.bTransposed == (0..<560).map { Int16(b.elements[$0 % 8 * 70 + $0 / 8]) })
    }
  }

  @Test func `a convolution is lowered with its stride, padding and dilation`() throws {
    try withTraceDirectory { directory in
      let layer = try directory.layer(
        "name: c, operation: conv2d, weights: {file: t.safetensors, tensor: filters}, "
          + "activations: {file: t.safetensors, tensor: image}, stride: [1, 2], padding: 1, dilation: [1, 1]")
      let shape = ConvolutionShape(
        batch: 1, channels: 2, height: 5, width: 5, filters: 4, filterHeight: 3, filterWidth: 3, stride: .init(1, 2),
        padding: .init(1, 1))
      #expect(layer.shape == GEMMShape(m: 4, k: 18, n: 15))
      let product = try layer.load()
      let weights = TraceDirectory.tensor([4, 2, 3, 3]).elements.map(Int16.init)
      let image = TraceDirectory.tensor([1, 2, 5, 5]).elements.map(Int16.init)
      #expect(product.a == shape.loweredWeights(weights, group: 0))
      #expect(product.bTransposed == shape.patches(of: image, group: 0).elements)
      #expect(product.source == .init(operation: "conv2d", weights: [4, 2, 3, 3], activations: [1, 2, 5, 5]))
    }
  }

  @Test func `a grouped convolution is one layer per group`() throws {
    try withTraceDirectory { directory in
      let filters = Tensor<Int8>(shape: [4, 1, 3, 3], elements: (0..<36).map { Int8($0) })
      try TensorFile.write([("", .int8(filters))], to: "\(directory.path)/grouped.npy")
      let layers = try directory.trace(
        "  - {name: c, operation: conv2d, weights: {file: grouped.npy}, "
          + "activations: {file: t.safetensors, tensor: image}, groups: 2}"
      ).layers
      #expect(layers.map(\.name) == ["c.group0", "c.group1"])
      #expect(layers.allSatisfy { $0.shape == GEMMShape(m: 2, k: 9, n: 9) })
      #expect(try layers[1].load().a == (18..<36).map { Int16($0) })
      let image = TraceDirectory.tensor([1, 2, 5, 5]).elements.map(Int16.init)
      // The first patch of the second group is the top left of the second channel.
      #expect(try layers[1].load().bTransposed.prefix(3) == image[25..<28])
    }
  }

  @Test func `random operands depend on seed and layer only`() throws {
    try withTraceDirectory { directory in
      let text = """
          - {name: a, operation: matmul, shape: {M: 4, K: 8, N: 5}, weights: {random: {}}, activations: {random: {}}}
          - {name: b, operation: matmul, shape: {M: 4, K: 8, N: 5}, weights: {random: {}}, activations: {random: {seed: 3}}}
        """
      let layers = try directory.trace(text).layers
      let (first, again) = (try layers[0].load(seed: 1), try layers[0].load(seed: 1))
      #expect(first.a == again.a && first.bTransposed == again.bTransposed)
      #expect(try layers[0].load(seed: 2).a != first.a)
      let second = try layers[1].load(seed: 1)
      #expect(second.a != first.a)
      // An operand's own seed wins over the run's.
      #expect(try layers[1].load(seed: 9).bTransposed == second.bTransposed)
      #expect(try layers[1].load(seed: 9).a != second.a)
    }
  }

  @Test func `the first layer's random operands are those of the option --gemm`() throws {
    try withTraceDirectory { directory in
      let layer = try directory.layer(
        "name: l, operation: linear, shape: {M: 8, K: 16, N: 4}, weights: {random: {pattern: '2:4'}}, "
          + "activations: {random: {density: 0.5}}"
      ).load(seed: 5)
      let gemm = try SyntheticGEMM(GEMMShape(m: 8, k: 16, n: 4), pattern: "2:4", densityB: 0.5, seed: 5).layer()
      #expect(layer.a == gemm.a && layer.bTransposed == gemm.bTransposed)
      #expect(layer.declaredPattern == gemm.declaredPattern)
    }
  }

  @Test func `random bands and random images are drawn`() throws {
    try withTraceDirectory { directory in
      let banded = try directory.layer(
        "name: l, operation: matmul, shape: {M: 8, K: 8, N: 4}, "
          + "weights: {random: {distribution: banded, bandwidth: 1}}, activations: {random: {}}"
      ).load()
      #expect(banded.a.map { $0 != 0 } == (0..<64).map { abs($0 / 8 - $0 % 8) <= 1 })
      let image = try directory.layer(
        "name: c, operation: conv2d, shape: {M: 2, C: 3, H: 6, W: 6, R: 3, S: 3}, weights: {random: {}}, "
          + "activations: {random: {density: 0.5}}"
      ).load()
      #expect(image.shape == GEMMShape(m: 2, k: 27, n: 16))
      #expect(image.source.activations == [1, 3, 6, 6])
      // Neighbouring patches overlap: tap (0, 1) of one is tap (0, 0) of the next.
      #expect(image.bTransposed[3..<6] == image.bTransposed[27..<30])
    }
  }

  @Test func `16-bit operands are read, and narrow ones widened on request`() throws {
    try withTraceDirectory { directory in
      func layer(_ tensor: String, _ bits: String) throws -> GEMMLayer {
        try directory.layer(
          "name: l, operation: linear, weights: {file: t.safetensors, tensor: \(tensor)}, "
            + "activations: {file: t.safetensors, tensor: x}\(bits)"
        ).load()
      }
      let wide = try layer("w16", "")
      #expect(wide.operandBits == 16 && wide.a[31] == -1170)
      let widened = try layer("w", ", bits: 16")
      #expect(widened.operandBits == 16)
      let narrow = try layer("w", ", bits: 8")
      #expect(narrow.operandBits == 8 && narrow.a == widened.a)
      expectError(.content, mentions: "layers[0].bits: 8, but a tensor has elements of 16") {
        try layer("w16", ", bits: 8")
      }
    }
  }

  @Test func `pruning makes the weights conform`() throws {
    try withTraceDirectory { directory in
      let layer = try directory.layer(
        "name: l, operation: linear, weights: {file: t.safetensors, tensor: w, pattern: '2:4', prune: magnitude}, "
          + "activations: {file: t.safetensors, tensor: x}"
      ).load()
      let original = TraceDirectory.tensor([4, 8]).elements.map(Int16.init)
      for group in stride(from: 0, to: 32, by: 4) {
        let kept = (group..<group + 4).filter { layer.a[$0] != 0 }
        #expect(kept.count <= 2)
        #expect(kept.allSatisfy { layer.a[$0] == original[$0] })
        // What is kept is no smaller than what is not.
        let smallest = kept.map { original[$0].magnitude }.min() ?? 0
        let pruned = (group..<group + 4).filter { !kept.contains($0) }
        #expect(pruned.allSatisfy { original[$0].magnitude <= smallest })
      }
    }
  }

  @Test func `a declared pattern that does not hold is refused with the place`() throws {
    try withTraceDirectory { directory in
      let layer = try directory.layer(
        "name: l, operation: linear, weights: {file: t.safetensors, tensor: w, pattern: '2:4'}, "
          + "activations: {file: t.safetensors, tensor: x}")
      // Row 0 is 0 -57 -54 -51 …
      expectError(
        .content, mentions: "trace.yaml:4:", "layers[0].weights.pattern", "t.safetensors", "'w'", "row 0", "k = 0 to 3",
        "3 of 4", "at most 2", "prune: magnitude"
      ) { try layer.load() }
    }
  }

  @Test func `a declared pattern that holds is accepted, on activations too`() throws {
    try withTraceDirectory { directory in
      let layer = try directory.layer(
        "name: l, operation: linear, weights: {file: t.safetensors, tensor: w, pattern: '4:4'}, "
          + "activations: {file: t.safetensors, tensor: x, pattern: '1:2', prune: magnitude}"
      ).load()
      #expect(try layer.declaredPattern == Pattern("4:4"))
      #expect(try layer.declaredActivationPattern == Pattern("1:2"))
      #expect(
        stride(from: 0, to: 48, by: 2).allSatisfy { layer.bTransposed[$0] == 0 || layer.bTransposed[$0 + 1] == 0 })
    }
  }

  @Test func `a tensor that changed since the trace was read is not used`() throws {
    try withTraceDirectory { directory in
      let layer = try directory.layer(
        "name: l, operation: linear, weights: {file: t.safetensors, tensor: w}, "
          + "activations: {file: t.safetensors, tensor: x}")
      try TensorFile.write(
        [("w", .int8(Tensor(shape: [8, 4], repeating: 1)))], to: "\(directory.path)/t.safetensors", replacing: true)
      expectError(.inputOutput, mentions: "t.safetensors", "w", "changed") { try layer.load() }
    }
  }
}
