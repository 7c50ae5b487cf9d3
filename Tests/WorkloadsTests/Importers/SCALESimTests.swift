// SPDX-License-Identifier: Apache-2.0

import Sparsity
import Testing

@testable import Workloads

@Suite("SCALE-Sim topologies")
struct SCALESimTests {
  private func read(_ text: String) throws -> ImportedTrace {
    try SCALESimTopology.trace(CommaSeparatedText(text, path: "t.csv"))
  }

  private static let convolutions =
    "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides, Sparsity,\n"
  private static let products = "Layer, M, N, K, Sparsity, batch,\n"

  @Test(arguments: [
    ("Resnet50.csv", 54), ("alexnet.csv", 5), ("alexnet_part.csv", 1), ("conv.csv", 1), ("gemm.csv", 2),
    ("gpt2.csv", 6),
  ])
  func `every published file is read as it is, and what comes of it is a trace`(file: String, layers: Int) throws {
    let imported = try SCALESimTopology.trace(path: resource("scalesim/\(file)"))
    #expect(imported.layers.count == layers)
    let trace = try imported.reread()
    #expect(trace.layers.count == layers)
    #expect(Set(trace.layers.map(\.name)).count == layers)
    for layer in trace.layers.prefix(1) { _ = layer.shape }
  }

  @Test func `ResNet-50's layers are those of the file, without padding, and its odd columns are named`() throws {
    let imported = try SCALESimTopology.trace(path: resource("scalesim/Resnet50.csv"))
    let layers = try imported.reread().layers
    #expect(layers[0].shape == GEMMShape(m: 64, k: 147, n: 109 * 109))
    #expect(layers[2].shape == GEMMShape(m: 64, k: 576, n: 54 * 54))
    #expect(imported.notes.contains("the columns 'Eh', 'Ew', 'e2' are left out"))
    #expect(imported.notes.contains { $0.contains("'110' is in a column without a name") } == false)
    #expect(imported.notes.contains { $0.contains("line 3: SCALE-Sim counts 110 x 110 windows") })
  }

  @Test func `a product's M is the rows of the activations, its N the filters`() throws {
    let layers = try SCALESimTopology.trace(path: resource("scalesim/gpt2.csv")).reread().layers
    #expect(layers[2].name == "Linear1")
    #expect(layers[2].shape == GEMMShape(m: 4800, k: 1600, n: 1024))
    #expect(layers[2].operation == .linear)
  }

  @Test func `the sparsity column is a pattern along K, and a name given twice becomes two`() throws {
    let imported = try SCALESimTopology.trace(path: resource("scalesim/gemm.csv"))
    let layers = try imported.reread().layers
    #expect(layers.map(\.name) == ["GEMM_1", "GEMM_1-2"])
    #expect(layers.map { $0.declaredPattern?.structuredRanks } == [[GH(3, 4)], [GH(1, 4)]])
    #expect(layers[0].shape == GEMMShape(m: 5, k: 16, n: 3))
    #expect(imported.notes.contains { $0.contains("line 3: 'GEMM_1' is the name of a layer before it") })
    let weights = try layers[1].load(seed: 0)
    #expect(weights.a.count { $0 != 0 } == 5 * 16 / 4)
  }

  @Test func `a K that no pattern divides is noted`() throws {
    let imported = try SCALESimTopology.trace(path: resource("scalesim/conv.csv"))
    #expect(imported.notes.contains { $0.contains("K = 18 is no multiple of 4") })
    #expect(try imported.reread().layers[0].declaredPattern?.structuredRanks == [GH(2, 4)])
  }

  @Test func `the same file without its sparsity column takes the pattern that is asked for`() throws {
    let pattern = try Pattern("4:8->2:4")
    let path = resource("scalesim/alexnet.csv")
    let layers = try SCALESimTopology.trace(path: path, pattern: pattern, activationDensity: 0.5).reread().layers
    // The first convolution has three channels.
    #expect(layers.map { $0.declaredPattern == pattern } == [false, true, true, true, true])
    #expect(layers[0].declaredPattern == nil)
    let dense = try SCALESimTopology.trace(path: path).reread().layers
    #expect(dense.allSatisfy { $0.declaredPattern == nil })
  }

  @Test func `a depthwise layer has a group per channel, a batch is repeated, columns may stand in any order`() throws {
    let depthwise = try read(Self.convolutions + "L1_DP,9,9,3,3,4,1,2,,\n")
    let groups = try depthwise.reread().layers
    // Equal groups of random operands are one layer, which counts as often.
    #expect(groups.map(\.repeatCount) == [4])
    #expect(groups.first?.shape == GEMMShape(m: 1, k: 9, n: 16))
    let batch = try read(Self.products + "a,2,3,4,,12,\n").reread().layers
    #expect(batch[0].repeatCount == 12)
    let turned = try read("K,Layer,N,M\n8,a,3,2").reread().layers
    #expect(turned[0].shape == GEMMShape(m: 3, k: 8, n: 2))
  }

  private static let mistakes: [(String, String)] = [
    ("", "has no row with text"), ("\n , ,\n", "has no row with text"), (products, "no layer"),
    ("a,b,c\n1,2,3\n", "no column is called 'layername'"), ("Layer,M,N\na,1,2\n", "no column is called 'k'"),
    ("Layer,M,M,N,K\na,1,1,1,1", "two columns are called so"),
    ("\(products)a,2,3,,,\n", "t.csv:2: K: is empty; allowed: an integer from 1"),
    ("\(products)a,2,3\n", "K: is empty"), ("\(products)a,2,x,4,\n", "N: 'x'"),
    ("\(products)a,2,-3,4,\n", "N: '-3'"), ("\(products)a,2,99999999999999999999,4,\n", "N: '9999"),
    ("\(products)a,0,3,4,\n", "M: '0'"), ("\(products),2,3,4,\n", "Layer: is empty"),
    ("\(products)a,2,3,4,4:2,\n", "'4:2' is no sparsity"), ("\(products)a,2,3,4,0:2,\n", "is no sparsity"),
    ("\(products)a,2,3,4,2:4:8,\n", "is no sparsity"), ("\(products)a,2,3,4,half,\n", "is no sparsity"),
    ("\(products)a,2,3,4,2:99999,\n", "is no sparsity"), ("\(products)a,2,3,4,,0,\n", "batch: '0'"),
    ("\(products)a,2,3,4,,1,,7\n", "more cells than the header"),
    ("\(products)a,16777216,16777216,4,\n", "elements"),
    ("\(convolutions)c,2,2,3,3,1,1,1,\n", "a filter that fits"),
    ("\(convolutions)c,9,9,3,3,1,1,0,\n", "Strides: '0'"),
    ("\(convolutions)c_DP,9,9,3,3,5000,1,1,\n", "5000 channels of a depthwise layer"),
    ("Layer name,IFMAP Height,IFMAP Width,Filter Height,Filter Width,Channels,Num Filter\n", "'strides'"),
  ]

  @Test(arguments: mistakes)
  func `a mistake is named with its line and column`(text: String, part: String) {
    expectError(.content, mentions: "t.csv", part) { try read(text) }
  }

  @Test func `a damaged file is read or refused, and what is read is a trace`() throws {
    let whole = Self.convolutions + "c 1,11,11,3,3,8,4,2,2:4,\n,,,\nc 1,9,9,3,3,1,1,1,,\n"
    var read = 0
    forDamaged(whole, rounds: 2000, seed: 31) { bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      guard let imported = readDamaged("t.csv", { try self.read(text) }) else { return }
      #expect(imported.isTrace())
      read += 1
    }
    #expect(read > 100)
  }
}
