// SPDX-License-Identifier: Apache-2.0
import Sparsity
import Testing
import Workloads

@testable import Accelerators
@testable import Replay

/// The products that made an element are those of its row of A and its column of B, and sum to it.
@Suite struct ProductHistoryTests {
  private func check(_ design: String, _ layer: GEMMLayer, overrides: [String] = [], elements: Int) throws {
    let timeline = Timeline(try machine(design, overrides).session(layer, options: LayerOptions()))
    var random = SplitMix64(seed: 5)
    for _ in 0..<elements {
      let (row, column) = (random.uniform(below: layer.m), random.uniform(below: layer.n))
      let history = try ProductHistory(of: row, column, on: timeline)
      let place: Comment = "\(design) z[\(row),\(column)]"
      #expect(history.sum == history.z, place)
      let reference = (0..<layer.k).reduce(0) {
        $0 + Int(layer.a[row * layer.k + $1]) * Int(layer.bTransposed[column * layer.k + $1])
      }
      #expect(history.z == reference, place)
      #expect(Set(history.entries.map(\.k)).count == history.entries.count, place)
      for entry in history.entries {
        #expect(entry.product.a == Int(layer.a[row * layer.k + entry.k]), place)
        #expect(entry.product.b == Int(layer.bTransposed[column * layer.k + entry.k]), place)
      }
      let stored = (0..<layer.k).filter { layer.a[row * layer.k + $0] != 0 }.count
      #expect(history.entries.count == stored, place)
      #expect(history.entries.map(\.cycle) == history.entries.map(\.cycle).sorted(), place)
    }
  }

  @Test(arguments: shippedDesigns)
  func `the products sum to the element on every design`(design: String) throws {
    try check(design, smallLayer(on: design), elements: 6)
  }

  @Test func `the products sum to the element in a MiniLM layer`() throws {
    try check("highlight", miniLMLayer(), elements: 12)
  }

  @Test func `products are found where K is done in parts and sums are spilled`() throws {
    let layer = try smallLayer(GEMMShape(m: 70, k: 700, n: 40), pattern: nil)
    try check("highlight", layer, overrides: ["glb.data_bytes=8192", "glb.metadata_bytes=4096"], elements: 6)
  }
}
