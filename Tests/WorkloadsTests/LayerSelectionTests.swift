// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Workloads

@Suite("Selections of layers")
struct LayerSelectionTests {
  private static let names = ["conv1", "layer1.0.conv1", "layer1.0.conv2", "layer2.x", "3-5", "fc", "7"]

  @Test(arguments: [
    ("conv1", [0]), ("fc,conv1", [0, 5]), ("layer1.*", [1, 2]), ("*conv?", [0, 1, 2]), ("*", [0, 1, 2, 3, 4, 5, 6]),
    ("2-4", [1, 2, 3]), ("1,1-2,conv1", [0, 1]), ("?c", [5]),
    // A name wins over a position.
    ("3-5", [4]), ("7", [6]), ("6", [5]), ("layer*x", [3]), ("*.*.*", [1, 2]),
  ])
  func `names, globs and positions mean layers`(_ text: String, _ places: [Int]) throws {
    #expect(try LayerSelection(text).places(among: Self.names) == places)
  }

  @Test(arguments: [
    ("", "a term is empty"), ("conv1,", "a term is empty"), ("0", "there is no position '0'"),
    ("4-2", "there is no position '4-2'"), ("1-8", "positions from 1 to 7"),
    ("99999999999999999999", "there is no position"), ("conv2", "did you mean 'conv1'?"), ("x*", "no layer is called"),
    ("1-2-3", "no layer is called"), ("-1", "no layer is called"),
  ])
  func `a term that means no layer is an error`(_ text: String, _ message: String) {
    expectError(.usage, mentions: "--layers \(text)", message) { try LayerSelection(text).places(among: Self.names) }
  }

  @Test func `a selected layer has the operands that it has among all`() throws {
    let text = """
      hssim_trace: 1
      name: t
      layers:
        - {name: a, operation: matmul, shape: {M: 4, K: 8, N: 5}, weights: {random: {}}, activations: {random: {}}}
        - {name: b, operation: matmul, shape: {M: 4, K: 8, N: 5}, weights: {random: {}}, activations: {random: {}}}
      """
    let trace = try LayerTrace(text: text, path: "t.yaml")
    let selected = try trace.selecting("b")
    #expect(selected.layers.map(\.name) == ["b"] && !selected.isWhole && trace.isWhole)
    #expect(try selected.layers[0].load(seed: 4).a == trace.layers[1].load(seed: 4).a)
    #expect(try trace.selecting("*").isWhole)
  }
}
