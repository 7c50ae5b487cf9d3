// SPDX-License-Identifier: Apache-2.0

import Foundation
import Sparsity
import Testing

@testable import Workloads

@Suite("Networks")
struct NetworkTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../configs/networks").standardized.path

  private func network(_ name: String, _ parameters: String...) throws -> LayerTrace {
    try LayerTrace(path: "\(Self.folder)/\(name).yaml", parameters: parameters)
  }

  private func macs(_ network: LayerTrace) -> Int {
    network.layers.reduce(0) { $0 + $1.shape.m * $1.shape.k * $1.shape.n * $1.repeatCount }
  }

  /// Weights, which products of activations have none of.
  private func weights(_ network: LayerTrace) -> Int {
    network.layers.filter { !$0.isProductOfActivations }.reduce(0) { $0 + $1.shape.m * $1.shape.k * $1.repeatCount }
  }

  /// MACs and weights of ResNet50 from its hyperparameters (He et al. 2016, table 1; v1.5: the 3 x 3 has the stride).
  private func resnet50() -> (macs: Int, weights: Int) {
    var (macs, weights, side, channels) = (0, 0, 112, 64)
    func add(_ filters: Int, _ depth: Int, _ filter: Int, outputSide: Int) {
      let size = filters * depth * filter * filter
      weights += size
      macs += size * outputSide * outputSide
    }
    add(64, 3, 7, outputSide: side)
    side /= 2
    for (stage, blocks) in [3, 4, 6, 3].enumerated() {
      let width = 64 << stage
      for block in 0..<blocks {
        let next = block == 0 && stage > 0 ? side / 2 : side
        add(width, channels, 1, outputSide: side)
        add(width, width, 3, outputSide: next)
        add(4 * width, width, 1, outputSide: next)
        if block == 0 { add(4 * width, channels, 1, outputSide: next) }
        (side, channels) = (next, 4 * width)
      }
    }
    add(1000, channels, 1, outputSide: 1)
    return (macs, weights)
  }

  /// MACs and weights of a block of self-attention over `tokens`, with or without its feed-forward part.
  private func block(_ width: Int, tokens: Int, feedForward: Int = 0) -> (macs: Int, weights: Int) {
    let weights = 4 * width * width + 2 * width * feedForward
    // Scores and contexts: tokens^2 sums of all heads' widths each.
    return (weights * tokens + 2 * tokens * tokens * width, weights)
  }

  @Test func `ResNet50 has the multiplications and weights of its hyperparameters, and those published`() throws {
    let network = try network("resnet50")
    let expected = resnet50()
    #expect(macs(network) == expected.macs)
    #expect(weights(network) == expected.weights)
    #expect(network.layers.reduce(0) { $0 + $1.repeatCount } == 54)
    // torchvision's page of ResNet50 (IMAGENET1K_V2): 4.09 GFLOPS, counted as MACs, in three digits.
    #expect((Double(macs(network)) / 1e7).rounded() == 409)
    // The same page: 25,557,032 parameters. Normalisation has two for each of the 26,560 channels of all convolutions, the
    // classifier 1000 biases.
    #expect(weights(network) + 2 * 26_560 + 1000 == 25_557_032)
  }

  @Test func `DeiT-small has the multiplications and weights of its hyperparameters, and those published`() throws {
    let network = try network("deit-small")
    let block = block(384, tokens: 197, feedForward: 1536)
    let embedding = 384 * 3 * 16 * 16
    #expect(macs(network) == embedding * 196 + 12 * block.macs + 1000 * 384)
    #expect(weights(network) == embedding + 12 * block.weights + 1000 * 384)
    // Touvron et al. 2021, table 1, and their repository: 22 M parameters; 4.6 GFLOPs, counted as MACs, in two digits.
    #expect((Double(macs(network)) / 1e8).rounded() == 46)
    #expect((Double(weights(network)) / 1e6).rounded() == 22)
  }

  @Test(arguments: [64, 128]) func `Transformer-Big has those of its hyperparameters`(tokens: Int) throws {
    let network = try network("transformer-big", "sequence_length=\(tokens)")
    let (whole, attention) = (block(1024, tokens: tokens, feedForward: 4096), block(1024, tokens: tokens))
    let vocabulary = 37_000 * 1024
    #expect(macs(network) == 6 * (2 * whole.macs + attention.macs) + vocabulary * tokens)
    #expect(weights(network) == 6 * (2 * whole.weights + attention.weights) + vocabulary)
    // Vaswani et al. 2017, table 3: 213 M parameters, with one matrix for both embeddings and the projection ("about" 37,000
    // tokens, so within 1 %).
    #expect(abs(Double(weights(network)) / 213e6 - 1) < 0.01)
  }

  @Test func `BERT-base has those of its hyperparameters, and those published`() throws {
    let network = try network("bert-base")
    let block = block(768, tokens: 128, feedForward: 3072)
    #expect(macs(network) == 12 * block.macs + 768 * 768)
    // Sun et al., "MobileBERT", ACL 2020, table 4: 22.5 GFLOPs at 128 tokens, two for a MAC, other operations included.
    #expect(abs(Double(2 * macs(network)) / 22.5e9 - 1) < 0.01)
    // The published model file has 109,482,240 parameters: besides these, embeddings of 30,522 words, 512 positions and 2
    // segments; biases of 768 (6 per block with two normalisations of 2, the feed-forward's 3072); the pooler's bias.
    let others = (30_522 + 512 + 2 + 2) * 768 + 12 * (5 * 768 + 3072 + 4 * 768) + 768
    #expect(weights(network) + others == 109_482_240)
  }

  @Test(arguments: [128, 32]) func `MiniLM has those of its hyperparameters, and those published`(tokens: Int) throws {
    let network = try network("all-minilm-l6", "sequence_length=\(tokens)")
    let block = block(384, tokens: tokens, feedForward: 1536)
    #expect(macs(network) == 6 * block.macs)
    // The published model file has 22,713,216 parameters, its unused pooler included.
    let others = (30_522 + 512 + 2 + 2) * 384 + 6 * (5 * 384 + 1536 + 4 * 384) + 384 * 384 + 384
    #expect(weights(network) + others == 22_713_216)
  }

  @Test(arguments: ["resnet50", "deit-small", "transformer-big", "bert-base", "all-minilm-l6"])
  func `every network is documented with its number of products, and says where densities come from`(
    _ name: String
  ) throws {
    let network = try network(name)
    let text = try String(contentsOfFile: "\(Self.folder)/../../docs/networks.md", encoding: .utf8)
    let row = try #require(text.split(separator: "\n").first { $0.hasPrefix("| `\(name)` |") })
    #expect(row.contains("| \(network.layers.reduce(0) { $0 + $1.repeatCount }) |"), "\(row)")
    #expect(network.name == name)
    #expect(network.rules.contains { $0.contains("assumption") })
  }

  @Test func `a pattern prunes what the rules do not except`() throws {
    let pattern = try Pattern("C1(4:8)->C0(2:4)")
    let pruned = try network("resnet50").pruned(to: pattern)
    #expect(pruned.layers.filter { $0.declaredPattern == nil }.map(\.name) == ["conv1"])
    #expect(pruned.layers.dropFirst().allSatisfy { $0.declaredPattern == pattern })
    let transformer = try network("deit-small").pruned(to: pattern)
    #expect(
      transformer.layers.filter { $0.declaredPattern == nil }.map(\.name)
        == ["patch_embed", "blocks.scores", "blocks.context"])
    // Exactly G of H: a quarter of what is drawn.
    let layer = try #require(pruned.layers.first { $0.name == "layer2.0.conv2" })
    #expect(try layer.load().a.count { $0 != 0 } == 128 * 128 * 9 / 4)
    // The same pattern with a shorter period reaches more.
    let wide = try LayerTrace(
      text: """
        hssim_network: 1
        name: n
        layers:
          - {name: c, operation: conv2d, shape: {M: 4, C: 4, H: 5, W: 5, R: 3, S: 3}, weights: {random: {}}, activations: {random: {}}}
        """, path: "n.yaml")
    #expect(try wide.pruned(to: Pattern("2:4")).layers[0].declaredPattern != nil)
    #expect(wide.pruned(to: pattern).layers[0].declaredPattern == nil)
  }

  @Test(arguments: [
    ("parameters: {n: 0}", "parameters.n: '0'; allowed: an integer from 1"),
    ("parameters: {n: many}", "parameters.n: 'many'"),
    ("parameters: [n]", "parameters: a list is given; allowed: a mapping"),
    ("parameters: {7: 8}", "'7' is a number"),
    ("rules: text", "rules: 'text' is given; allowed: a list"),
    ("parameter: {n: 3}", "did you mean 'parameters'?"),
    ("parameters: {m: 3}", "layers[0].shape.N: 'n'; allowed: an integer from 1 to 16777216, or m; did you mean 'm'?"),
    ("parameters: {n: 16777216, k: 16777216}", "B (K x N) has"),
  ])
  func `a mistake in a network is named`(_ line: String, _ message: String) {
    let k = line.contains("k:") ? "k" : "8"
    let text = """
      hssim_network: 1
      name: n
      \(line)
      layers:
        - {name: l, operation: linear, shape: {M: 4, K: \(k), N: n}, weights: {random: {}}, activations: {random: {}}}
      """
    expectError(.content, mentions: message) { try LayerTrace(text: text, path: "n.yaml") }
  }

  @Test func `what belongs to networks is not one of traces`() throws {
    let layer =
      "{name: l, operation: linear, shape: {M: 4, K: 8, N: 2}, weights: {random: {}}, activations: {random: {}}"
    expectError(.content, mentions: "rules", "one of networks") {
      try LayerTrace(text: "hssim_trace: 1\nname: t\nrules: []\nlayers:\n  - \(layer)}\n", path: "t.yaml")
    }
    expectError(.content, mentions: "stays_dense", "one of networks") {
      try LayerTrace(
        text: "hssim_trace: 1\nname: t\nlayers:\n  - \(layer), stays_dense: because}\n", path: "t.yaml")
    }
    expectError(.usage, mentions: "--parameter n=3", "has no parameters") {
      try LayerTrace(text: "hssim_trace: 1\nname: t\nlayers:\n  - \(layer)}\n", path: "t.yaml", parameters: ["n=3"])
    }
  }
}
