// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Workloads

@Suite("Timeloop problems")
struct TimeloopTests {
  private func read(_ text: String) throws -> ImportedTrace {
    try TimeloopProblem.trace(YAMLDocument(text, path: "p.yaml"))
  }

  /// A product as Timeloop 0.3 and Sparseloop have it.
  private static let product = """
    problem:
      shape:
        name: GEMM
        dimensions: [ M, N, K ]
        data-spaces:
        - name: A
          projection:
          - [ [M] ]
          - [ [K] ]
        - name: B
          projection:
          - [ [N] ]
          - [ [K] ]
        - name: Z
          projection:
          - [ [M] ]
          - [ [N] ]
          read-write: True
      instance:
        M: 12
        K: 16
        N: 5
        densities:
          A:
            distribution: fixed-structured
            density: 0.25
          B:
            distribution: hypergeometric
            density: 0.5

    """

  /// A convolution as Timeloop 0.4 has it.
  private static let convolution = """
    problem:
      version: 0.4
      shape:
        name: cnn_layer
        coefficients:
        - {name: Wstride, default: 1}
        - {name: Hstride, default: 1}
        - {name: Wdilation, default: 1}
        - {name: Hdilation, default: 1}
        dimensions: [ C, M, R, S, N, P, Q ]
        data_spaces:
        - name: Weights
          projection: [ [ [C] ], [ [M] ], [ [R] ], [ [S] ] ]
        - name: Inputs
          projection:
          - [ [N] ]
          - [ [C] ]
          - [ [R, Wdilation], [P, Wstride] ] # a sum
          - [ [S, Hdilation], [Q, Hstride] ]
        - name: Outputs
          projection: [ [ [N] ], [ [M] ], [ [Q] ], [ [P] ] ]
          read_write: True
      instance: {C: 6, M: 8, R: 3, S: 2, N: 2, P: 5, Q: 7, Wstride: 2, Hdilation: 3}

    """

  @Test func `a product is a linear layer with its densities`() throws {
    let imported = try read(Self.product)
    let layer = try #require(try imported.reread().layers.first)
    #expect(layer.name == "GEMM")
    #expect(layer.shape == GEMMShape(m: 12, k: 16, n: 5))
    let values = try layer.load(seed: 3)
    #expect(values.a.count { $0 != 0 } == 48)
    #expect(values.bTransposed.count { $0 != 0 } == 40)
    #expect(imported.notes.contains { $0.contains("'A' is fixed-structured") })
    #expect(imported.notes.contains("'A' is taken for the weights, 'B' for the activations"))
  }

  @Test func `names decide which input is the weights, where they tell`() throws {
    let text = Self.product.replacing("name: B", with: "name: WeightsB").replacing("      B:", with: "      WeightsB:")
    let layer = try #require(try read(text).reread().layers.first)
    #expect(layer.shape == GEMMShape(m: 5, k: 16, n: 12))
  }

  @Test func `a convolution has the strides and dilations of its projections, and an input that its windows reach`()
    throws
  {
    let layer = try #require(try read(Self.convolution).reread().layers.first)
    #expect(layer.operation == .conv2d)
    #expect(layer.shape == GEMMShape(m: 8, k: 6 * 3 * 2, n: 2 * 5 * 7))
    let convolution = try #require(layer.convolution)
    #expect(convolution.height == 4 * 2 + 2 + 1)
    #expect(convolution.width == 6 + 3 + 1)
    #expect(convolution.stride == .init(2, 1))
    #expect(convolution.dilation == .init(1, 3))
  }

  @Test func `a dimension of all data spaces is the groups`() throws {
    let grouped = Self.convolution.replacing("[ C, M,", with: "[ G, C, M,").replacing(
      "[ [C] ], [ [M] ]", with: "[ [G] ], [ [C] ], [ [M] ]"
    )
    .replacing("- [ [C] ]\n", with: "- [ [C] ]\n      - [ [G] ]\n").replacing(
      "[ [N] ], [ [M] ]", with: "[ [N] ], [ [G] ], [ [M] ]"
    )
    .replacing("{C: 6", with: "{G: 3, C: 6")
    let layers = try read(grouped).reread().layers
    // Equal groups of random operands are one layer, which counts as often.
    #expect(layers.map(\.name) == ["cnn_layer"] && layers.map(\.repeatCount) == [3])
    #expect(layers.first?.shape == GEMMShape(m: 8, k: 36, n: 70))
  }

  @Test func `sections that are no workload are named, densities may stand in the data spaces`() throws {
    let text =
      Self.convolution.replacing("- name: Weights\n", with: "- name: Weights\n      density: 0.5\n") + "mapper: {}\n"
    let imported = try read(text)
    #expect(imported.notes.contains("the sections mapper are no workload, and left out"))
    let layer = try #require(try imported.reread().layers.first)
    #expect(try layer.load(seed: 1).a.count { $0 != 0 } == 8 * 36 / 2)
  }

  @Test(arguments: [
    ("hypergeometric", "banded", "cannot say the density model 'banded'"),
    ("density: 0.5", "density: 1.5", "p.yaml:29"), ("density: 0.5", "density: 0.5\n        band_width: 3", "banded"),
    ("M: 12", "M: 0", "problem.instance.M"), ("M: 12", "X: 12", "problem.instance.X"),
    ("    K: 16\n", "", "'K' is missing"),
    ("M: 12", "M: 99999999999999999999", "an integer from 1"),
    ("M: 12", "M: 16777217", "an integer from 1 to 16777216"),
    ("[ [K] ]", "[ [N] ]", "of no matrix product"), ("read-write: True", "read-write: maybe", "True or False"),
    ("      read-write: True\n", "", "3 inputs and 0 outputs"), ("[ M, N, K ]", "[ M, N, K, L ]", "problem.instance"),
    ("[ M, N, K ]", "[ M, N, K, K ]", "given twice"), ("- [ [K] ]", "- [ [Q] ]", "'Q' is no dimension"),
    ("- [ [K] ]", "- [ [K, stride] ]", "sums"), ("- [ [K] ]", "- []", "an empty rank"),
    ("- [ [K] ]", "- K", "a list of terms"),
    ("name: B", "name: A", "two data spaces"), ("problem:", "problems:", "did you mean 'problem'"),
    ("name: GEMM", "nmae: GEMM", "did you mean 'name'"), ("M: 12", "M: [12]", "problem.instance.M"),
  ])
  func `what a trace cannot say is named`(old: String, new: String, part: String) {
    expectError(.content, mentions: "p.yaml", part) {
      try read(Self.product.replacing(old, with: new, maxReplacements: 1))
    }
  }

  @Test(arguments: [
    ("[ [S, Hdilation], [Q, Hstride] ]", "[ [S] ]", "sums"), ("Wstride: 2", "Wstride: 0", "Wstride"),
    ("{name: Wstride, default: 1}", "{name: Wstride}", "'Wstride' of 'P' has no value"),
    ("[ [S, Hdilation], [Q, Hstride] ]", "[ [Q, Hdilation], [Q, Hstride] ]", "twice"),
    ("R: 3", "R: 2000000", "p.yaml"), ("P: 5", "P: 16777216", "p.yaml"),
    ("shape:\n    name: cnn_layer", "shape: cnn-layer\n  x:\n    name: a", "x"),
  ])
  func `what is no two-dimensional convolution is named`(old: String, new: String, part: String) {
    let text = Self.convolution.replacing(old, with: new).replacing(
      "Wstride: 2, ", with: new.contains("name: Wstride") ? "" : "Wstride: 2, ")
    expectError(.content, mentions: "p.yaml", part) { try read(text) }
  }

  @Test(arguments: [product, convolution]) func `a damaged file is read or refused, and what is read is a trace`(
    whole: String
  ) throws {
    var read = 0
    forDamaged(whole, rounds: 1500, seed: 32) { bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      guard let imported = readDamaged("p.yaml", { try self.read(text) }) else { return }
      #expect(imported.isTrace())
      read += 1
    }
    #expect(read > 20)
  }
}
