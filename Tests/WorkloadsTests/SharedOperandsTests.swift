// SPDX-License-Identifier: Apache-2.0

import Sparsity
import Testing

@testable import Workloads

@Suite("What designs share of a layer")
struct SharedOperandsTests {
  /// Where an array's elements lie: the same for two that are one.
  private func place<Element>(_ elements: [Element]) -> UnsafeRawPointer? {
    elements.withUnsafeBytes(\.baseAddress)
  }

  private static let random = """
    hssim_trace: 1
    name: t
    layers:
      - {name: a, operation: linear, shape: {M: 8, K: 16, N: 6}, weights: {random: {pattern: "2:4"}},
         activations: {random: {density: 0.5}}}
      - {name: b, operation: linear, shape: {M: 4, K: 8, N: 6}, weights: {random: {density: 0.5}}, activations: {from: a}}
    """

  private func pruned(_ layer: TraceLayer) throws -> [TraceLayer] {
    let halves = WeightPruning.pattern(try Pattern("1:4"))
    return [layer, layer.pruned(.dense), layer, layer.pruned(halves), layer.pruned(.dense)]
  }

  @Test func `a layer is made once for each pruning, and operand B once`() throws {
    let layer = try LayerTrace(text: Self.random, path: "t.yaml").layers[0]
    let takers = try pruned(layer)
    let shared = SharedOperands(takers)
    let layers = try takers.map { try $0.load(seed: 5, sharing: shared) }
    #expect(shared.loadCount == 3 && shared.takerCount == 0)
    #expect(Set(layers.map { place($0.bTransposed) }).count == 1)
    #expect(
      layers.map { place($0.a) }.enumerated().map { index, own in layers.firstIndex { place($0.a) == own } ?? index }
        == [0, 1, 0, 3, 1])
    // The product is one where the layer is one, and of the values that each design has.
    #expect(place(try layers[0].referenceProduct()) == place(try layers[2].referenceProduct()))
    for (taker, layer) in zip(takers, layers) {
      let alone = try taker.load(seed: 5)
      #expect(alone.a == layer.a && alone.bTransposed == layer.bTransposed)
      #expect(alone.declaredPattern == layer.declaredPattern)
      #expect(try alone.referenceProduct() == layer.referenceProduct())
      #expect(place(try alone.referenceProduct()) != place(try layer.referenceProduct()))
    }
  }

  @Test func `random products share what traces share`() throws {
    let product = try SyntheticGEMM(GEMMShape(m: 8, k: 16, n: 4), pattern: "2:4", densityB: 0.5, seed: 3)
    let takers = [product, product.pruned(.dense), product.pruned(.unstructured(density: 0.5)), product]
    let shared = SharedOperands(takers)
    let layers = try takers.map { try $0.layer(sharing: shared) }
    #expect(shared.loadCount == 3)
    #expect(Set(layers.map { place($0.bTransposed) }).count == 1 && place(layers[0].a) == place(layers[3].a))
    for (taker, layer) in zip(takers, layers) { #expect(taker.layer().a == layer.a) }
  }

  @Test func `a layer behind another one is shared where that one put out the same`() throws {
    let layers = try LayerTrace(text: Self.random, path: "t.yaml").layers
    let outputs = try [layers[0], layers[0].pruned(.dense), layers[0]].map { try LayerOutput(of: try $0.load()) }
    let shared = SharedOperands([layers[1], layers[1], layers[1], layers[1]])
    let order = [0, 2, 1, 0]
    let loaded = try order.map { try layers[1].load(taking: outputs[$0], sharing: shared) }
    // The weights are always the same; the last one's activations were let go when others came.
    #expect(Set(loaded.map { place($0.a) }).count == 1 && shared.loadCount == 3)
    #expect(place(loaded[0].bTransposed) == place(loaded[1].bTransposed))
    for (index, layer) in zip(order, loaded) {
      #expect(try layer.bTransposed == layers[1].load(taking: outputs[index]).bTransposed)
    }
  }

  @Test func `nothing is kept that no taker will want`() throws {
    let layer = try LayerTrace(text: Self.random, path: "t.yaml").layers[0]
    let takers = [layer, layer.pruned(.dense), layer]
    let shared = SharedOperands(takers)
    weak var (first, second): (OperandFacts?, OperandFacts?)
    do {
      let loaded = try takers[0].load(sharing: shared)
      first = loaded.facts
      second = try takers[1].load(sharing: shared).facts
    }
    // The dense one has no other taker, the first one has.
    #expect(second == nil && first != nil && shared.takerCount == 1)
    do {
      let again = try takers[2].load(sharing: shared)
      #expect(again.facts === first)
    }
    #expect(first == nil && shared.takerCount == 0)
  }

  @Test func `a taker that does not come keeps nothing alive`() throws {
    let layer = try LayerTrace(text: Self.random, path: "t.yaml").layers[0]
    let shared = SharedOperands([layer, layer])
    weak var facts: OperandFacts?
    facts = try layer.load(sharing: shared).facts
    #expect(facts != nil)
    shared.withdraw(layer)
    #expect(facts == nil && shared.takerCount == 0)
  }

  @Test func `copies of a layer have one reference product, other operands their own`() throws {
    let layer = try SyntheticGEMM(GEMMShape(m: 6, k: 8, n: 5), pattern: "2:4", seed: 2).layer()
    let product = try layer.referenceProduct()
    let dense = layer.withoutPattern
    #expect(dense.declaredPattern == nil && layer.declaredPattern != nil)
    #expect(place(try dense.referenceProduct()) == place(product))
    let part = layer.part(rows: 2..<4, columns: 1..<5)
    #expect(try part.referenceProduct() == (2..<4).flatMap { row in (1..<5).map { product[row * 5 + $0] } })
    let negative = GEMMLayer(
      name: "n", shape: layer.shape, a: layer.a.map { -$0 }, activations: layer.activations)
    #expect(try negative.referenceProduct() == product.map { -$0 })
  }

  @Test(arguments: 0..<8) func `effectual multiplications are those of two values that are not zero`(seed: UInt64)
    throws
  {
    let layer = try SyntheticGEMM(
      GEMMShape(m: 7, k: 12 + Int(seed), n: 9), densityA: 0.4, densityB: 0.6, seed: seed
    ).layer()
    var count: Int64 = 0
    for row in 0..<layer.m {
      for column in 0..<layer.n {
        for k in 0..<layer.k
        where layer.a[row * layer.k + k] != 0 && layer.bTransposed[column * layer.k + k] != 0 { count += 1 }
      }
    }
    #expect(layer.effectualMACs == count)
  }
}
