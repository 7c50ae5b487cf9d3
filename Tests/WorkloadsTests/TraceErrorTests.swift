// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Workloads

@Suite("Mistakes in layer traces")
struct TraceErrorTests {
  private static let weights = "weights: {file: t.safetensors, tensor: w}"
  private static let activations = "activations: {file: t.safetensors, tensor: x}"
  private static let random = "weights: {random: {}}, activations: {random: {}}"
  private static let shape = "shape: {M: 4, K: 8, N: 2}"
  private static let image = "activations: {file: t.safetensors, tensor: image}"
  private static let filters = "weights: {file: t.safetensors, tensor: filters}"

  @Test func `a message names file, line, column, field, value and what is allowed`() throws {
    try withTraceDirectory { directory in
      let error = workloadError {
        try directory.trace("  - name: l\n    operation: conv\n    \(Self.weights)\n    \(Self.activations)\n")
      }
      let expected =
        "/trace.yaml:5:16: layers[0].operation: 'conv'; allowed: linear, conv2d, matmul; "
        + "did you mean 'conv2d'?"
      #expect(error?.description == directory.path + expected)
    }
  }

  @Test(arguments: [
    // Keys.
    ("name: l, operation: linear, wieghts: {}", "layers[0].wieghts: unknown key; allowed: the keys name, operation"),
    ("name: l, operation: linear, wieghts: {}", "did you mean 'weights'?"),
    ("name: l, operation: linear, \(weights)", "layers[0]: the key 'activations' is missing"),
    ("operation: linear, \(weights), \(activations)", "the key 'name' is missing"),
    ("name: l, \(weights), \(activations)", "the key 'operation' is missing"),
    ("name: l, operation: linear, \(weights), \(activations), stride: 2", "stride: the key is one of conv2d"),
    ("name: l, name: m, operation: linear, \(weights), \(activations)", "name: the key is given more than once"),
    ("name: l, operation: linear, \(weights), \(activations), <<: {}", "unknown key"),
    ("name: l, operation: linear, \(weights), \(activations), [1]: 2", "a key that is no text"),
    // Values that YAML would type.
    (
      "name: l, operation: linear, \(weights), \(activations), repeat: 1:30",
      "repeat: '1:30'; allowed: an integer from 1"
    ),
    ("name: l, operation: linear, \(weights), \(activations), repeat: 0x10", "repeat: '0x10'"),
    ("name: l, operation: linear, \(weights), \(activations), repeat: 010", "repeat: '010'"),
    ("name: l, operation: linear, \(weights), \(activations), repeat: 1_000", "repeat: '1_000'"),
    ("name: l, operation: linear, \(weights), \(activations), repeat: 1e3", "repeat: '1e3'"),
    ("name: l, operation: linear, \(weights), \(activations), repeat: '2'", "repeat: '2'; allowed: an integer"),
    ("name: l, operation: linear, \(weights), \(activations), repeat: 0", "repeat: '0'; allowed: an integer from 1 to"),
    ("name: l, operation: linear, \(weights), \(activations), repeat: -1", "repeat: '-1'"),
    ("name: l, operation: linear, \(weights), \(activations), repeat: 99999999999999999999", "an integer from 1 to"),
    ("name: l, operation: linear, \(weights), \(activations), repeat: !!int 2", "the tag"),
    ("name: l, operation: linear, \(weights), \(activations), repeat: [2]", "repeat: a list; allowed"),
    ("name: ~, operation: linear, \(weights), \(activations)", "name: nothing is given"),
    ("name: , operation: linear, \(weights), \(activations)", "name: nothing is given"),
    ("name: {}, operation: linear, \(weights), \(activations)", "name: a mapping is given"),
    ("name: a b, operation: linear, \(weights), \(activations)", "name: 'a b' is no name; allowed: 1 to 200 letters"),
    ("name: ../l, operation: linear, \(weights), \(activations)", "'../l' is no name"),
    ("name: é, operation: linear, \(weights), \(activations)", "'é' is no name"),
    (
      "name: l, operation: Linear, \(weights), \(activations)",
      "'Linear'; allowed: linear, conv2d, matmul; did you mean"
    ),
    ("name: l, operation: linear, \(weights), \(activations), bits: 12", "bits: 12; allowed: 8 or 16"),
    // Operands.
    ("name: l, operation: linear, weights: {}, \(activations)", "weights: neither 'file' nor 'random'"),
    ("name: l, operation: linear, weights: w.npy, \(activations)", "weights: 'w.npy' is given; allowed: the keys file"),
    ("name: l, operation: linear, weights: {file: t.safetensors}, \(activations)", "holds 6 tensors"),
    ("name: l, operation: linear, weights: {file: t.safetensors, tensor: v}, \(activations)", "no such tensor"),
    ("name: l, operation: linear, weights: {file: t.safetensors, tensor: W16}, \(activations)", "did you mean 'w16'?"),
    ("name: l, operation: linear, weights: {file: t.safetensors, tensor: z}, \(activations)", "'int32'; allowed: int8"),
    (
      "name: l, operation: linear, weights: {file: t.csv}, \(activations)",
      "'csv' names no tensor format; allowed: .npy"
    ),
    ("name: l, operation: linear, weights: {file: t.safetensor}, \(activations)", "did you mean 'safetensors'?"),
    (
      "name: l, operation: linear, weights: {random: {}, file: t.safetensors}, \(activations)",
      "weights.file: the key is not one of random operands"
    ),
    // Patterns.
    (
      "name: l, operation: linear, weights: {file: t.safetensors, tensor: w, pattern: '2:'}, \(activations)",
      "weights.pattern: '2:' is no pattern: at character 3"
    ),
    (
      "name: l, operation: linear, weights: {file: t.safetensors, tensor: w, pattern: '5:4'}, \(activations)",
      "'5:4' is no pattern"
    ),
    (
      "name: l, operation: linear, weights: {file: t.safetensors, tensor: w, pattern: 'C->RS(2:4)'}, \(activations)",
      "has a rule on 'RS'; allowed: rules along K"
    ),
    (
      "name: l, operation: linear, weights: {file: t.safetensors, tensor: w, prune: magnitude}, \(activations)",
      "weights.prune: prune is given without a pattern"
    ),
    (
      "name: l, operation: linear, weights: {file: t.safetensors, tensor: w, pattern: 2:4, prune: yes}, \(activations)",
      "weights.prune: 'yes'; allowed: magnitude"
    ),
    (
      "name: l, operation: linear, weights: {file: t.safetensors, tensor: w, pattern: dense, prune: magnitude}, "
        + "\(activations)", "says nothing about what to prune"
    ),
    (
      "name: c, operation: conv2d, \(filters), activations: {file: t.safetensors, tensor: image, pattern: 2:4}",
      "activations.pattern: activations of conv2d cannot have a pattern"
    ),
    // Random operands.
    ("name: l, operation: linear, \(random)", "the key 'shape' is missing"),
    ("name: l, operation: linear, \(weights), \(activations), \(shape)", "shape: both operands are tensors"),
    ("name: l, operation: linear, \(random), shape: {M: 4, K: 8}", "shape: the key 'N' is missing"),
    ("name: l, operation: linear, \(random), shape: {M: 4, K: 8, N: 0}", "shape.N: '0'; allowed: an integer from 1"),
    ("name: l, operation: linear, \(random), shape: {M: 4, K: 8, N: 1, R: 3}", "shape.R: unknown key"),
    (
      "name: l, operation: linear, \(random), shape: {M: 16777216, K: 16777216, N: 1}",
      "A (M x K) has 281474976710656 elements; allowed: at most 268435456"
    ),
    (
      "name: l, operation: linear, \(shape), weights: {random: {density: 1.5}}, activations: {random: {}}",
      "weights.random.density: '1.5'; allowed: a number from 0.0 to 1.0"
    ),
    (
      "name: l, operation: linear, \(shape), weights: {random: {density: nan}}, activations: {random: {}}",
      "density: 'nan'"
    ),
    (
      "name: l, operation: linear, \(shape), weights: {random: {density: 0x1}}, activations: {random: {}}",
      "density: '0x1'"
    ),
    (
      "name: l, operation: linear, \(shape), weights: {random: {density: 0.5, pattern: 2:4}}, activations: {random: {}}",
      "density is given beside a pattern"
    ),
    (
      "name: l, operation: linear, \(shape), weights: {random: {pattern: C(unstructured)}}, activations: {random: {}}",
      "does not say how many zeros"
    ),
    (
      "name: l, operation: linear, \(shape), weights: {random: {bandwidth: 3}}, activations: {random: {}}",
      "bandwidth is given without 'distribution: banded'"
    ),
    (
      "name: l, operation: linear, \(shape), weights: {random: {distribution: banded}}, activations: {random: {}}",
      "the key 'bandwidth' is missing"
    ),
    (
      "name: l, operation: linear, \(shape), weights: {random: {distribution: band}}, activations: {random: {}}",
      "'band'; allowed: uniform, banded; did you mean 'banded'?"
    ),
    (
      "name: l, operation: linear, \(shape), weights: {random: {distribution: banded, bandwidth: 1, density: 1}}, "
        + "activations: {random: {}}", "density is given beside a band"
    ),
    (
      "name: l, operation: linear, \(shape), weights: {random: {seed: -1}}, activations: {random: {}}",
      "seed: '-1'; allowed: an integer from 0 to 18446744073709551615"
    ),
    // Shapes.
    (
      "name: l, operation: matmul, \(weights), \(activations)",
      "weights.tensor: the shape [4, 8] has 2 dimensions; allowed: 3: [batch, M, K]"
    ),
    (
      "name: l, operation: matmul, \(weights), activations: {file: t.safetensors, tensor: w16}",
      "the shape [4, 8] has K = 4, but K is 8 by layers[0].weights.tensor; allowed: 8"
    ),
    (
      "name: l, operation: linear, shape: {M: 5, K: 8, N: 2}, \(weights), activations: {random: {}}",
      "the shape [4, 8] has M = 4, but M is 5 by layers[0].shape.M; allowed: 5"
    ),
    ("name: c, operation: conv2d, \(weights), \(image)", "has 2 dimensions; allowed: 4: [M, C/groups, R, S]"),
    ("name: c, operation: conv2d, \(filters), \(image), stride: 0", "stride: '0'; allowed: an integer from 1"),
    (
      "name: c, operation: conv2d, \(filters), \(image), stride: [1, 2, 3]", "stride: a list of 3; allowed: one integer"
    ),
    ("name: c, operation: conv2d, \(filters), \(image), padding: -1", "padding: '-1'; allowed: an integer from 0"),
    ("name: c, operation: conv2d, \(filters), \(image), dilation: 3", "the dilated filter is 7x7"),
    ("name: c, operation: conv2d, \(filters), \(image), groups: 3", "groups: 3 groups do not divide M = 4"),
    ("name: c, operation: conv2d, \(filters), \(image), groups: 2", "2 input channels in each of 2 groups"),
    ("name: c, operation: conv2d, \(filters), \(image), groups: 0", "groups: '0'; allowed: an integer from 1 to 4096"),
    // Output.
    ("name: l, operation: linear, \(weights), \(activations), output: {shift: 3}", "shift: given alone; allowed: both"),
    (
      "name: l, operation: linear, \(weights), \(activations), output: {activation: gelu}",
      "'gelu'; allowed: none, relu"
    ),
    (
      "name: l, operation: linear, \(weights), \(activations), output: {multiplier: 0, shift: 0}",
      "multiplier: '0'; allowed: an integer from 1 to 2147483647"
    ),
    (
      "name: l, operation: linear, \(weights), \(activations), output: {multiplier: 1, shift: 97}",
      "shift: '97'; allowed: an integer from 0 to 96"
    ),
    (
      "name: l, operation: linear, \(weights), \(activations), output: relu",
      "output: 'relu' is given; allowed: the keys"
    ),
  ]) func `a mistake in a layer is refused`(layer: String, message: String) throws {
    try withTraceDirectory { directory in
      expectError(.content, mentions: "/trace.yaml:4:", message) { try directory.layer(layer) }
    }
  }

  @Test(arguments: [
    ("", "is empty"), ("# nothing\n", "is empty"),
    ("[]", "a list is given; allowed: the keys hssim_trace, name, layers"),
    ("name: t\nlayers: []\n", "the key 'hssim_trace' is missing"),
    ("hssim_trace: 2\nname: t\nlayers: []\n", "hssim_trace: the trace is of version '2'; allowed: 1"),
    ("hssim_trace: 1\nname: t\nlayers: []\n", "layers: an empty list; allowed: at least one layer"),
    ("hssim_trace: 1\nname: t\nlayers: {}\n", "layers: a mapping is given; allowed: a list of layers"),
    ("hssim_trace: 1\nname: t\nlayer: []\n", "'layer': unknown key; allowed: the keys hssim_trace, name, layers; did"),
    ("hssim_trace: 1\nname: a/b\nlayers: []\n", ":2:7: name: 'a/b' is no name"),
  ]) func `a mistake at the top is refused`(text: String, message: String) {
    expectError(.content, mentions: "t.yaml", message) { try LayerTrace(text: text, path: "t.yaml") }
  }

  @Test func `names occur once, those of a batch included`() throws {
    try withTraceDirectory { directory in
      let layer = "operation: linear, \(Self.weights), \(Self.activations)"
      expectError(.content, mentions: ":5:5: layers[1]: the name 'l' is that of the layer in line 4") {
        try directory.trace("  - {name: l, \(layer)}\n  - {name: l, \(layer)}")
      }
      let batch = "operation: matmul, shape: {batch: 2, M: 2, K: 3, N: 8}, weights: {random: {}}, \(Self.activations)"
      expectError(.content, mentions: "the name 'c.batch1'") {
        try directory.trace("  - {name: c.batch1, \(layer)}\n  - {name: c, \(batch)}")
      }
    }
  }

  @Test func `a missing file is another kind of error than a bad one`() throws {
    try withTraceDirectory { directory in
      expectError(.missing, mentions: "nowhere.yaml: cannot be opened: No such file") {
        try LayerTrace(path: "\(directory.path)/nowhere.yaml")
      }
      expectError(.missing, mentions: "is not a regular file") { try LayerTrace(path: directory.path) }
      expectError(
        .missing, mentions: "trace.yaml:4:", "layers[0].weights.file", "nowhere.npy", "No such file"
      ) {
        try directory.layer("name: l, operation: linear, weights: {file: nowhere.npy}, \(Self.activations)")
      }
      try writeAtomically([1, 2, 3], to: "\(directory.path)/bad.npy", replacing: false)
      expectError(.content, mentions: "layers[0].weights.file", "bad.npy", "truncated") {
        try directory.layer("name: l, operation: linear, weights: {file: bad.npy}, \(Self.activations)")
      }
    }
  }

  @Test func `a trace is read from a file, with paths relative to it`() throws {
    try withTraceDirectory { directory in
      let text =
        "hssim_trace: 1\nname: t\nlayers:\n  - {name: l, operation: linear, \(Self.weights), \(Self.activations)}\n"
      try writeAtomically(Array(text.utf8), to: "\(directory.path)/t.yaml", replacing: false)
      let trace = try LayerTrace(path: "\(directory.path)/t.yaml")
      #expect(trace.layers[0].shape == GEMMShape(m: 4, k: 8, n: 6))
      #expect(trace.path == "\(directory.path)/t.yaml")
    }
  }
}
