// SPDX-License-Identifier: Apache-2.0

import Sparsity
import Testing

@testable import Workloads

@Suite("Layers that take others' outputs")
struct ChainTests {
  /// Z by its definition, the requantised ReLU of it, and what the next layer's operand B must be.
  private func output(_ layer: GEMMLayer) -> [Int] {
    var sums: [Int] = []
    for row in 0..<layer.m {
      for column in 0..<layer.n {
        sums.append(
          (0..<layer.k).reduce(0) {
            $0 + Int(layer.a[row * layer.k + $1]) * Int(layer.bTransposed[column * layer.k + $1])
          })
      }
    }
    let scale = layer.output.requantisation(forRange: min(0, sums.min() ?? 0)...max(0, sums.max() ?? 0))
    return sums.map { scale.apply(to: layer.output.activation.apply(to: $0)) }
  }

  @Test(arguments: ["linear", "matmul"]) func `a product takes Z as it is`(operation: String) throws {
    let text = """
      hssim_trace: 1
      name: t
      layers:
        - {name: a, operation: linear, shape: {M: 6, K: 8, N: 5}, weights: {random: {}}, activations: {random: {}},
           output: {activation: relu}}
        - {name: b, operation: \(operation), shape: {M: 3, K: 6, N: 5}, weights: {random: {}}, activations: {from: a}}
      """
    let layers = try LayerTrace(text: text, path: "t.yaml").layers
    #expect(layers[1].chainedSource == 0 && layers[0].chainedSource == nil && layers[1].operandBits == 8)
    let first = try layers[0].load(seed: 3)
    let taken = try LayerOutput(of: first)
    let expected = output(first)
    #expect(taken.values.map(Int.init) == expected && expected.allSatisfy { (0...127).contains($0) })
    #expect(taken.values.contains(127))
    let second = try layers[1].load(seed: 3, taking: taken)
    for column in 0..<5 {
      for k in 0..<6 { #expect(Int(second.bTransposed[column * 6 + k]) == expected[k * 5 + column]) }
    }
  }

  @Test func `a convolution takes another one's outputs as images`() throws {
    let text = """
      hssim_trace: 1
      name: t
      layers:
        - {name: a, operation: conv2d, shape: {M: 3, C: 2, H: 6, W: 4, R: 3, S: 3, batch: 2}, padding: 1,
           weights: {random: {}}, activations: {random: {}}}
        - {name: b, operation: conv2d, shape: {M: 2, C: 3, H: 6, W: 4, R: 1, S: 1, batch: 2}, weights: {random: {}},
           activations: {from: a}}
      """
    let layers = try LayerTrace(text: text, path: "t.yaml").layers
    let first = try layers[0].load()
    let expected = output(first)
    let second = try layers[1].load(taking: try LayerOutput(of: first))
    // With a filter of one place a column of B is a place of an image, its channels along K.
    for column in 0..<48 {
      for channel in 0..<3 {
        #expect(Int(second.bTransposed[column * 3 + channel]) == expected[channel * 48 + column])
      }
    }
  }

  @Test(arguments: [
    ("linear", "{from: z}", "no earlier layer is called 'z'; allowed: one of 'a', 'g'"),
    ("linear", "{from: b}", "no earlier layer is called 'b'"),
    ("linear", "{from: a, random: {}}", "random: the key is not one of an earlier layer's output"),
    ("linear", "{from: g}", "'g' is several products"),
    ("conv2d", "{from: a}", "the output of 'a' is a matrix, conv2d takes images"),
    ("linear", "{from: [a]}", "a list is given"),
  ])
  func `a chain that cannot be is an error`(_ operation: String, _ activations: String, _ message: String) {
    let shape = operation == "conv2d" ? "{M: 3, C: 6, H: 5, W: 1, R: 1, S: 1}" : "{M: 3, K: 6, N: 5}"
    let text = """
      hssim_trace: 1
      name: t
      layers:
        - {name: a, operation: linear, shape: {M: 6, K: 8, N: 5}, weights: {random: {}}, activations: {random: {}}}
        - {name: g, operation: matmul, shape: {M: 6, K: 8, N: 5, batch: 2}, weights: {random: {}}, activations: {random: {}}}
        - {name: b, operation: \(operation), shape: \(shape), weights: {random: {}}, activations: \(activations)}
      """
    expectError(.content, mentions: message) { try LayerTrace(text: text, path: "t.yaml") }
  }

  @Test func `a chain whose shapes do not fit is an error, and weights take no output`() {
    func text(_ shape: String, weights: String = "{random: {}}") -> String {
      """
      hssim_trace: 1
      name: t
      layers:
        - {name: a, operation: linear, shape: {M: 6, K: 8, N: 5}, weights: {random: {}}, activations: {random: {}}}
        - {name: b, operation: linear, shape: \(shape), weights: \(weights), activations: {from: a}}
      """
    }
    expectError(.content, mentions: "the shape [5, 6] has K = 6, but K is 7") {
      try LayerTrace(text: text("{M: 3, K: 7, N: 5}"), path: "t.yaml")
    }
    expectError(.content, mentions: "from: the key is one of activations") {
      try LayerTrace(text: text("{M: 3, K: 6, N: 5}", weights: "{from: a}"), path: "t.yaml")
    }
  }
}
